"""A second complaint that is lost, or one that nobody made."""

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
def test_it_is_told_when_it_is_clear_or_announced(
    text: str, ranking: list[tuple[str, float]], also: str | None
) -> None:
    assert find_second_category(text, "late_delivery", ranking) == also


@pytest.mark.parametrize("loud", ["threat", "danger", "wants_human"])
def test_beside_what_is_loud_a_faint_complaint_is_heard(loud: str) -> None:
    ranking = [(loud, 0.9), ("refund_pending", 0.1)]
    assert (
        find_second_category("me deben la plata y los voy a demandar", loud, ranking)
        == "refund_pending"
    )
    assert (
        find_second_category("los voy a demandar", loud, [(loud, 0.99), ("damaged", 0.01)]) is None
    )
