"""Finds in a message the concepts that data/concepts.yml has phrases for.

A phrase is one or more words. A word that ends in "*" matches every word with that beginning; an
"…" between two words matches up to MAX_GAP words within the same sentence.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from bot.inside_rasa.words import ABBREVIATIONS, fold, phonetic

# The most words that an ellipsis in a phrase stands for.
MAX_GAP = 3
_ELLIPSIS = "…"

# What follows the first word of a phrase, and the concept that the phrase means.
_Tail = tuple[str, tuple[str, ...]]


class ConceptMatch(NamedTuple):
    """A concept in a message, with the index of the token that it starts with."""

    start: int
    concept: str


class Lexicon:
    """The phrases of all concepts, indexed by their first word."""

    def __init__(self, concepts: Mapping[str, str]) -> None:
        """Index the phrases of each concept, which are separated by commas."""
        self._whole: dict[str, set[_Tail]] = {}
        self._prefixes: dict[str, set[_Tail]] = {}
        for concept, phrases in concepts.items():
            for phrase in phrases.split(","):
                for first, *rest in _patterns(phrase):
                    index = self._prefixes if first.endswith("*") else self._whole
                    index.setdefault(first.rstrip("*"), set()).add((concept, tuple(rest)))
        self._prefix_lengths = sorted({len(prefix) for prefix in self._prefixes})

    def find(self, tokens: list[str]) -> list[ConceptMatch]:
        """Return every concept in these tokens, in the order of their first tokens."""
        matches: set[ConceptMatch] = set()
        for start, token in enumerate(tokens):
            for concept, rest in self._tails(token):
                if _matches(rest, tokens, start + 1):
                    matches.add(ConceptMatch(start, concept))
        return sorted(matches)

    def _tails(self, token: str) -> Iterator[_Tail]:
        """Yield what must follow, for each phrase that can start with this token."""
        yield from self._whole.get(token, ())
        for length in self._prefix_lengths:
            if length > len(token):
                break
            yield from self._prefixes.get(token[:length], ())


def _patterns(phrase: str) -> Iterable[list[str]]:
    """Yield the phrase as a list of tokens; twice if its sound depends on what follows a prefix."""
    pattern: list[str] = []
    for word in fold(phrase).split():
        stem = word.rstrip("*")
        if word != _ELLIPSIS and stem == word:
            pattern.extend(phonetic(part) for part in ABBREVIATIONS.get(word, word).split())
        elif word == _ELLIPSIS:
            pattern.append(word)
        else:
            # A final c sounds like s before e and i, else like k: here the first of the two.
            spelled = phonetic(stem[:-1] + "s") if stem[-1] == "c" else phonetic(stem)
            pattern.append(f"{spelled}*")
    if pattern:
        yield pattern
    stripped = phrase.strip()
    if stripped.endswith("c*") and " " not in stripped:
        yield [phonetic(fold(stripped[:-1])) + "*"]


def _matches(rest: tuple[str, ...], tokens: list[str], at: int) -> bool:
    """Return True if the rest of a phrase matches the tokens from index ``at`` on."""
    if not rest:
        return True
    if rest[0] == _ELLIPSIS:
        return any(
            _matches(rest[1:], tokens, index)
            for index in range(at, at + MAX_GAP + 1)
            if "." not in tokens[at:index]
        )
    if at >= len(tokens):
        return False
    pattern, token = rest[0], tokens[at]
    fits = token.startswith(pattern[:-1]) if pattern.endswith("*") else token == pattern
    return fits and _matches(rest[1:], tokens, at + 1)
