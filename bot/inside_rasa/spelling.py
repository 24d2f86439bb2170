"""Mends a slip of the fingers: a word never seen becomes the known one that was meant."""

from string import ascii_lowercase
from typing import Iterator, List, Mapping

# Shorter words have too many neighbours to tell which one was meant.
SHORTEST = 4
SHORTEST_WITH_A_WRONG_LETTER = 7


def mended(words: List[str], known: Mapping[str, int]) -> List[str]:
    """The words, those unknown replaced by the most frequent known one that is one slip away."""
    return [word if word in known else _meant(word, known) for word in words]


def _meant(word: str, known: Mapping[str, int]) -> str:
    if len(word) < SHORTEST or not word.isalpha():
        return word
    for slips in _slips(word):
        near = [slip for slip in slips if slip in known and len(slip) >= SHORTEST]
        if near:
            return max(near, key=known.__getitem__)
    return word


def _slips(word: str) -> Iterator[List[str]]:
    """What may have been meant, the likeliest kind of slip first."""
    parts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    yield [left + right[1] + right[0] + right[2:] for left, right in parts if len(right) > 1]
    yield [left + right[1:] for left, right in parts if right]
    yield [left + letter + right for left, right in parts for letter in ascii_lowercase]
    if len(word) >= SHORTEST_WITH_A_WRONG_LETTER:
        yield [
            left + letter + right[1:]
            for left, right in parts
            if right
            for letter in ascii_lowercase
        ]
