"""Promises that would fall due at night, on a holiday, an hour off, or never."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.company.business_hours import Calendar, CalendarError, Interval, Window

BOGOTA = ZoneInfo("America/Bogota")
MADRID = ZoneInfo("Europe/Madrid")


def hours(*written: str) -> tuple[Interval, ...]:
    """Opening hours such as "08:00-20:00"."""
    minutes = [[int(t[:2]) * 60 + int(t[3:]) for t in part.split("-")] for part in written]
    return tuple(Interval(opens, closes) for opens, closes in minutes)


# Like the demo company: November 2 and 16 are holidays in Colombia, banks close on weekends.
STORE = Calendar(
    {**dict.fromkeys(range(6), hours("08:00-20:00")), 6: hours("09:00-17:00")},
    BOGOTA,
    {date(2026, 11, 2), date(2026, 11, 16), date(2026, 12, 8), date(2026, 12, 25)},
    frozenset(range(5)),
)
SIESTA = Calendar(dict.fromkeys(range(5), hours("09:00-14:00", "16:00-19:00")), MADRID)
NIGHTS = Calendar(dict.fromkeys(range(7), hours("00:00-04:00", "20:00-24:00")), MADRID)
ALWAYS = Calendar(dict.fromkeys(range(7), hours("00:00-24:00")), MADRID)
CALENDARS = (STORE, SIESTA, NIGHTS, ALWAYS)


def at(text: str, tz: ZoneInfo = BOGOTA) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=tz)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-20 08:00", True),
        ("2026-11-20 07:59", False),
        ("2026-11-20 19:59", True),
        ("2026-11-20 20:00", False),
        ("2026-11-22 08:30", False),  # Sunday opens later
        ("2026-11-22 09:00", True),
        ("2026-11-16 10:00", False),  # a holiday
        ("2026-11-20 23:30", False),
    ],
)
def test_is_open_within_opening_hours_only(moment: str, is_open: bool) -> None:
    assert STORE.is_open(at(moment)) is is_open


@pytest.mark.parametrize(
    ("start", "opens"),
    [
        ("2026-11-20 10:00", "2026-11-20 10:00"),
        ("2026-11-20 05:00", "2026-11-20 08:00"),
        ("2026-11-21 20:00", "2026-11-22 09:00"),
        ("2026-11-15 17:00", "2026-11-17 08:00"),  # Sunday evening, then a holiday
        ("2026-10-31 21:00", "2026-11-01 09:00"),
    ],
)
def test_next_opening_skips_nights_and_holidays(start: str, opens: str) -> None:
    assert STORE.next_opening(at(start)) == at(opens)


@pytest.mark.parametrize(
    ("start", "open_hours", "due"),
    [
        ("2026-11-20 10:00", 2, "2026-11-20 12:00"),
        ("2026-11-20 19:00", 1, "2026-11-20 20:00"),
        ("2026-11-20 19:00", 2, "2026-11-21 09:00"),
        ("2026-11-20 22:00", 2, "2026-11-21 10:00"),
        ("2026-11-21 18:00", 4, "2026-11-22 11:00"),  # into Sunday, which opens at nine
        ("2026-11-22 16:00", 2, "2026-11-23 09:00"),
        ("2026-11-15 16:30", 1, "2026-11-17 08:30"),  # over the holiday
        ("2026-10-31 19:00", 10, "2026-11-03 09:00"),  # over the month's end and a holiday
        ("2026-12-31 19:30", 1, "2027-01-01 08:30"),
        ("2026-11-20 10:00", 0, "2026-11-20 10:00"),
        ("2026-11-20 21:00", 0, "2026-11-21 08:00"),
    ],
)
def test_only_open_hours_count(start: str, open_hours: float, due: str) -> None:
    assert STORE.add_business_hours(at(start), timedelta(hours=open_hours)) == at(due)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-11-17 10:00", 1, "2026-11-18 20:00"),
        ("2026-11-20 10:00", 1, "2026-11-23 20:00"),  # Friday to Monday: banks are closed
        ("2026-11-20 22:00", 1, "2026-11-23 20:00"),
        ("2026-11-22 10:00", 5, "2026-11-27 20:00"),
        ("2026-11-13 10:00", 1, "2026-11-17 20:00"),  # over a weekend and a holiday
        ("2026-11-27 10:00", 3, "2026-12-02 20:00"),
        ("2026-11-20 10:00", 0, "2026-11-20 20:00"),
        ("2026-11-20 20:00", 0, "2026-11-23 20:00"),
        ("2026-11-21 10:00", 0, "2026-11-23 20:00"),
    ],
)
def test_only_business_days_count(start: str, days: int, due: str) -> None:
    assert STORE.add_business_days(at(start), days) == at(due)


def test_midday_break_does_not_count() -> None:
    start = at("2026-11-20 13:30", MADRID)
    assert SIESTA.add_business_hours(start, timedelta(hours=1)) == at("2026-11-20 16:30", MADRID)
    assert SIESTA.add_business_days(start, 1) == at("2026-11-23 19:00", MADRID)


@pytest.mark.parametrize(
    ("start", "open_hours", "due"),
    [
        # Clocks go forward on 2026-03-29: from 00:00 to 04:00 there are three hours.
        ("2026-03-29T00:00+01:00", 3, "2026-03-29T04:00+02:00"),
        ("2026-03-28T23:00+01:00", 4, "2026-03-29T04:00+02:00"),
        # They go back on 2026-10-25: there are five.
        ("2026-10-25T00:00+02:00", 5, "2026-10-25T04:00+01:00"),
        ("2026-10-25T00:00+02:00", 4, "2026-10-25T03:00+01:00"),
    ],
)
def test_elapsed_hours_count_when_the_clocks_change(
    start: str, open_hours: float, due: str
) -> None:
    begins, ends = datetime.fromisoformat(start), datetime.fromisoformat(due)
    assert NIGHTS.add_business_hours(begins, timedelta(hours=open_hours)) == ends


def test_opening_in_the_skipped_hour_does_not_exist() -> None:
    odd = Calendar({6: hours("02:15-02:45", "10:00-11:00")}, MADRID)
    start = datetime.fromisoformat("2026-03-29T00:00+01:00")
    assert odd.next_opening(start) in {
        datetime.fromisoformat("2026-03-29T03:15+02:00"),
        datetime.fromisoformat("2026-03-29T10:00+02:00"),
    }


def test_local_time_is_kept_over_a_clock_change() -> None:
    start = at("2026-10-23 18:00", MADRID)
    due = SIESTA.add_business_hours(start, timedelta(hours=2))
    assert due == at("2026-10-26 10:00", MADRID)


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
spans = st.timedeltas(timedelta(0), timedelta(hours=120))
calendars = st.sampled_from(CALENDARS)


@settings(max_examples=60, deadline=None)
@given(calendars, moments, spans, spans)
def test_due_moment_lies_in_opening_hours_and_is_monotonic(
    calendar: Calendar, start: datetime, span: timedelta, more: timedelta
) -> None:
    due = calendar.add_business_hours(start, span)
    assert due.tzinfo is UTC
    assert due - start >= span
    assert calendar.is_open(due) or calendar.is_open(due - timedelta(microseconds=1))
    assert calendar.add_business_hours(start, span + more) >= due
    assert calendar.add_business_hours(start + more, span) >= due


@settings(max_examples=60, deadline=None)
@given(calendars, moments, spans, spans)
def test_adding_hours_in_two_steps_is_the_same(
    calendar: Calendar, start: datetime, first: timedelta, second: timedelta
) -> None:
    assume(second)
    at_once = calendar.add_business_hours(start, first + second)
    in_two = calendar.add_business_hours(calendar.add_business_hours(start, first), second)
    assert at_once == in_two


@settings(max_examples=60, deadline=None)
@given(calendars, moments, st.integers(0, 30), st.timedeltas(timedelta(0), timedelta(days=20)))
def test_business_days_end_at_closing_and_are_monotonic(
    calendar: Calendar, start: datetime, days: int, later: timedelta
) -> None:
    due = calendar.add_business_days(start, days)
    assert due > start
    assert not calendar.is_open(due) or calendar is ALWAYS or calendar is NIGHTS
    assert calendar.is_open(due - timedelta(microseconds=1))
    day = (due - timedelta(microseconds=1)).astimezone(calendar.tz).date()
    assert day.weekday() in calendar.business_weekdays
    assert day not in calendar.holidays
    next_due = calendar.add_business_days(start, days + 1)
    # After closing, zero days and one day end at the same moment.
    assert next_due > due if days else next_due >= due
    assert calendar.add_business_days(start + later, days) >= due


@settings(max_examples=60, deadline=None)
@given(calendars, moments, st.floats(0.1, 40) | st.integers(1, 40))
def test_due_moment_is_rounded_up_to_a_whole_minute(
    calendar: Calendar, start: datetime, open_hours: float
) -> None:
    due = calendar.due(start, Window(business_hours=open_hours))
    exact = calendar.add_business_hours(start, timedelta(hours=open_hours))
    assert timedelta(0) <= due - exact < timedelta(minutes=1)
    assert (due.second, due.microsecond) == (0, 0)
    days = calendar.due(start, Window(business_days=3))
    assert days == calendar.add_business_days(start, 3)


@pytest.mark.parametrize(
    "window",
    [{}, {"business_hours": 0}, {"business_days": -1}, {"business_hours": 1, "business_days": 1},
     {"business_days": 1.5}, {"business_hours": 100000}],
)  # fmt: skip
def test_invalid_window_raises(window: dict[str, int]) -> None:
    with pytest.raises(CalendarError):
        Window(**window)


def test_window_as_dict_is_what_was_written() -> None:
    for written in ({"business_days": 5}, {"business_hours": 4}):
        assert Window(**written).as_dict() == written


def test_calendar_without_opening_raises() -> None:
    with pytest.raises(CalendarError, match="at least one"):
        Calendar({}, BOGOTA)
    with pytest.raises(CalendarError, match="at least one"):
        Calendar({6: hours("09:00-17:00")}, BOGOTA, frozenset(), frozenset({0}))


def test_endless_closure_raises() -> None:
    class Always:
        def __contains__(self, day: object) -> bool:
            return True

    closed = Calendar({0: hours("08:00-20:00")}, BOGOTA, Always())
    with pytest.raises(CalendarError, match="closed"):
        closed.next_opening(at("2026-11-20 10:00"))


def test_overlapping_or_reversed_hours_raise() -> None:
    with pytest.raises(CalendarError, match="overlap"):
        Calendar({0: hours("08:00-12:00", "11:00-14:00")}, BOGOTA)
    with pytest.raises(CalendarError):
        Interval(600, 600)


def test_moment_without_a_zone_raises() -> None:
    naive = datetime(2026, 11, 20, 10)  # noqa: DTZ001
    for call in (
        lambda: STORE.is_open(naive),
        lambda: STORE.next_opening(naive),
        lambda: STORE.add_business_hours(naive, timedelta(hours=1)),
        lambda: STORE.add_business_days(naive, 1),
    ):
        with pytest.raises(CalendarError, match="zone"):
            call()


def test_negative_duration_raises() -> None:
    with pytest.raises(CalendarError):
        STORE.add_business_hours(at("2026-11-20 10:00"), timedelta(hours=-1))
    with pytest.raises(CalendarError):
        STORE.add_business_days(at("2026-11-20 10:00"), -1)
