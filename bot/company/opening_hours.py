"""The company's opening hours as a sentence."""

from datetime import time
from itertools import groupby
from typing import get_args

from babel import Locale
from babel.dates import format_time, get_day_names

from bot.company.business_hours import Interval
from bot.company.profile import Company, Weekday
from bot.money import locale_for


def show_hours(company: Company, language: str) -> str:
    """Return the opening hours, with days of the same hours together.

    Such as "de lunes a sábado de 8:00 a. m. a 8:00 p. m.; domingo de 9:00 a. m. a 5:00 p. m.".
    """
    locale = locale_for(language, company.country)
    names = get_day_names("wide", "format", locale)
    order: tuple[Weekday, ...] = get_args(Weekday)
    week = [(day, company.opening_hours.get(day, ())) for day in order]
    parts = []
    for hours, group in groupby(week, key=lambda item: item[1]):
        if not hours:
            continue  # closed, so the days before and after are not joined
        day_names = [names[order.index(day)] for day, _ in group]
        spans = [_span(interval, locale, language) for interval in hours]
        joined = (" y " if language == "es" else " and ").join(spans)
        parts.append(f"{_days(day_names, language)} {joined}")
    return "; ".join(parts).replace("\u202f", " ").replace("\u00a0", " ")


def _span(interval: Interval, locale: Locale, language: str) -> str:
    opens, closes = (
        format_time(time(minutes // 60 % 24, minutes % 60), "short", locale=locale)
        for minutes in (interval.opens, interval.closes)
    )
    return f"de {opens} a {closes}" if language == "es" else f"from {opens} to {closes}"


def _days(day_names: list[str], language: str) -> str:
    if len(day_names) == 1:
        return day_names[0]
    first, last = day_names[0], day_names[-1]
    return f"de {first} a {last}" if language == "es" else f"{first} to {last}"
