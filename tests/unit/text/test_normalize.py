"""Normal forms: spellings that must count as one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.normalize import digits, fold, order_key

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "folded"),
    [("  Ñandú ", "nandu"), ("ÁÉÍ  óú\tx", "aei ou x"), ("", ""), ("STRASSE", "strasse"),
     ("ﬁn", "fin")],
)  # fmt: skip
def test_folding_removes_case_accents_and_extra_spaces(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "key"),
    [("PED-10482", "PED10482"), ("ped 10.482", "PED10482"), ("#", ""), ("ñ-1", "N1")],
)
def test_order_key_is_letters_and_digits_in_upper_case(text: str, key: str) -> None:
    assert order_key(text) == key


@given(st.text())
def test_order_key_of_any_text_holds_nothing_else(text: str) -> None:
    assert all(
        char.isascii() and char.isalnum() and char == char.upper() for char in order_key(text)
    )


def test_digits_removes_everything_else() -> None:
    assert digits("+57 (300) 123-45") == "5730012345"
