"""The types of values in profile.yml: each validates one value."""

import re
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Any
from zoneinfo import available_timezones

from babel import Locale
from pydantic import AfterValidator, BeforeValidator

from bot.company.business_hours import CalendarError, Interval, Window
from bot.config.yaml_schema import schema_error
from bot.money import MoneyError, minor_digits


def _country(code: str) -> str:
    if code not in Locale("en").territories or not re.fullmatch("[A-Z]{2}", code):
        raise schema_error(f"{code} is not a country", "a code of ISO 3166 in capitals, such as CO")
    return code


def _currency(code: str) -> str:
    try:
        minor_digits(code)
    except MoneyError:
        raise schema_error(f"{code} is not a currency", "a code of ISO 4217, such as COP") from None
    return code


def _time_zone(name: str) -> str:
    if name not in available_timezones():
        near = get_close_matches(name, available_timezones(), n=1)
        raise schema_error(
            f"{name} is not a time zone", near[0] if near else "such as America/Bogota"
        )
    return name


def _interval(written: Any) -> Interval:
    match = re.fullmatch(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})", str(written))
    if match:
        hours, minutes, until_hours, until_minutes = map(int, match.groups())
        if max(minutes, until_minutes) < 60:
            try:
                return Interval(hours * 60 + minutes, until_hours * 60 + until_minutes)
            except CalendarError:
                pass
    raise schema_error(f"{written} are no opening hours", "hours of one day, such as 08:00-20:00")


def _window(written: Any) -> Window:
    keys = {"business_hours", "business_days"}
    if isinstance(written, Window):
        return written
    if isinstance(written, dict) and set(written) <= keys:
        try:
            hours, days = written.get("business_hours"), written.get("business_days")
            return Window(
                business_hours=float(hours) if isinstance(hours, Decimal) else hours,
                business_days=days,
            )
        except (CalendarError, TypeError, ValueError):
            pass
    raise schema_error(
        "this is no span of business time", "business_hours: 4, or business_days: 5, above zero"
    )


Country = Annotated[str, AfterValidator(_country)]
OpeningHours = Annotated[Interval, BeforeValidator(_interval)]
BusinessTime = Annotated[Window, BeforeValidator(_window)]
Currency = Annotated[str, AfterValidator(_currency)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
