"""Phones: the same one written differently, and different ones that look alike."""

import pytest

from bot.customers.contacts import is_same_phone, normalize_phone

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        ("+573001234567", "300 123 4567", True),
        ("+57 300 123 4567", "3001234567", True),
        ("+573001234567", "573001234567", True),
        ("+573001234567", "3001234568", False),
        ("+573001234567", "3101234567", False),
        ("+573001234567", "1234567", False),  # a part is no proof
        ("+573001234567", "01234567", False),
        ("1234567", "1234567", False),
        ("", "", False),
        (None, None, False),
        ("+573001234567", None, False),
    ],
)
def test_same_phone_is_recognized(first: str | None, second: str | None, is_same: bool) -> None:
    assert is_same_phone(first, second) is is_same
    assert is_same_phone(second, first) is is_same


@pytest.mark.parametrize(
    ("text", "region", "stored"),
    [
        ("300 123 4567", "CO", "+573001234567"),
        ("+52 55 1234 5678", "CO", "+525512345678"),
        ("55 1234 5678", "MX", "+525512345678"),
        ("", "CO", None),
        ("no", "CO", None),
    ],
)
def test_phone_is_stored_in_one_form(text: str, region: str, stored: str | None) -> None:
    assert normalize_phone(text, region) == stored
