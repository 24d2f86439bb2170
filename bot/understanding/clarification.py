"""The complaints to ask about when it is unclear what a message means."""

from collections.abc import Sequence

from bot.category import CATEGORIES, OTHER_COMPLAINT

# The two likeliest categories are both named if their confidences add up to this.
BOTH_AT_LEAST = 0.4
# A single one is named from this confidence on; below it, the guess would mislead the customer.
ONE_AT_LEAST = 0.15
# "Another complaint" would say nothing in a question.
NAMEABLE = CATEGORIES.keys() - {OTHER_COMPLAINT}


def candidates(ranking: Sequence[tuple[str, float]]) -> tuple[str, ...]:
    """Return two categories to choose between, one that may be meant, or none.

    Args:
        ranking: intents with their confidence (0 to 1), the likeliest first.
    """
    best = [(name, confidence) for name, confidence in ranking if name != "nlu_fallback"][:2]
    if not all(name in CATEGORIES for name, _ in best):
        # It may be no complaint at all.
        best = best[:1]
    if len(best) == 2 and sum(confidence for _, confidence in best) >= BOTH_AT_LEAST:
        return tuple(name for name, _ in best)
    return tuple(
        name for name, confidence in best[:1] if name in NAMEABLE and confidence >= ONE_AT_LEAST
    )
