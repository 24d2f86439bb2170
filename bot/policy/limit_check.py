"""Whether the limits still allow a remedy: decided purely, from what was given before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.money import Money, zero
from bot.policy.limits import Cap, Limits

Passed = Literal[
    "order_limit",
    "customer_limit",
    "household_limit",
    "category_limit",
    "kind_limit",
    "budget_spent",
]


@dataclass(frozen=True, slots=True)
class Given:
    """How many remedies were taken, and how much goodwill in money they were."""

    count: int = 0
    total: Money | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What was given before, each within the period of its limit.

    On this order, to this customer, to their household, for this category, and of each kind.
    Counts are of all remedies taken. `order_total` is the sum of their amounts; the other totals
    are of goodwill alone, without entitlements. None means nothing so far. `budget_left` is what
    the tightest budget allows, None where it was not looked at.
    """

    order_count: int = 0
    order_total: Money | None = None
    customer_count: int = 0
    customer_total: Money | None = None
    household: Given = field(default_factory=Given)
    category: Given = field(default_factory=Given)
    kinds: Mapping[str, Given] = field(default_factory=dict)
    budget_left: Money | None = None


def passed(
    limits: Limits, usage: Usage, category: str, kind: str | None, goodwill: Money
) -> Passed | None:
    """The first limit that one more remedy would pass; the budget and the order's value apart.

    Args:
        kind: of the remedy; None asks about the case, whatever it is given.
        goodwill: how much of it is a gift of money.
    """
    if usage.order_count >= limits.per_order.max_remedies:
        return "order_limit"
    customer = Given(usage.customer_count, usage.customer_total)
    caps: list[tuple[Passed, Cap | None, Given]] = [
        ("customer_limit", limits.per_customer, customer),
        ("household_limit", limits.per_household, usage.household),
        ("category_limit", (limits.per_category or {}).get(category), usage.category),
    ]
    if kind is not None:
        caps.append(("kind_limit", limits.of_kind(kind), usage.kinds.get(kind, Given())))
    for name, cap, given in caps:
        if cap is not None and not _allows(cap, given, goodwill):
            return name
    return None


def _allows(cap: Cap, given: Given, goodwill: Money) -> bool:
    if cap.max_remedies is not None and given.count >= cap.max_remedies:
        return False
    if cap.max_total is None or goodwill.amount_minor <= 0:
        return True
    return (given.total or zero(goodwill.currency)) + goodwill <= cap.max_total
