"""Which alternative a customer means, in their own words: "el segundo", "mejor el vale", "2"."""

import re
from collections.abc import Sequence

from bot.remedy_kind import KINDS
from bot.text.normalize import fold

_PLACES = (
    # "The second one" is the second.
    (
        r"\b(?:1|1ra|1ro|1a|primer[oa]?|uno|first|1st"
        r"|(?<!last )(?<!second )(?<!third )(?<!2nd )(?<!3rd )one)\b"
    ),
    r"\b(?:2|2da|2do|2a|segund[oa]|dos|second|two|2nd)\b",
    r"\b(?:3|3ra|3ro|3a|tercer[oa]?|tres|third|three|3rd)\b",
)
_LAST = re.compile(r"\b(?:ultim[oa]|last)\b")
_QUESTION = re.compile(
    r"\W*(?:y\s+|and\s+)?(?:cuant\w+|como|cuando|donde|cual\w*|por que|quien"
    r"|que (?:es|son|incluye|cubre|significa|pasa|tal)|how|what|when|where|which|why|who|does"
    r"|do you|is (?:it|there)|are there)\b"
)
_SPENT_IN_THE_SHOP = tuple(name for name, kind in KINDS.items() if kind.has_balance)
_WISH = re.compile(r"\b(?:quiero|exijo|necesito|pido|prefiero|want|demand|need|prefer)\b")
_NEGATED = re.compile(
    r"\b(?:no (?:quiero|me sirve|acepto|me interesa|necesito)|nada de|ni|sin|menos"
    r"|don'?t want|do not want|not|no need for|without)\s+(?:\w+\s+){0,3}?"
)


def find_choice(text: str, kinds: Sequence[str]) -> int | None:
    """The place (from 0) of the alternative that ``text`` names, or None where it names none.

    Args:
        kinds: the kind of each alternative, in the order they are shown.
    """
    said = _without_refusals(fold(text))
    named = {
        place
        for place, kind in enumerate(kinds)
        if re.search(rf"\b(?:{_words_for(kind, kinds)})", said)
    }
    if len(named) == 1:
        return named.pop()
    places = {
        place for place, pattern in enumerate(_PLACES[: len(kinds)]) if re.search(pattern, said)
    }
    if _LAST.search(said):
        places.add(len(kinds) - 1)
    return places.pop() if len(places) == 1 and not named else None


def is_question(text: str) -> bool:
    """Whether a text asks something, so that naming an alternative is not choosing it."""
    return "?" in text or _QUESTION.match(fold(text)) is not None


def _words_for(kind: str, kinds: Sequence[str]) -> str:
    """The words for a kind: people say "vale" for store credit, unless a voucher stands beside."""
    alike = [other for other in _SPENT_IN_THE_SHOP if other == kind or other not in kinds]
    return "|".join(KINDS[one].words for one in (alike if kind in _SPENT_IN_THE_SHOP else [kind]))


def find_desired_kind(text: str) -> str | None:
    """The kind of remedy that a customer asks for before anything was offered."""
    said = _without_refusals(fold(text))
    wish = _WISH.search(said)
    if wish is None:
        return None
    wanted = said[wish.end() :]
    for kind in KINDS.values():
        told = rf"^\W*(?:\w+\W+){{0,6}}?(?:{kind.words})"
        if kind.is_wished_for and re.search(told, wanted):
            return kind.name
    return None


def _without_refusals(said: str) -> str:
    """The text without what the customer says they do not want: "no quiero un cupón, …"."""
    every = "|".join(kind.words for kind in KINDS.values())
    return re.sub(rf"{_NEGATED.pattern}(?:{every})", " ", said)
