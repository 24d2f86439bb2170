"""The second complaint in a message: one that is lost, or one that nobody made."""

import pytest

from bot.understanding.second_complaint import find_second_category

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "ranking", "also"),
    [
        ("llegó tarde y roto", [("late_delivery", 0.6), ("damaged", 0.3)], "damaged"),
        ("llegó tarde", [("late_delivery", 0.8), ("damaged", 0.1)], None),
        ("llegó tarde y además roto", [("late_delivery", 0.8), ("damaged", 0.1)], "damaged"),
        ("late, and on top of that broken", [("late_delivery", 0.9), ("damaged", 0.06)], "damaged"),
        ("llegó tarde, ¿y?", [("late_delivery", 0.6), ("question", 0.3)], None),
        (
            "esto es el colmo",
            [("late_delivery", 0.37), ("damaged", 0.29), ("overcharge", 0.2)],
            None,
        ),
        ("algo pasó", [("late_delivery", 0.5), ("other_complaint", 0.4)], None),
        ("", [], None),
    ],
)
def test_second_category_is_found_if_likely_or_announced(
    text: str, ranking: list[tuple[str, float]], also: str | None
) -> None:
    assert find_second_category(text, "late_delivery", ranking) == also


@pytest.mark.parametrize("first", ["threat", "danger", "wants_human"])
def test_low_confidence_is_enough_beside_an_intent_that_is_no_complaint(
    first: str,
) -> None:
    ranking = [(first, 0.9), ("refund_pending", 0.1)]
    assert (
        find_second_category("me deben la plata y los voy a demandar", first, ranking)
        == "refund_pending"
    )
    assert (
        find_second_category("los voy a demandar", first, [(first, 0.99), ("damaged", 0.01)])
        is None
    )
