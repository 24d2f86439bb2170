"""The fifteen categories: what is missing in one of them, and the one for all the rest."""

import pytest

from bot.category import CATEGORIES, OTHER_COMPLAINT, OrderNeed
from bot.config.settings import ROOT
from bot.understanding.clarification import candidates
from bot.understanding.second_complaint import find_second_category

pytestmark = pytest.mark.unit


def test_other_complaint_needs_no_order_and_weighs_least() -> None:
    other = CATEGORIES[OTHER_COMPLAINT]
    assert (other.order, other.severity) == (OrderNeed.NONE, "low")


def test_other_complaint_is_neither_asked_about_nor_a_second_complaint() -> None:
    assert candidates([(OTHER_COMPLAINT, 0.3)]) == ()
    assert (
        find_second_category("además", "damaged", [("damaged", 0.5), (OTHER_COMPLAINT, 0.4)])
        is None
    )


def test_slug_of_other_complaint_is_written_in_one_place() -> None:
    sources = [file for folder in ("bot", "actions") for file in (ROOT / folder).rglob("*.py")]
    holders = [
        file.relative_to(ROOT).as_posix()
        for file in sources
        if f'"{OTHER_COMPLAINT}"' in file.read_text(encoding="utf-8")
    ]
    assert holders == ["bot/category.py"]
