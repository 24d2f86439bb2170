"""Severity: grave cases that would wait behind light ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.category import CATEGORIES
from bot.understanding.severity import estimate, more_severe

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "category", "severity"),
    [
        ("Llegó roto", "damaged", "medium"),
        ("Me gritaron", "other_complaint", "low"),
        ("Llegó roto otra vez", "damaged", "high"),
        ("Era para un cumpleaños", "late_delivery", "high"),
        ("It was for a wedding", "late_delivery", "high"),
        ("Espero hace semanas", "other_complaint", "medium"),
        ("Mi bebé no tiene leche", "late_delivery", "high"),
        ("Nunca llegó", "not_delivered", "high"),
        ("Nunca llegó, otra vez", "not_delivered", "high"),
        ("", "service_outage", "medium"),
    ],
)
def test_words_raise_the_severity_of_the_category(text: str, category: str, severity: str) -> None:
    assert estimate(text, category) == severity


def test_second_complaint_raises_the_severity() -> None:
    assert estimate("Llegó roto", "damaged", more_than_one=True) == "high"
    assert estimate("algo", "other_complaint", more_than_one=True) == "medium"


@given(st.text(), st.sampled_from(sorted(CATEGORIES)), st.booleans())
def test_severity_of_random_text_is_not_below_its_category(
    text: str, category: str, more: bool
) -> None:
    levels = ("low", "medium", "high")
    estimated = estimate(text, category, more_than_one=more)
    assert levels.index(estimated) >= levels.index(CATEGORIES[category].severity)
    assert more_severe(estimated, "low") == estimated
    assert more_severe("high", estimated) == "high"
