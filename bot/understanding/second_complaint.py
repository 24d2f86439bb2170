"""Whether a message tells of a second complaint beside the first, and of which."""

import re
from collections.abc import Sequence

from bot.category import CATEGORIES, OTHER_COMPLAINT
from bot.text.normalize import fold

# A second category counts when it is this sure, and little else is likely: where the first is
# a guess, the second is another guess. Less is enough when the words announce it, or beside a
# threat, a danger or the wish for a person, which are so loud that little else is heard.
AT_LEAST, TOGETHER = 0.25, 0.7
ANNOUNCED = 0.05
_ANNOUNCED = re.compile(
    r"\b(?:ademas|tambien|encima|aparte|para colmo|y luego|por si fuera poco|y todavia|y cuando"
    r"|y cada vez|y de es[ao]s?|y nadie|also|besides|on top|and then|plus|and when|and every time"
    r"|and nobody|and no one|as well|to make matters worse)\b"
)


def find_second_category(text: str, first: str, ranking: Sequence[tuple[str, float]]) -> str | None:
    """The category that is told of besides ``first``.

    Args:
        first: the category of the message, or another intent that it is taken for.
        ranking: what the message may mean, with how sure that is, the surest first.
    """
    is_faint = first not in CATEGORIES or _ANNOUNCED.search(fold(text)) is not None
    least = ANNOUNCED if is_faint else AT_LEAST
    sure = dict(ranking)
    for name, confidence in ranking:
        if name in CATEGORIES and name != first and confidence >= least:
            both = is_faint or confidence + sure.get(first, 0.0) >= TOGETHER
            return name if both and name != OTHER_COMPLAINT else None
    return None
