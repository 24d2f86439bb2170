"""What an intent is told by: a message's words, the pieces of its words, and its concepts."""

import itertools
from bisect import bisect
from collections import Counter
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.inside_rasa.concepts import Found, Lexicon
from bot.inside_rasa.spelling import mended
from bot.inside_rasa.words import ONLY_LEADING, bare, matter, words

# How many concepts further on still belong to what a concept begins to say.
NEAR = 6
# A message of so few concepts is known by all of them in their order.
FEW = 4


# A long word's beginning stands for all its forms: "funciona", "funcionó", "funcionaba".
STEM = 5


class Said(NamedTuple):
    """A message as its readers see it."""

    words: List[str]
    text: str
    concepts: List[str]
    is_known: bool  # whether any word of it was ever seen, or says a concept


class Row(NamedTuple):
    """What is in a message: the places of its terms among all, and how much each of them weighs."""

    places: NDArray[Any]
    weights: NDArray[Any]


class _Reader(NamedTuple):
    """One kind of terms, ready to be looked for."""

    split: Callable[[Any], List[str]]
    vocabulary: Mapping[str, int]
    rarity: NDArray[Any]
    first: int  # the place of its first term among those of all readers


class Features:
    """Counts what is in a message: three kinds of things, each weighed by how rare it is."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Takes the lexicon of concepts."""
        self._lexicon = lexicon
        self._readers = _readers()
        self._ready: Dict[str, _Reader] = {}
        self.known: Dict[str, int] = {}

    def learn(self, texts: Sequence[str]) -> csr_matrix:
        """Learn what occurs in these messages, and how often; a row for each."""
        read = [matter(told) for told in self.read(texts)]
        self.known = dict(Counter(itertools.chain.from_iterable(read)))
        said = [self._said(one) for one in read]
        seen = [
            reader.fit_transform([getattr(one, name) for one in said])
            for name, reader in self._readers.items()
        ]
        self._make_ready()
        return hstack(seen, format="csr", dtype=np.float32)

    def read(self, texts: Sequence[str]) -> List[List[str]]:
        """The words of the messages."""
        return [words(text) for text in texts]

    def hear(self, read: Sequence[List[str]]) -> List[Said]:
        """The messages as their readers see them."""
        return [self._said(matter(told)) for told in read]

    def hear_bare(self, read: Sequence[List[str]]) -> Dict[int, Said]:
        """The messages that facts fill, without them, by their place; none that is nothing else."""
        found = {}
        for place, told in enumerate(read):
            left = bare(told, ONLY_LEADING)
            is_more = sum(word.isalpha() for word in left) > 1
            if left != told and matter(told) == told and is_more:
                found[place] = self._said(left)
        return found

    def row(self, said: Said) -> Row:
        """What `learn` made a row of, for a message heard later.

        A sparse matrix for one message would cost more than all the counting.
        """
        seen = [_weighed(getattr(said, name), reader) for name, reader in self._ready.items()]
        places, weights = zip(*seen, strict=True)
        return Row(np.concatenate(places), np.concatenate(weights))

    def _said(self, read: List[str]) -> Said:
        heard = mended(read, self.known)
        found = self._lexicon.find(heard)
        return Said(
            words=["^", *map(_stem, heard), "$"],
            text=" ".join(["^", *heard, "$"]),
            concepts=_told(found, heard),
            is_known=bool(found) or any(word in self.known for word in heard),
        )

    def state(self) -> Dict[str, Any]:
        """The terms that each reader knows, and the weights of them, to be stored."""
        return {
            name: (sorted(reader.vocabulary_, key=reader.vocabulary_.get), reader.idf_)
            for name, reader in self._readers.items()
        }

    def restore(
        self,
        terms: Dict[str, List[str]],
        weights: Dict[str, NDArray[Any]],
        known: Dict[str, int],
    ) -> "Features":
        """Take up a stored state."""
        self.known = known
        for name, reader in self._readers.items():
            reader.vocabulary = {term: place for place, term in enumerate(terms[name])}
            reader.vocabulary_ = reader.vocabulary
            reader.idf_ = weights[name]
        self._make_ready()
        return self

    def _make_ready(self) -> None:
        first = 0
        for name, reader in self._readers.items():
            split = reader.build_analyzer()
            # `idf_` builds an array anew each time that it is asked for.
            rarity = np.asarray(reader.idf_, dtype=np.float32)
            self._ready[name] = _Reader(split, reader.vocabulary_, rarity, first)
            first += len(rarity)


def _weighed(seen: Any, reader: _Reader) -> Row:
    counts = Counter(map(reader.vocabulary.get, reader.split(seen)))
    counts.pop(None, None)
    found = np.fromiter(counts, dtype=np.int64, count=len(counts))
    often = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
    weights = (1 + np.log(often)) * reader.rarity[found]
    return Row(found + reader.first, weights / max(np.linalg.norm(weights), 1e-9))


def _readers() -> Dict[str, TfidfVectorizer]:
    shared: Dict[str, Any] = {"sublinear_tf": True, "lowercase": False, "dtype": np.float32}
    return {
        "words": TfidfVectorizer(analyzer=_with_pairs, **shared),
        "text": TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=2, **shared),
        "concepts": TfidfVectorizer(analyzer=_as_it_is, min_df=2, **shared),
    }


def _stem(word: str) -> str:
    return word if word.startswith("<") else word[:STEM]


def _with_pairs(stems: List[str]) -> List[str]:
    return [*stems, *map(" ".join, itertools.pairwise(stems))]


def _as_it_is(told: List[str]) -> List[str]:
    return told


def _told(found: List[Found], heard: List[str]) -> List[str]:
    """The concepts, which of them follow which within a sentence, and how the message is built."""
    told = [one.concept for one in found]
    stops = [place for place, word in enumerate(heard) if word in {".", "?"}]
    for place, one in enumerate(found):
        for other in found[place + 1 : place + 1 + NEAR]:
            if bisect(stops, one.start) != bisect(stops, other.start):
                break
            if other.concept != one.concept:
                told.append(f"{one.concept}>{other.concept}")
    in_order = [
        one.concept
        for before, one in zip([None, *found], found, strict=False)
        if before is None or before.concept != one.concept
    ]
    told.extend(f"first:{concept}" for concept in in_order[:1])
    if len(in_order) <= FEW:
        told.append(f"all:{'>'.join(in_order)}")
    if "?" in heard or "¿" in heard:
        told.append("asks")
    told.append(f"length:{len(heard).bit_length()}")
    return told
