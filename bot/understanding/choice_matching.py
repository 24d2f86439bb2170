"""The alternative that a customer chooses in words: "el segundo", "mejor el vale", "2"."""

import re
from collections.abc import Sequence

from bot.remedy_kind import KINDS
from bot.text.normalize import fold

_ORDINALS = (
    # "One" after an ordinal is no number: "the second one".
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
_KINDS_WITH_BALANCE = tuple(name for name, kind in KINDS.items() if kind.has_balance)
_WISH = re.compile(r"\b(?:quiero|exijo|necesito|pido|prefiero|want|demand|need|prefer)\b")
_NEGATED = re.compile(
    r"\b(?:no (?:quiero|me sirve|acepto|me interesa|necesito)|nada de|ni|sin|menos"
    r"|don'?t want|do not want|not|no need for|without)\s+(?:\w+\s+){0,3}?"
)


def find_choice(text: str, kinds: Sequence[str]) -> int | None:
    """Return the index of the alternative that ``text`` names; None if it names none or several.

    Args:
        kinds: the kind of each alternative, in the order in which they are shown.
    """
    folded = _without_refusals(fold(text))
    by_kind = {
        index
        for index, kind in enumerate(kinds)
        if re.search(rf"\b(?:{_words_for(kind, kinds)})", folded)
    }
    if len(by_kind) == 1:
        return by_kind.pop()
    by_ordinal = {
        index for index, pattern in enumerate(_ORDINALS[: len(kinds)]) if re.search(pattern, folded)
    }
    if _LAST.search(folded):
        by_ordinal.add(len(kinds) - 1)
    return by_ordinal.pop() if len(by_ordinal) == 1 and not by_kind else None


def is_question(text: str) -> bool:
    """Return True if a text asks something: naming an alternative is then not choosing it."""
    return "?" in text or _QUESTION.match(fold(text)) is not None


def _words_for(kind: str, kinds: Sequence[str]) -> str:
    """Return the pattern for a kind: "vale" also means store credit if no voucher is on offer."""
    if kind not in _KINDS_WITH_BALANCE:
        return KINDS[kind].pattern
    names = [name for name in _KINDS_WITH_BALANCE if name == kind or name not in kinds]
    return "|".join(KINDS[name].pattern for name in names)


def find_desired_kind(text: str) -> str | None:
    """Return the kind of remedy that a customer asks for before an offer: "quiero mi dinero"."""
    folded = _without_refusals(fold(text))
    wish = _WISH.search(folded)
    if wish is None:
        return None
    after_wish = folded[wish.end() :]
    for kind in KINDS.values():
        pattern = rf"^\W*(?:\w+\W+){{0,6}}?(?:{kind.pattern})"
        if kind.is_wished_for and re.search(pattern, after_wish):
            return kind.name
    return None


def _without_refusals(folded: str) -> str:
    """Remove the remedies that the customer does not want: "no quiero un cupón, …"."""
    any_kind = "|".join(kind.pattern for kind in KINDS.values())
    return re.sub(rf"{_NEGATED.pattern}(?:{any_kind})", " ", folded)
