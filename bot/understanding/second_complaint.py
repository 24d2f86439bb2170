"""The second complaint in a message that has two."""

import re
from collections.abc import Sequence

from bot.category import CATEGORIES, OTHER_COMPLAINT
from bot.text.normalize import fold

# The least confidence of a second category, and of both together: if the first is a guess, so is
# the second. Less is enough if words such as "además" announce it, or if the first intent is no
# complaint (a threat, a wish for a human), which leaves little confidence to others.
AT_LEAST, BOTH_AT_LEAST = 0.25, 0.7
AT_LEAST_IF_ANNOUNCED = 0.05
_ANNOUNCED = re.compile(
    r"\b(?:ademas|tambien|encima|aparte|para colmo|y luego|por si fuera poco|y todavia|y cuando"
    r"|y cada vez|y de es[ao]s?|y nadie|also|besides|on top|and then|plus|and when|and every time"
    r"|and nobody|and no one|as well|to make matters worse)\b"
)


def find_second_category(text: str, first: str, ranking: Sequence[tuple[str, float]]) -> str | None:
    """Return the category of a second complaint besides ``first``, if there is one.

    Args:
        first: the intent of the message; mostly a category.
        ranking: intents with their confidence (0 to 1), the likeliest first.
    """
    is_announced = first not in CATEGORIES or _ANNOUNCED.search(fold(text)) is not None
    least = AT_LEAST_IF_ANNOUNCED if is_announced else AT_LEAST
    confidence_of_first = dict(ranking).get(first, 0.0)
    for name, confidence in ranking:
        if name in CATEGORIES and name != first and confidence >= least:
            is_likely = is_announced or confidence + confidence_of_first >= BOTH_AT_LEAST
            return name if is_likely and name != OTHER_COMPLAINT else None
    return None
