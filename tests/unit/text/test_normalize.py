"""Spellings that must count as one."""

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
def test_case_accents_and_spaces_do_not_matter(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [("PED-10482", "PED10482"), ("ped 10.482", "PED10482"), ("#", ""), ("ñ-1", "N1")],
)
def test_a_key_is_letters_and_digits(text: str, found: str) -> None:
    assert order_key(text) == found


@given(st.text())
def test_a_key_holds_nothing_else(text: str) -> None:
    assert all(one.isascii() and one.isalnum() and one == one.upper() for one in order_key(text))


def test_digits_alone() -> None:
    assert digits("+57 (300) 123-45") == "5730012345"
