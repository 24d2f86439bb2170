"""The kinds of remedies: each has a record, and the console has words for it."""

from pathlib import Path
from typing import get_args

import pytest

from bot.remedy_kind import KINDS, Kind

WORDS = Path(__file__).parents[2] / "bot" / "web" / "console"


def test_every_kind_in_a_policy_has_a_record() -> None:
    assert set(KINDS) == set(get_args(Kind))
    assert all(name == kind.name for name, kind in KINDS.items())


def test_only_vouchers_and_store_credit_have_a_balance() -> None:
    assert {name for name, kind in KINDS.items() if kind.has_balance} == {"voucher", "store_credit"}


def test_paid_back_kinds_are_money() -> None:
    assert all(kind.is_money for kind in KINDS.values() if kind.is_paid_back)


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_console_has_words_for_every_kind(kind: str, language: str) -> None:
    text = (WORDS / f"words_{language}.js").read_text("utf-8")
    assert text.count(f"    {kind}: ") == 2  # what is wished for, and what is promised
