"""What to ask back when it is unclear what a message means."""

from collections.abc import Sequence

from bot.category import CATEGORIES, OTHER_COMPLAINT

# Two categories come near each other when together they are this sure.
BOTH_AT_LEAST = 0.4
# One is worth naming from here on; below it, naming it would put words into someone's mouth.
ONE_AT_LEAST = 0.15
# "Something else" is no name for anything.
NAMEABLE = CATEGORIES.keys() - {OTHER_COMPLAINT}


def candidates(ranking: Sequence[tuple[str, float]]) -> tuple[str, ...]:
    """Two complaints to choose between, one that may be meant, or none.

    Args:
        ranking: what the message may mean, with how sure that is, the surest first.
    """
    near = [(name, sure) for name, sure in ranking if name != "nlu_fallback"][:2]
    if not all(name in CATEGORIES for name, _ in near):
        # It may be no complaint at all.
        near = near[:1]
    if len(near) == 2 and sum(sure for _, sure in near) >= BOTH_AT_LEAST:
        return tuple(name for name, _ in near)
    return tuple(name for name, sure in near[:1] if name in NAMEABLE and sure >= ONE_AT_LEAST)
