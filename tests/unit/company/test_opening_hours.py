"""Opening hours in words: wrong ones would send people to a closed door."""

from pathlib import Path

import pytest

from bot.company.opening_hours import show_hours
from bot.company.profile import Company, load_company
from bot.config.yaml_schema import read_yaml

pytestmark = pytest.mark.unit

DEMO = Path(__file__).parents[3] / "data" / "company"


def company(**hours: list[str]) -> Company:
    content = read_yaml(DEMO / "profile.yml").content
    return Company.model_validate(content | {"opening_hours": hours, "business_days": list(hours)})


def test_hours_of_the_demo_company_in_both_languages() -> None:
    demo = load_company(DEMO)
    assert show_hours(demo, "es") == (
        "de lunes a sábado de 8:00 a. m. a 8:00 p. m.; domingo de 9:00 a. m. a 5:00 p. m."
    )
    assert show_hours(demo, "en") == (
        "Monday to Saturday from 8:00 AM to 8:00 PM; Sunday from 9:00 AM to 5:00 PM"
    )


def test_lunch_break_is_shown() -> None:
    shown = show_hours(company(monday=["08:00-12:00", "14:00-18:00"]), "es")
    assert shown == "lunes de 8:00 a. m. a 12:00 p. m. y de 2:00 p. m. a 6:00 p. m."


def test_closed_day_in_between_is_not_shown_as_open() -> None:
    shown = show_hours(company(monday=["08:00-12:00"], wednesday=["08:00-12:00"]), "es")
    assert "de lunes a miércoles" not in shown
    assert shown.count("lunes") == shown.count("miércoles") == 1
    assert "martes" not in shown


def test_days_are_in_the_order_of_the_week() -> None:
    shown = show_hours(
        company(sunday=["09:00-10:00"], monday=["08:00-12:00"], tuesday=["08:00-12:00"]), "es"
    )
    assert shown.startswith("de lunes a martes")
    assert "domingo" in shown


def test_midnight_at_the_end_of_the_day_is_shown() -> None:
    assert "12:00 a. m." in show_hours(company(monday=["20:00-24:00"]), "es")
