"""What another policy would have changed: past cases decided again and compared, case by case.

The customer takes what they really took, if it is offered, else the first alternative; whoever took
nothing takes nothing again. What limits count is what was really given before.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta, tzinfo
from heapq import heappush, heappushpop
from typing import Any, Final

from bot.money import Money
from bot.policy.decide import decide
from bot.policy.model import Policy
from bot.simulation import replay
from bot.simulation.replay import Answer, Option, Past

SIDES: Final = ("really", "present", "new")
CHANGES: Final = ("more", "less", "same", "now_offered", "now_person")
LARGEST: Final = 5


@dataclass(slots=True)
class Side:
    """What one way of deciding came to."""

    cost: int = 0
    without_person: int = 0
    to_person: int = 0
    remedies: int = 0
    by_day: Counter[date] = field(default_factory=Counter)  # what the budget pays
    by_week: Counter[date] = field(default_factory=Counter)  # what all of it costs

    def add(self, day: date, got: Option | None, *, needs_person: bool) -> None:
        """One more case."""
        self.to_person += needs_person
        self.without_person += not needs_person
        if got is not None:
            self.remedies += 1
            self.cost += got.cost
            self.by_day[day] += got.budget
            self.by_week[day - timedelta(days=day.weekday())] += got.cost

    def days_over(self, budget: Money) -> int:
        """How many days took more than a day's budget."""
        return sum(spent > budget.amount_minor for spent in self.by_day.values())


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """A case that gets more, or less."""

    by: int
    reference: str
    category: str
    was: int
    becomes: int


@dataclass(slots=True)
class Simulation:
    """The comparison so far; `present` and `new` are the policies."""

    present: Policy
    new: Policy
    tz: tzinfo
    cases: int = 0
    unreadable: int = 0
    by_people: int = 0
    sides: dict[str, Side] = field(default_factory=lambda: {name: Side() for name in SIDES})
    # How the new policy differs from what really happened, and from the present policy.
    against: dict[str, Counter[str]] = field(
        default_factory=lambda: {"really": Counter(), "present": Counter()}
    )
    by_category: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    _more: list[tuple[int, Difference]] = field(default_factory=list)
    _less: list[tuple[int, Difference]] = field(default_factory=list)

    def add(self, past: Past | None) -> None:
        """Decide one more case again, by both policies; None is one that cannot be read."""
        if past is None:
            self.unreadable += 1
            return
        self.cases += 1
        self.by_people += past.by_people
        present = replay.of(decide(self.present, past.facts))
        new = replay.of(decide(self.new, past.facts))
        got = {
            "really": past.took,
            "present": replay.would_take(past, present),
            "new": replay.would_take(past, new),
        }
        day = past.at.astimezone(self.tz).date()
        answers = {"really": past.answer, "present": present, "new": new}
        for name, side in self.sides.items():
            needs = replay.needs_person(past, answers[name])
            side.add(day, got[name], needs_person=needs or (name == "really" and past.had_person))
        for name, counted in self.against.items():
            counted[_change(answers[name], got[name], new, got["new"])] += 1
        change = _change(present, got["present"], new, got["new"])
        self.by_category[past.facts.category][change] += 1
        self.by_category[past.facts.category]["cost"] += _cost(got["new"]) - _cost(got["present"])
        self._note(past, _value(got["present"]), _value(got["new"]))

    def _note(self, past: Past, was: int, becomes: int) -> None:
        by = becomes - was
        if by:
            one = Difference(by, past.reference, past.facts.category, was, becomes)
            largest = self._more if by > 0 else self._less
            keep: Callable[..., object] = heappush if len(largest) < LARGEST else heappushpop
            keep(largest, (abs(by), one))

    def largest(self) -> list[Difference]:
        """The cases that differ most: first those with more, then those with less."""
        return [one for part in (self._more, self._less) for _, one in sorted(part, reverse=True)]

    def budget(self, side: str) -> Money:
        """A day's budget; what really happened ran under the present one."""
        return (self.new if side == "new" else self.present).limits.daily_budget

    def as_dict(self) -> dict[str, Any]:
        """All of it as JSON can hold it; amounts in minor units."""
        return {
            "currency": self.new.currency,
            "policies": {"present": self.present.version, "new": self.new.version},
            "cases": self.cases,
            "unreadable": self.unreadable,
            "given_by_people_minor": self.by_people,
            **{
                name: {
                    "cost_minor": side.cost,
                    "remedies": side.remedies,
                    "without_person": side.without_person,
                    "to_person": side.to_person,
                    "share_without_person": share(side.without_person, self.cases),
                    "days_over_budget": side.days_over(self.budget(name)),
                    "dearest_day_minor": max(side.by_day.values(), default=0),
                }
                for name, side in self.sides.items()
            },
            "against": {
                name: {change: counted[change] for change in CHANGES}
                for name, counted in self.against.items()
            },
            "by_category": {
                category: {
                    **{change: counted[change] for change in CHANGES},
                    "cost_difference_minor": counted["cost"],
                }
                for category, counted in sorted(self.by_category.items())
            },
            "largest": [asdict(one) for one in self.largest()],
        }


def share(part: int, whole: int) -> float:
    """A part of the whole, to four digits; nothing of nothing."""
    return round(part / whole, 4) if whole else 0.0


def _change(was: Answer, got: Option | None, becomes: Answer, gets: Option | None) -> str:
    if was.is_offer != becomes.is_offer:
        return "now_offered" if becomes.is_offer else "now_person"
    difference = _value(gets) - _value(got)
    return "more" if difference > 0 else "less" if difference < 0 else "same"


def _value(got: Option | None) -> int:
    return got.value if got else 0


def _cost(got: Option | None) -> int:
    return got.cost if got else 0
