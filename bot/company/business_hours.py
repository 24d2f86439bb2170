"""Business time: when the company is open, and when a promise falls due.

Pure calculation. All moments are aware; results are in UTC.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

ALL_DAYS: Final = frozenset(range(7))  # Monday is 0, as in `date.weekday`
# A calendar without an opening for so many days is an error.
_SEARCH_DAYS: Final = 400
_LONGEST: Final = 1000  # hours or days of a promise


class CalendarError(ValueError):
    """Opening hours are contradictory, or a moment has no time zone."""


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """Opening hours on a day, in minutes after midnight: 480 to 1200 is 08:00 to 20:00."""

    opens: int
    closes: int  # 1440 is midnight at the end of the day

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= 24 * 60:
            raise CalendarError(f"opening hours end after they begin, within a day: {self}")


@dataclass(frozen=True, slots=True)
class Window:
    """How long something may take: either open hours or whole business days."""

    business_hours: float | None = None
    business_days: int | None = None

    def __post_init__(self) -> None:
        lengths = [n for n in (self.business_hours, self.business_days) if n is not None]
        whole = self.business_days is None or isinstance(self.business_days, int)
        if len(lengths) != 1 or not whole or not 0 < lengths[0] <= _LONGEST:
            raise CalendarError("either business_hours or business_days, above zero")

    def as_dict(self) -> dict[str, float | int]:
        """Return the key that is set, such as {"business_days": 5}."""
        both = {"business_hours": self.business_hours, "business_days": self.business_days}
        return {name: number for name, number in both.items() if number is not None}


@dataclass(frozen=True, slots=True)
class Calendar:
    """The company's opening hours by weekday, its time zone and its holidays.

    ``business_weekdays`` are the weekdays that count as business days, by default all (banks close
    on days when shops are open). Days without opening hours never count.

    Raises:
        CalendarError: opening hours overlap, or no business day has any.
    """

    opening_hours: Mapping[int, tuple[Interval, ...]]
    tz: ZoneInfo
    holidays: Container[date] = frozenset()
    business_weekdays: frozenset[int] = field(default=ALL_DAYS)

    def __post_init__(self) -> None:
        for hours in self.opening_hours.values():
            ordered = sorted(hours)
            if any(first.closes > second.opens for first, second in pairwise(ordered)):
                raise CalendarError("opening hours of a day overlap")
        if not any(self.opening_hours.get(day) for day in self.business_weekdays):
            raise CalendarError("opening hours on at least one business day")

    def is_open(self, at: datetime) -> bool:
        """Return True if the company is open at a moment; at the minute of closing it is not."""
        at = _utc(at)
        return any(opens <= at < closes for opens, closes in self._open_on(self._local_day(at)))

    def next_opening(self, at: datetime) -> datetime:
        """Return the moment itself if the company is open, else when it next opens."""
        at = _utc(at)
        opens, _ = next(self._open_from(at))
        return max(opens, at)

    def add_business_hours(self, start: datetime, hours: timedelta) -> datetime:
        """Return the moment when so many open hours have passed since ``start``.

        At the end of a day that is the moment of closing, not the next opening.

        Raises:
            CalendarError: the duration is negative.
        """
        if hours < timedelta(0):
            raise CalendarError("business hours are added, never taken away")
        start = _utc(start)
        remaining = hours
        for opens, closes in self._open_from(start):
            begins = max(opens, start)
            if begins + remaining <= closes:
                return begins + remaining
            remaining -= closes - begins
        raise CalendarError("no end to the opening hours")  # pragma: no cover - it is endless

    def add_business_days(self, start: datetime, days: int) -> datetime:
        """Return the end of business on the n-th business day after the day of ``start``.

        Zero days give the next end of business after ``start``.

        Raises:
            CalendarError: the number is negative.
        """
        if days < 0:
            raise CalendarError("business days are added, never taken away")
        start = _utc(start)
        today = self._local_day(start)
        remaining = days
        for day in self._days_from(today):
            if day.weekday() not in self.business_weekdays or (days and day == today):
                continue
            intervals = self._open_on(day)
            if not intervals or intervals[-1][1] <= start:
                continue
            remaining -= 1
            if remaining <= 0:
                return intervals[-1][1]
        raise CalendarError("no end to the business days")  # pragma: no cover - it is endless

    def due(self, start: datetime, window: Window) -> datetime:
        """Return when a promise made at ``start`` falls due: the end of ``window``.

        It is rounded up to a whole minute, so that the time shown is the time stored.
        """
        if window.business_days is not None:
            return self.add_business_days(start, window.business_days)
        due = self.add_business_hours(start, timedelta(hours=window.business_hours or 0))
        past_minute = timedelta(seconds=due.second, microseconds=due.microsecond)
        return due + timedelta(minutes=1) - past_minute if past_minute else due

    def _local_day(self, at: datetime) -> date:
        return at.astimezone(self.tz).date()

    def _days_from(self, day: date) -> Iterator[date]:
        """Yield every day from ``day`` on.

        Raises:
            CalendarError: the company is closed for ``_SEARCH_DAYS`` in a row.
        """
        closed = 0
        while closed < _SEARCH_DAYS:
            closed = 0 if self._open_on(day) else closed + 1
            yield day
            day += timedelta(days=1)
        raise CalendarError(f"closed for {_SEARCH_DAYS} days on end: no promise can be kept")

    def _open_from(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the open periods that end after ``at``, in order and without end."""
        for day in self._days_from(self._local_day(at)):
            for opens, closes in self._open_on(day):
                if closes > at:
                    yield opens, closes

    def _open_on(self, day: date) -> list[tuple[datetime, datetime]]:
        """Return the open periods of a day, in UTC."""
        if day in self.holidays:
            return []
        periods = [
            (self._at(day, hours.opens, fold=0), self._at(day, hours.closes, fold=1))
            for hours in sorted(self.opening_hours.get(day.weekday(), ()))
        ]
        # Periods within the hour that the clocks skip in spring do not exist.
        return [(opens, closes) for opens, closes in periods if opens < closes]

    def _at(self, day: date, minutes: int, *, fold: int) -> datetime:
        """Return a local time in UTC; ``fold`` chooses among the two when the clocks go back."""
        day += timedelta(days=minutes // (24 * 60))
        wall = time(minutes // 60 % 24, minutes % 60, fold=fold)
        return datetime.combine(day, wall, self.tz).astimezone(UTC)


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise CalendarError(f"{at} has no time zone")
    return at.astimezone(UTC)
