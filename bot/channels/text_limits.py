"""Fits texts to a channel's limits: splits long ones at a natural break, shortens titles."""

import re

# Where a text may be split, the best first: between paragraphs, lines, sentences, words.
_BREAKS = tuple(map(re.compile, (r"\n\n+", r"\n", r"(?<=[.!?…])\s+", r"\s")))


def split(text: str, longest: int) -> list[str]:
    """Split a text into pieces of at most ``longest`` characters; only white space is dropped."""
    pieces = []
    rest = text.strip()
    while len(rest) > longest:
        end = _find_break(rest, longest)
        pieces.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*pieces, rest]


def _find_break(text: str, longest: int) -> int:
    """Return where to split, at most ``longest`` characters from the start."""
    for pattern in _BREAKS:
        ends = [match.start() for match in pattern.finditer(text, 0, longest + 1)]
        # Not after a few words, such as a heading.
        if ends and ends[-1] >= longest // 3:
            return ends[-1]
    return longest


def shorten(text: str, longest: int) -> str:
    """Return a title of at most ``longest`` characters, cut after a word, with an ellipsis."""
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    if not text[longest - 1].isspace() and " " in cut[longest // 2 :]:
        cut = cut[: cut.rindex(" ")]
    return cut.rstrip(" ,;:.(–-") + "…"
