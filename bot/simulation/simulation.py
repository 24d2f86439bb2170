"""Simulates another policy on past cases: decides each case again, and compares the outcomes.

The customer is assumed to choose what they chose then if it is offered, else the first alternative,
and nothing if they accepted nothing. The limits count what was given then, not what a simulated
policy would have given.
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
from bot.simulation.replay import PastCase, ReplayedAlternative, ReplayedDecision

SIDES: Final = ("really", "present", "new")
CHANGES: Final = ("more", "less", "same", "now_offered", "now_person")
LARGEST: Final = 5


@dataclass(slots=True)
class Side:
    """The totals of one way of deciding: as it happened, or by one of the policies."""

    cost: int = 0  # minor units
    without_person: int = 0  # cases
    to_person: int = 0
    remedies: int = 0
    by_day: Counter[date] = field(default_factory=Counter)  # what the budgets pay, minor units
    by_week: Counter[date] = field(default_factory=Counter)  # the cost, by the week's Monday

    def add(self, day: date, remedy: ReplayedAlternative | None, *, needs_human: bool) -> None:
        """Add a case that was decided on that day."""
        self.to_person += needs_human
        self.without_person += not needs_human
        if remedy is not None:
            self.remedies += 1
            self.cost += remedy.cost
            self.by_day[day] += remedy.budget
            self.by_week[day - timedelta(days=day.weekday())] += remedy.cost

    def count_days_over(self, budget: Money) -> int:
        """Return on how many days more than the daily budget was spent."""
        return sum(spent > budget.amount_minor for spent in self.by_day.values())


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """A case that gets more or less under the new policy; values in minor units."""

    by: int
    reference: str
    category: str
    was: int
    becomes: int


@dataclass(slots=True)
class Simulation:
    """The comparison of what happened, the present policy and a new one, case by case.

    Attributes:
        unreadable: decisions whose facts cannot be parsed; they are left out.
        agent_cost: the cost of what agents gave, in minor units; no policy changes it.
        against: how the new policy differs from what happened ("really") and from the present one.
    """

    present: Policy
    new: Policy
    tz: tzinfo
    cases: int = 0
    unreadable: int = 0
    agent_cost: int = 0
    sides: dict[str, Side] = field(default_factory=lambda: {name: Side() for name in SIDES})
    against: dict[str, Counter[str]] = field(
        default_factory=lambda: {"really": Counter(), "present": Counter()}
    )
    by_category: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    _more: list[tuple[int, Difference]] = field(default_factory=list)
    _less: list[tuple[int, Difference]] = field(default_factory=list)

    def add(self, case: PastCase | None) -> None:
        """Decide a past case by both policies and add the outcomes; None counts as unreadable."""
        if case is None:
            self.unreadable += 1
            return
        self.cases += 1
        self.agent_cost += case.agent_cost
        present = replay.from_decision(decide(self.present, case.facts))
        new = replay.from_decision(decide(self.new, case.facts))
        remedies = {
            "really": case.chosen,
            "present": replay.predict_choice(case, present),
            "new": replay.predict_choice(case, new),
        }
        day = case.at.astimezone(self.tz).date()
        decisions = {"really": case.decision, "present": present, "new": new}
        for name, side in self.sides.items():
            needs_human = replay.needs_human(case, decisions[name])
            if name == "really":
                needs_human = needs_human or case.had_human
            side.add(day, remedies[name], needs_human=needs_human)
        for name, counts in self.against.items():
            counts[_change(decisions[name], remedies[name], new, remedies["new"])] += 1
        change = _change(present, remedies["present"], new, remedies["new"])
        counts = self.by_category[case.facts.category]
        counts[change] += 1
        counts["cost"] += _cost(remedies["new"]) - _cost(remedies["present"])
        self._keep_largest(case, _value(remedies["present"]), _value(remedies["new"]))

    def _keep_largest(self, case: PastCase, was: int, becomes: int) -> None:
        by = becomes - was
        if by:
            difference = Difference(by, case.reference, case.facts.category, was, becomes)
            largest = self._more if by > 0 else self._less
            push: Callable[..., object] = heappush if len(largest) < LARGEST else heappushpop
            push(largest, (abs(by), difference))

    def largest(self) -> list[Difference]:
        """Return the cases with the largest differences: first the gains, then the losses."""
        return [
            difference
            for heap in (self._more, self._less)
            for _, difference in sorted(heap, reverse=True)
        ]

    def budget(self, side: str) -> Money:
        """Return the daily budget of a side; what happened is held against the present one."""
        return (self.new if side == "new" else self.present).limits.daily_budget

    def as_dict(self) -> dict[str, Any]:
        """Return the comparison as JSON values, amounts in minor units."""
        return {
            "currency": self.new.currency,
            "policies": {"present": self.present.version, "new": self.new.version},
            "cases": self.cases,
            "unreadable": self.unreadable,
            "given_by_people_minor": self.agent_cost,
            **{
                name: {
                    "cost_minor": side.cost,
                    "remedies": side.remedies,
                    "without_person": side.without_person,
                    "to_person": side.to_person,
                    "share_without_person": share(side.without_person, self.cases),
                    "days_over_budget": side.count_days_over(self.budget(name)),
                    "dearest_day_minor": max(side.by_day.values(), default=0),
                }
                for name, side in self.sides.items()
            },
            "against": {
                name: {change: counts[change] for change in CHANGES}
                for name, counts in self.against.items()
            },
            "by_category": {
                category: {
                    **{change: counts[change] for change in CHANGES},
                    "cost_difference_minor": counts["cost"],
                }
                for category, counts in sorted(self.by_category.items())
            },
            "largest": [asdict(difference) for difference in self.largest()],
        }


def share(part: int, whole: int) -> float:
    """Return part / whole, rounded to four digits; 0 if the whole is 0."""
    return round(part / whole, 4) if whole else 0.0


def _change(
    before: ReplayedDecision,
    remedy_before: ReplayedAlternative | None,
    after: ReplayedDecision,
    remedy_after: ReplayedAlternative | None,
) -> str:
    """Return which of ``CHANGES`` leads from one outcome to the other."""
    if before.is_offer != after.is_offer:
        return "now_offered" if after.is_offer else "now_person"
    difference = _value(remedy_after) - _value(remedy_before)
    return "more" if difference > 0 else "less" if difference < 0 else "same"


def _value(remedy: ReplayedAlternative | None) -> int:
    return remedy.value if remedy else 0


def _cost(remedy: ReplayedAlternative | None) -> int:
    return remedy.cost if remedy else 0
