"""References that would open another customer's case after a slip."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.text.case_reference import REFERENCE, new_reference, parse_reference

pytestmark = pytest.mark.unit

BODIES = st.integers(0, 10**7 - 1).map("{:07d}".format)


def whole(body: str) -> str:
    """The one number with this body whose check digit is right."""
    (number,) = [f"{body}{last}" for last in range(10) if parse_reference(f"{body}{last}")]
    return number


def test_a_new_reference_is_read_back_and_looks_as_it_is_told() -> None:
    references = {new_reference() for _ in range(200)}
    assert len(references) > 190
    for reference in references:
        assert parse_reference(reference) == reference
        assert REFERENCE.fullmatch(reference)


@pytest.mark.parametrize(
    "typed", ["Q-0000-0000", "q00000000", "Q 0000 0000", "0000-0000", "mi caso q-0000 0000"]
)
def test_it_is_read_however_it_is_typed(typed: str) -> None:
    assert parse_reference(typed) == "Q-0000-0000"


@pytest.mark.parametrize("typed", ["", "Q-1234-567", "Q-1234-56789", "Q-0000-0001", "hola"])
def test_what_is_none_is_not_read(typed: str) -> None:
    assert parse_reference(typed) is None


@given(BODIES, st.integers(0, 7), st.integers(1, 9))
def test_every_wrong_digit_is_noticed(body: str, place: int, off: int) -> None:
    number = whole(body)
    wrong = number[:place] + str((int(number[place]) + off) % 10) + number[place + 1 :]
    assert parse_reference(wrong) is None


@given(BODIES, st.integers(0, 6))
def test_every_swap_of_neighbours_is_noticed(body: str, place: int) -> None:
    number = whole(body)
    one, other = number[place], number[place + 1]
    assume(one != other)
    # Luhn's one blind spot, as the standard says: 09 and 90.
    assume({one, other} != {"0", "9"})
    assert parse_reference(number[:place] + other + one + number[place + 2 :]) is None
