"""Corrects typing errors: replaces an unknown word by a known one at an edit distance of one."""

from collections.abc import Iterator, Mapping
from string import ascii_lowercase

# Shorter words have too many neighbours to choose from.
MIN_LENGTH = 4
MIN_LENGTH_FOR_SUBSTITUTION = 7


def correct(words: list[str], counts: Mapping[str, int]) -> list[str]:
    """Return the words, each unknown one replaced by its most frequent known neighbour, if any.

    Args:
        counts: how often each known word occurs in the training data.
    """
    return [word if word in counts else _corrected(word, counts) for word in words]


def _corrected(word: str, counts: Mapping[str, int]) -> str:
    if len(word) < MIN_LENGTH or not word.isalpha():
        return word
    for candidates in _candidates(word):
        known = [other for other in candidates if other in counts and len(other) >= MIN_LENGTH]
        if known:
            return max(known, key=counts.__getitem__)
    return word


def _candidates(word: str) -> Iterator[list[str]]:
    """Yield the words one edit away, by kind of edit, the most frequent kind of error first."""
    splits = [(word[:index], word[index:]) for index in range(len(word) + 1)]
    # Transpositions, surplus letters, missing letters, wrong letters.
    yield [left + right[1] + right[0] + right[2:] for left, right in splits if len(right) > 1]
    yield [left + right[1:] for left, right in splits if right]
    yield [left + letter + right for left, right in splits for letter in ascii_lowercase]
    if len(word) >= MIN_LENGTH_FOR_SUBSTITUTION:
        yield [
            left + letter + right[1:]
            for left, right in splits
            if right
            for letter in ascii_lowercase
        ]
