"""The range of minutes that a customer is told, computed from recent waits."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handoffs.wait_estimate import MIN_SAMPLES, typical_minutes

pytestmark = pytest.mark.unit


def minutes(*each: float) -> list[timedelta]:
    return [timedelta(minutes=wait) for wait in each]


@pytest.mark.parametrize(
    ("waits", "expected"),
    [
        ([], None),
        (minutes(1, 2, 3, 4), None),
        (minutes(3, 3, 3, 3, 3), (3, 4)),
        (minutes(0, 0, 0, 0, 0), (0, 1)),
        (minutes(1, 2, 3, 4, 5), (1, 5)),
        (minutes(5, 4, 3, 2, 1), (1, 5)),
        (minutes(*[4] * 19, 600), (4, 5)),
        (minutes(0, *[10] * 19), (10, 11)),
        (minutes(2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22), (4, 20)),
    ],
)
def test_minutes_are_the_first_to_last_decile(
    waits: list[timedelta], expected: tuple[int, int] | None
) -> None:
    assert typical_minutes(waits) == expected


@given(st.lists(st.timedeltas(timedelta(0), timedelta(days=1)), min_size=MIN_SAMPLES, max_size=50))
def test_minutes_are_whole_and_enclose_the_deciles(waits: list[timedelta]) -> None:
    estimated = typical_minutes(waits)
    assert estimated is not None
    low, high = estimated
    assert 0 <= low < high
    shortest, longest = min(waits), max(waits)
    assert timedelta(minutes=low + 1) > shortest
    assert timedelta(minutes=high - 1) <= longest
