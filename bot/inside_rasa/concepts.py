"""Finds in a message the concepts that data/concepts.yml has words for."""

from typing import Dict, Iterable, Iterator, List, Mapping, NamedTuple, Set, Tuple

from bot.inside_rasa.words import SHORT, heard, plain

# How many words may stand where a phrase has an ellipsis.
GAP = 3
_ELLIPSIS = "…"


class Found(NamedTuple):
    """A concept, and which word of the message it begins with."""

    start: int
    concept: str


class Lexicon:
    """The concepts of a lexicon, ready to be looked for."""

    def __init__(self, concepts: Mapping[str, str]) -> None:
        """Takes the phrases of each concept, separated by commas."""
        self._whole: Dict[str, Set[Tuple[str, Tuple[str, ...]]]] = {}
        self._stems: Dict[str, Set[Tuple[str, Tuple[str, ...]]]] = {}
        for concept, phrases in concepts.items():
            for phrase in phrases.split(","):
                for first, *rest in _readings(phrase):
                    table = self._stems if first.endswith("*") else self._whole
                    table.setdefault(first.rstrip("*"), set()).add((concept, tuple(rest)))
        self._lengths = sorted({len(stem) for stem in self._stems})

    def find(self, words: List[str]) -> List[Found]:
        """Every concept said, in the order of the words."""
        found: Set[Found] = set()
        for start, word in enumerate(words):
            for concept, rest in self._beginning(word):
                if _follows(rest, words, start + 1):
                    found.add(Found(start, concept))
        return sorted(found)

    def _beginning(self, word: str) -> Iterator[Tuple[str, Tuple[str, ...]]]:
        yield from self._whole.get(word, ())
        for length in self._lengths:
            if length > len(word):
                break
            yield from self._stems.get(word[:length], ())


def _readings(phrase: str) -> Iterable[List[str]]:
    said: List[str] = []
    for word in plain(phrase).split():
        stem = word.rstrip("*")
        if word != _ELLIPSIS and stem == word:
            said.extend(heard(one) for one in SHORT.get(word, word).split())
        elif word == _ELLIPSIS:
            said.append(word)
        else:
            # How a final c sounds depends on what follows it.
            said.append((heard(stem[:-1] + "s") if stem[-1] == "c" else heard(stem)) + "*")
    if said:
        yield said
    last = phrase.strip()
    if last.endswith("c*") and " " not in last:
        yield [heard(plain(last[:-1])) + "*"]


def _follows(rest: Tuple[str, ...], words: List[str], at: int) -> bool:
    if not rest:
        return True
    if rest[0] == _ELLIPSIS:
        return any(
            _follows(rest[1:], words, place)
            for place in range(at, at + GAP + 1)
            if "." not in words[at:place]
        )
    if at >= len(words):
        return False
    wanted, word = rest[0], words[at]
    fits = word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted
    return fits and _follows(rest[1:], words, at + 1)
