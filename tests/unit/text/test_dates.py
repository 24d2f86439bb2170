"""Moments that a customer would read as another day or another hour."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.text.dates import show_date, show_moment

BOGOTA = ZoneInfo("America/Bogota")
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # Monday, ten in the morning in Bogotá


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BOGOTA).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "spanish", "english"),
    [
        ("2026-11-23 15:30", "hoy a las 3:30 p. m.", "today at 3:30 PM"),
        ("2026-11-23 13:00", "hoy a la 1:00 p. m.", "today at 1:00 PM"),
        ("2026-11-23 12:00", "hoy a las 12:00 p. m.", "today at 12:00 PM"),
        ("2026-11-23 00:30", "hoy a las 12:30 a. m.", "today at 12:30 AM"),
        # Past midnight in UTC, the same evening in Bogotá.
        ("2026-11-23 20:00", "hoy a las 8:00 p. m.", "today at 8:00 PM"),
        (
            "2026-11-24 10:00",
            "mañana martes 24 de noviembre a las 10:00 a. m.",
            "tomorrow, Tuesday, November 24, at 10:00 AM",
        ),
        ("2026-11-22 16:00", "ayer a las 4:00 p. m.", "yesterday at 4:00 PM"),
        ("2026-11-27 20:00", "el viernes 27 de noviembre", "on Friday, November 27"),
        ("2027-01-08 20:00", "el viernes 8 de enero de 2027", "on Friday, January 8, 2027"),
        ("2025-12-31 20:00", "el miércoles 31 de diciembre de 2025",
         "on Wednesday, December 31, 2025"),
    ],
)  # fmt: skip
def test_moment_is_shown_relative_to_now(moment: str, spanish: str, english: str) -> None:
    assert show_moment(at(moment), NOW, "es", BOGOTA) == spanish
    assert show_moment(at(moment), NOW, "en", BOGOTA) == english


def test_always_time_shows_the_time_on_any_day() -> None:
    friday = at("2026-11-27 09:15")
    assert show_moment(friday, NOW, "es", BOGOTA, always_time=True) == (
        "el viernes 27 de noviembre a las 9:15 a. m."
    )
    assert show_moment(friday, NOW, "en", BOGOTA, always_time=True) == (
        "on Friday, November 27, at 9:15 AM"
    )


def test_tomorrow_in_another_year_has_no_year() -> None:
    eve = at("2026-12-31 10:00")
    assert show_moment(at("2027-01-01 09:00"), eve, "es", BOGOTA) == (
        "mañana viernes 1 de enero a las 9:00 a. m."
    )


def test_date_of_a_moment_is_that_of_the_companys_zone() -> None:
    late = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    assert show_date(late, "es", BOGOTA) == "23 de noviembre de 2026"
    assert show_date(date(2027, 2, 20), "es") == "20 de febrero de 2027"
    assert show_date(date(2027, 2, 20), "en") == "February 20, 2027"


def test_moment_without_a_zone_raises() -> None:
    naive = datetime(2026, 11, 23, 15)  # noqa: DTZ001
    for moment, now in ((naive, NOW), (NOW, naive)):
        with pytest.raises(ValueError, match="zone"):
            show_moment(moment, now, "es", BOGOTA)
    for day, zone in ((naive, BOGOTA), (NOW, None)):
        with pytest.raises(ValueError, match="zone"):
            show_date(day, "es", zone)
