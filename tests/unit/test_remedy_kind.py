"""The kinds of remedy: each is described once, and the policy, the chat and the console know it."""

from pathlib import Path
from typing import get_args

import pytest

from bot.remedy_kind import KINDS, Kind

WORDS = Path(__file__).parents[2] / "bot" / "web" / "console"


def test_every_kind_that_a_policy_may_name_is_described() -> None:
    assert set(KINDS) == set(get_args(Kind))
    assert all(name == kind.name for name, kind in KINDS.items())


def test_only_sums_with_a_code_have_a_balance_to_spend() -> None:
    assert {name for name, kind in KINDS.items() if kind.has_balance} == {"voucher", "store_credit"}


def test_what_is_paid_back_is_money() -> None:
    assert all(kind.is_money for kind in KINDS.values() if kind.is_paid_back)


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_console_has_words_for_every_kind(kind: str, language: str) -> None:
    text = (WORDS / f"words_{language}.js").read_text("utf-8")
    assert text.count(f"    {kind}: ") == 2  # what is wished for, and what is promised
