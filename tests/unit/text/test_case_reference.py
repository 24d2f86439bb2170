"""Case references: a slip must not open another customer's case."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.text.case_reference import REFERENCE, new_reference, parse_reference

pytestmark = pytest.mark.unit

BODIES = st.integers(0, 10**7 - 1).map("{:07d}".format)


def with_check_digit(body: str) -> str:
    """Return the one number with these seven digits whose check digit is right."""
    (number,) = [f"{body}{last}" for last in range(10) if parse_reference(f"{body}{last}")]
    return number


def test_new_reference_is_valid_and_has_the_documented_form() -> None:
    references = {new_reference() for _ in range(200)}
    assert len(references) > 190
    for reference in references:
        assert parse_reference(reference) == reference
        assert REFERENCE.fullmatch(reference)


@pytest.mark.parametrize(
    "typed", ["Q-0000-0000", "q00000000", "Q 0000 0000", "0000-0000", "mi caso q-0000 0000"]
)
def test_reference_is_parsed_however_it_is_typed(typed: str) -> None:
    assert parse_reference(typed) == "Q-0000-0000"


@pytest.mark.parametrize("typed", ["", "Q-1234-567", "Q-1234-56789", "Q-0000-0001", "hola"])
def test_invalid_reference_is_not_parsed(typed: str) -> None:
    assert parse_reference(typed) is None


@given(BODIES, st.integers(0, 7), st.integers(1, 9))
def test_every_wrong_digit_is_detected(body: str, place: int, off: int) -> None:
    number = with_check_digit(body)
    wrong = number[:place] + str((int(number[place]) + off) % 10) + number[place + 1 :]
    assert parse_reference(wrong) is None


@given(BODIES, st.integers(0, 6))
def test_every_swap_of_neighbouring_digits_is_detected(body: str, place: int) -> None:
    number = with_check_digit(body)
    left, right = number[place], number[place + 1]
    assume(left != right)
    # The Luhn algorithm does not detect the swap of 09 and 90.
    assume({left, right} != {"0", "9"})
    assert parse_reference(number[:place] + right + left + number[place + 2 :]) is None
