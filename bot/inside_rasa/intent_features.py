"""What an intent is told by: a message's words, the pieces of its words, and its concepts."""

from bisect import bisect
from collections import Counter
from typing import Any, Callable, Dict, List, NamedTuple, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.inside_rasa.concepts import Found, Lexicon
from bot.inside_rasa.spelling import mended
from bot.inside_rasa.words import words

# How many concepts further on still belong to what a concept begins to say.
NEAR = 6
# A message of so few concepts is known by all of them in their order.
FEW = 4


# A long word's beginning stands for all its forms: "funciona", "funcionó", "funcionaba".
STEM = 5


class Said(NamedTuple):
    """A message as its readers see it."""

    stems: str
    text: str
    concepts: List[str]


class Features:
    """Counts what is in a message: three kinds of things, each weighed by how rare it is."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Takes the lexicon of concepts."""
        self._lexicon = lexicon
        self._readers = _readers()
        self._known: Dict[str, int] = {}

    def learn(self, texts: Sequence[str]) -> csr_matrix:
        """Learn what occurs in these messages, and how often; a row for each."""
        self._known = dict(Counter(word for text in texts for word in words(text)))
        return self._rows(texts, TfidfVectorizer.fit_transform)

    def of(self, texts: Sequence[str]) -> csr_matrix:
        """A row for each message."""
        return self._rows(texts, TfidfVectorizer.transform)

    def _rows(self, texts: Sequence[str], read: Callable[..., csr_matrix]) -> csr_matrix:
        said = [self._said(text) for text in texts]
        seen = [
            read(reader, [getattr(one, _SEES[name]) for one in said])
            for name, reader in self._readers.items()
        ]
        return hstack(seen, format="csr", dtype=np.float32)

    def know(self, text: str) -> bool:
        """Whether any word of it was ever seen, or says a concept."""
        heard = self._hear(text)
        seen = self._readers["words"].vocabulary_
        return any(_stem(word) in seen for word in heard) or bool(self._lexicon.find(heard))

    def _hear(self, text: str) -> List[str]:
        return mended(words(text), self._known)

    def _said(self, text: str) -> Said:
        heard = self._hear(text)
        return Said(
            stems=" ".join(["^", *map(_stem, heard), "$"]),
            text=" ".join(["^", *heard, "$"]),
            concepts=_told(self._lexicon.find(heard), heard),
        )

    def state(self) -> Dict[str, Any]:
        """The terms that each reader knows, and the weights of them, to be stored."""
        return {
            name: (sorted(reader.vocabulary_, key=reader.vocabulary_.get), reader.idf_)
            for name, reader in self._readers.items()
        }

    def restore(self, terms: Dict[str, List[str]], weights: Dict[str, NDArray[Any]]) -> "Features":
        """Take up a stored state."""
        for name, reader in self._readers.items():
            reader.vocabulary = {term: place for place, term in enumerate(terms[name])}
            reader.vocabulary_ = reader.vocabulary
            reader.idf_ = weights[name]
        return self


_SEES = {"words": "stems", "pieces": "text", "concepts": "concepts"}


def _readers() -> Dict[str, TfidfVectorizer]:
    shared: Dict[str, Any] = {"sublinear_tf": True, "lowercase": False, "dtype": np.float32}
    return {
        "words": TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"\S+", **shared),  # noqa: S106  (no secret)
        "pieces": TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=2, **shared),
        "concepts": TfidfVectorizer(analyzer=_as_it_is, min_df=2, **shared),
    }


def _stem(word: str) -> str:
    return word if word.startswith("<") else word[:STEM]


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
