"""The severity of a complaint, by rules that anybody can read and explain."""

import re

from bot.category import CATEGORIES, Severity
from bot.text.normalize import fold

_LEVELS: tuple[Severity, ...] = ("low", "medium", "high")
# Words of harm, repetition or a long time raise the severity by one level.
_GRAVE = re.compile(
    r"\b(hospital|medicin\w*|medicamento\w*|alergi\w*|bebe|embarazad\w+|discapacidad|cumpleanos"
    r"|boda|funeral|otra vez|de nuevo|segunda vez|tercera vez|meses|semanas|veinte llamadas"
    r"|baby|pregnant|medicine|allerg\w*|wedding|birthday|again|second time|third time|months"
    r"|weeks|insult\w*|amenaz\w*|acos\w*|humill\w*|discrimin\w*|mi (?:jefe|familia|trabajo)"
    r"|mis (?:vecinos|papas|padres)|threat\w*|harass\w*|humiliat\w*|my (?:boss|family|work))\b"
)
# Words by which customers call the matter small lower it by one level.
_SLIGHT = re.compile(
    r"\b(un poco|poquito|pequen\w+|leve\w*|detalle|detallito|rayon(?:cito)?|raspon|rasguno"
    r"|slight\w*|small|minor|tiny|scratch\w*)\b"
)


def estimate(text: str, category: str, *, more_than_one: bool = False) -> Severity:
    """Return the severity of a complaint: its category's, raised or lowered by the words.

    Args:
        more_than_one: the customer has two complaints, which raises it by one level.
    """
    level = _LEVELS.index(CATEGORIES[category].severity)
    folded = fold(text)
    level += bool(_GRAVE.search(folded)) + more_than_one - bool(_SLIGHT.search(folded))
    return _LEVELS[max(0, min(level, len(_LEVELS) - 1))]


def more_severe(first: Severity, second: Severity) -> Severity:
    """Return the more severe of two."""
    return max(first, second, key=_LEVELS.index)
