"""The company's opening hours in words."""

from datetime import time
from itertools import groupby
from typing import get_args

from babel.dates import format_time, get_day_names

from bot.company.profile import Company, Weekday
from bot.money import locale_for


def show_hours(company: Company, language: str) -> str:
    """Such as "de lunes a sábado de 8:00 a. m. a 8:00 p. m.; domingo de 9:00 a. m. a 5:00 p. m".

    Days with the same hours stand together.
    """
    locale = locale_for(language, company.country)
    names = get_day_names("wide", "format", locale)
    order: tuple[Weekday, ...] = get_args(Weekday)
    week = [(day, company.opening_hours.get(day, ())) for day in order]
    stretches = []
    for hours, group in groupby(week, key=lambda item: item[1]):
        if not hours:
            continue  # closed: the days before and after it do not stand together
        members = [names[order.index(day)] for day, _ in group]
        spans = [
            _span(
                format_time(time(one.opens // 60, one.opens % 60), "short", locale=locale),
                format_time(time(one.closes // 60 % 24, one.closes % 60), "short", locale=locale),
                language,
            )
            for one in hours
        ]
        joined = (" y " if language == "es" else " and ").join(spans)
        stretches.append(f"{_days(members, language)} {joined}")
    return "; ".join(stretches).replace("\u202f", " ").replace("\u00a0", " ")


def _span(opens: str, closes: str, language: str) -> str:
    return f"de {opens} a {closes}" if language == "es" else f"from {opens} to {closes}"


def _days(members: list[str], language: str) -> str:
    if len(members) == 1:
        return members[0]
    first, last = members[0], members[-1]
    return f"de {first} a {last}" if language == "es" else f"{first} to {last}"
