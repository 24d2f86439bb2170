"""E-mail addresses: one stored form, and no two mailboxes taken for one."""

import pytest

from bot.text import email_address

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        ("ana.ruiz@example.com", "ANA.RUIZ@Example.com ", True),
        ("ana.ruiz@example.com", "ana. ruiz@example.com", True),
        ("jos\u00e9@example.com", "JOS\u00c9@example.com", True),
        ("jos\u00e9@example.com", "jose\u0301@example.com", True),  # composed and decomposed é
        ("josé@example.com", "jose@example.com", False),
        ("nuñez@example.com", "nunez@example.com", False),
        ("strauß@example.com", "strauss@example.com", False),
        ("ana.ruiz@example.com", "ana.ruiz@example.co", False),
        ("ana.ruiz@example.com", "anaruiz@example.com", False),
        ("ana@example.com", "diana@example.com", False),
        ("", "", False),
        (None, None, False),
        ("ana@example.com", None, False),
        ("", None, False),
    ],
)
def test_same_address_is_recognized_and_accents_are_kept_apart(
    first: str | None, second: str | None, is_same: bool
) -> None:
    assert email_address.is_same(first, second) is is_same
    assert email_address.is_same(second, first) is is_same


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        (" Ana@Example.COM", "ana@example.com"),
        ("José@Example.com", "josé@example.com"),
        ("", None),
        ("   ", None),
    ],
)
def test_address_is_stored_in_one_form(text: str, stored: str | None) -> None:
    assert email_address.normalize(text) == stored


@pytest.mark.parametrize(
    ("text", "is_valid"),
    [
        ("ana@example.com", True),
        ("josé@example.com", True),
        ("ana", False),
        ("@example.com", False),
        ("ana@", False),
        ("ana@x@example.com", False),
        ("ana ruiz@example.com", False),
        ("", False),
    ],
)
def test_text_without_one_at_sign_between_two_parts_is_no_address(
    text: str, is_valid: bool
) -> None:
    assert email_address.is_valid(text) is is_valid
