"""Spelling noise for test messages; the same text always gets the same noise."""

import random
import unicodedata
from collections.abc import Callable

# One word in so many, of those with at least four letters, gets two letters swapped.
SWAP_RATE = 6


def without_accents(text: str) -> str:
    """Return the text without accents: "Llego" for "Llegó"."""
    letters = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def letters_swapped(text: str) -> str:
    """Return the text with two neighbouring letters swapped inside some of its longer words."""
    generator = random.Random(text)  # noqa: S311  (must be reproducible, not secret)
    return " ".join(_swapped(word, generator) for word in text.split())


def _swapped(word: str, generator: random.Random) -> str:
    if len(word) < 4 or not word.isalpha() or generator.randrange(SWAP_RATE):
        return word
    index = generator.randrange(1, len(word) - 1)
    return word[:index] + word[index + 1] + word[index] + word[index + 2 :]


NOISES: dict[str, Callable[[str], str]] = {
    "no accents": without_accents,
    "letters swapped": letters_swapped,
    "all capitals": str.upper,
}
