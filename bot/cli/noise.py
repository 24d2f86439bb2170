"""Spelling as people type in a hurry, made of messages that are spelled well; always the same."""

import random
import unicodedata
from collections.abc import Callable

# One long word in so many has two letters swapped.
SWAPPED = 6


def without_accents(text: str) -> str:
    """What people type who leave the accents out: "Llego" for "Llegó"."""
    letters = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def letters_swapped(text: str) -> str:
    """Two neighbours inside some of the longer words change places."""
    chance = random.Random(text)  # noqa: S311  (the same text is always spoiled alike)
    return " ".join(_swapped(word, chance) for word in text.split())


def _swapped(word: str, chance: random.Random) -> str:
    if len(word) < 4 or not word.isalpha() or chance.randrange(SWAPPED):
        return word
    place = chance.randrange(1, len(word) - 1)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


NOISES: dict[str, Callable[[str], str]] = {
    "no accents": without_accents,
    "letters swapped": letters_swapped,
    "all capitals": str.upper,
}
