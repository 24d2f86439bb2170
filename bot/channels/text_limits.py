"""Texts within a channel's limits: long ones split where one breathes, titles shortened."""

import re

# Where a text may be cut, the best first: between paragraphs, lines, sentences, words.
_BREAKS = tuple(map(re.compile, (r"\n\n+", r"\n", r"(?<=[.!?…])\s+", r"\s")))


def split(text: str, longest: int) -> list[str]:
    """The text in pieces of at most ``longest`` characters; nothing but white space is left out."""
    pieces = []
    rest = text.strip()
    while len(rest) > longest:
        at = _break(rest, longest)
        pieces.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [*pieces, rest]


def _break(text: str, longest: int) -> int:
    for pattern in _BREAKS:
        ends = [match.start() for match in pattern.finditer(text, 0, longest + 1)]
        # A piece of a few words would be torn off for a heading's sake.
        if ends and ends[-1] >= longest // 3:
            return ends[-1]
    return longest


def shorten(text: str, longest: int) -> str:
    """A title that fits: cut after a whole word, with a sign that there is more."""
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    if not text[longest - 1].isspace() and " " in cut[longest // 2 :]:
        cut = cut[: cut.rindex(" ")]
    return cut.rstrip(" ,;:.(–-") + "…"
