"""Moments and dates as the customer reads them, in the company's time zone."""

import re
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

# Babel puts narrow and non-breaking spaces into "3:30 p. m."; plain ones compare and search.
_SPACES: Final = re.compile("[\u00a0\u202f]")


def show_moment(
    at: datetime, now: datetime, language: str, tz: ZoneInfo, *, always_time: bool = False
) -> str:
    """Format when something is due: "hoy a las 3:30 p. m.", "el viernes 27 de noviembre".

    Args:
        now: decides what is yesterday, today and tomorrow; these come with the time of day.
        always_time: show the time of day for other days, too.

    Raises:
        ValueError: a moment has no time zone.
    """
    if at.tzinfo is None or now.tzinfo is None:
        raise ValueError("a moment needs a time zone to be shown")
    local, today = at.astimezone(tz), now.astimezone(tz).date()
    day, clock = _day(local.date(), today, language), _clock(local, language)
    days_ahead = (local.date() - today).days
    if language.startswith("es"):
        near = {0: f"hoy {clock}", 1: f"mañana {day} {clock}", -1: f"ayer {clock}"}
        far = f"el {day} {clock}" if always_time else f"el {day}"
    else:
        near = {0: f"today {clock}", 1: f"tomorrow, {day}, {clock}", -1: f"yesterday {clock}"}
        far = f"on {day}, {clock}" if always_time else f"on {day}"
    return near.get(days_ahead, far)


def show_date(day: date, language: str, tz: ZoneInfo | None = None) -> str:
    """Format a date with its year, for texts such as "hasta el 20 de febrero de 2027".

    A moment is shown as the date that it has in ``tz``.

    Raises:
        ValueError: ``day`` is a moment, and it or ``tz`` lacks a time zone.
    """
    if isinstance(day, datetime):
        if day.tzinfo is None or tz is None:
            raise ValueError("a moment needs a time zone to be shown")
        day = day.astimezone(tz).date()
    return format_date(day, "long", locale="es" if language.startswith("es") else "en")


def _day(day: date, today: date, language: str) -> str:
    """Format the weekday and the date; with the year if it is not this one."""
    spanish = language.startswith("es")
    pattern = "EEEE d 'de' MMMM" if spanish else "EEEE, MMMM d"
    if day.year != today.year and abs(day - today) > timedelta(days=1):
        pattern += " 'de' y" if spanish else ", y"
    return format_date(day, pattern, locale="es" if spanish else "en")


def _clock(at: datetime, language: str) -> str:
    """Format the time of day with its preposition: "a las 3:30 p. m.", "at 3:30 PM"."""
    spanish = language.startswith("es")
    shown = _SPACES.sub(" ", format_time(at, "h:mm a", locale="es" if spanish else "en_US"))
    if spanish:
        return f"a la {shown}" if shown.startswith("1:") else f"a las {shown}"
    return f"at {shown}"
