"""Business time: when the company is open, and when a promise given now falls due.

Pure calculation. Every moment that goes in or comes out is aware; what comes out is in UTC.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

ALL_DAYS: Final = frozenset(range(7))  # Monday is 0, as in `date.weekday`
# Longer than any closure; a calendar without an opening in it is a mistake.
_SEARCH_DAYS: Final = 400
_LONGEST: Final = 1000  # of hours or days; nobody may be told to wait longer


class CalendarError(ValueError):
    """Opening hours that make no sense, or a moment without a time zone."""


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """Opening hours of one day, in minutes after midnight: 480 to 1200 is 08:00 to 20:00."""

    opens: int
    closes: int  # 1440 is midnight at the end of the day

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= 24 * 60:
            raise CalendarError(f"opening hours end after they begin, within a day: {self}")


@dataclass(frozen=True, slots=True)
class Window:
    """How long something may take: either open hours, or whole business days."""

    business_hours: float | None = None
    business_days: int | None = None

    def __post_init__(self) -> None:
        given = [n for n in (self.business_hours, self.business_days) if n is not None]
        whole = self.business_days is None or isinstance(self.business_days, int)
        if len(given) != 1 or not whole or not 0 < given[0] <= _LONGEST:
            raise CalendarError("either business_hours or business_days, above zero")

    def as_dict(self) -> dict[str, float | int]:
        """The one key that is given, such as {"business_days": 5}."""
        both = {"business_hours": self.business_hours, "business_days": self.business_days}
        return {name: number for name, number in both.items() if number is not None}


@dataclass(frozen=True, slots=True)
class Calendar:
    """The company's opening hours by weekday, its time zone and its holidays.

    `business_weekdays` are those counted as business days (banks rest on days when shops open);
    left alone, they are all the days with opening hours. Raises CalendarError for hours that
    overlap, and for a week that is never open.
    """

    opening_hours: Mapping[int, tuple[Interval, ...]]
    tz: ZoneInfo
    holidays: Container[date] = frozenset()
    business_weekdays: frozenset[int] = field(default=ALL_DAYS)

    def __post_init__(self) -> None:
        for hours in self.opening_hours.values():
            ordered = sorted(hours)
            if any(one.closes > two.opens for one, two in pairwise(ordered)):
                raise CalendarError("opening hours of a day overlap")
        if not any(self.opening_hours.get(day) for day in self.business_weekdays):
            raise CalendarError("opening hours on at least one business day")

    def is_open(self, at: datetime) -> bool:
        """Whether somebody is at work then; at the minute of closing it is closed."""
        at = _utc(at)
        return any(opens <= at < closes for opens, closes in self._open_on(self._local_day(at)))

    def next_opening(self, at: datetime) -> datetime:
        """The moment itself while open, else when it next opens."""
        at = _utc(at)
        opens, _ = next(self._open_from(at))
        return max(opens, at)

    def add_business_hours(self, start: datetime, hours: timedelta) -> datetime:
        """When so many open hours have passed since `start`; closed time does not count.

        A result at the end of a working day is the moment of closing, not the next opening.
        Raises CalendarError for a negative duration.
        """
        if hours < timedelta(0):
            raise CalendarError("business hours are added, never taken away")
        start = _utc(start)
        left = hours
        for opens, closes in self._open_from(start):
            begins = max(opens, start)
            if begins + left <= closes:
                return begins + left
            left -= closes - begins
        raise CalendarError("no end to the opening hours")  # pragma: no cover - it is endless

    def add_business_days(self, start: datetime, days: int) -> datetime:
        """The end of business on the n-th business day after that of `start`.

        The day of `start` itself is never counted; zero days means the first end of business
        that is still to come. Raises CalendarError for a negative number.
        """
        if days < 0:
            raise CalendarError("business days are added, never taken away")
        start = _utc(start)
        today = self._local_day(start)
        left = days
        for day in self._days_from(today):
            if day.weekday() not in self.business_weekdays or (days and day == today):
                continue
            intervals = self._open_on(day)
            if not intervals or intervals[-1][1] <= start:
                continue
            left -= 1
            if left <= 0:
                return intervals[-1][1]
        raise CalendarError("no end to the business days")  # pragma: no cover - it is endless

    def due(self, start: datetime, window: Window) -> datetime:
        """When something promised at `start`, to be done within `window`, falls due.

        It is a whole minute, never before the window ends, so that what is shown is what is kept.
        """
        if window.business_days is not None:
            return self.add_business_days(start, window.business_days)
        due = self.add_business_hours(start, timedelta(hours=window.business_hours or 0))
        past_minute = timedelta(seconds=due.second, microseconds=due.microsecond)
        return due + timedelta(minutes=1) - past_minute if past_minute else due

    def _local_day(self, at: datetime) -> date:
        return at.astimezone(self.tz).date()

    def _days_from(self, day: date) -> Iterator[date]:
        """Every day from `day` on; CalendarError once it has been closed for more than a year."""
        closed = 0
        while closed < _SEARCH_DAYS:
            closed = 0 if self._open_on(day) else closed + 1
            yield day
            day += timedelta(days=1)
        raise CalendarError(f"closed for {_SEARCH_DAYS} days on end: no promise can be kept")

    def _open_from(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The stretches of open time that end after `at`, in order, without end."""
        for day in self._days_from(self._local_day(at)):
            for opens, closes in self._open_on(day):
                if closes > at:
                    yield opens, closes

    def _open_on(self, day: date) -> list[tuple[datetime, datetime]]:
        """The stretches of open time of a day, in UTC."""
        if day in self.holidays:
            return []
        stretches = [
            (self._at(day, hours.opens, fold=0), self._at(day, hours.closes, fold=1))
            for hours in sorted(self.opening_hours.get(day.weekday(), ()))
        ]
        # Hours that fall into the one that the clocks skip in spring do not exist.
        return [(opens, closes) for opens, closes in stretches if opens < closes]

    def _at(self, day: date, minutes: int, *, fold: int) -> datetime:
        """A time of the wall clock; when the clocks go back, opening is early and closing late."""
        day += timedelta(days=minutes // (24 * 60))
        wall = time(minutes // 60 % 24, minutes % 60, fold=fold)
        return datetime.combine(day, wall, self.tz).astimezone(UTC)


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise CalendarError(f"{at} has no time zone")
    return at.astimezone(UTC)
