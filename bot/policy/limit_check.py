"""Checks a remedy against the limits. Pure: the caller says what was given before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.money import Money, zero
from bot.policy.limits import Cap, Limits

LimitReason = Literal[
    "order_limit",
    "customer_limit",
    "household_limit",
    "category_limit",
    "kind_limit",
    "budget_spent",
]


@dataclass(frozen=True, slots=True)
class RemedyTotal:
    """How many remedies were accepted, and the goodwill in money that they contain."""

    count: int = 0
    total: Money | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """The remedies accepted before, each figure within the period of its limit.

    The figures are for the order, the customer, the household, the category, and each kind of
    remedy. Counts include every accepted remedy. `order_total` is the sum of their amounts; the
    other totals hold goodwill only, without entitlements. None means nothing so far.

    Attributes:
        budget_left: what the tightest budget allows; None where budgets were not read.
    """

    order_count: int = 0
    order_total: Money | None = None
    customer_count: int = 0
    customer_total: Money | None = None
    household: RemedyTotal = field(default_factory=RemedyTotal)
    category: RemedyTotal = field(default_factory=RemedyTotal)
    kinds: Mapping[str, RemedyTotal] = field(default_factory=dict)
    budget_left: Money | None = None


def find_reached_limit(
    limits: Limits, usage: Usage, category: str, kind: str | None, goodwill: Money
) -> LimitReason | None:
    """Return the first limit that one more remedy would exceed, or None.

    Neither the budgets nor the order's maximum value are checked here.

    Args:
        kind: the kind of the remedy; None checks what limits any remedy of the case.
        goodwill: the part of the remedy that is a gift of money.
    """
    if usage.order_count >= limits.per_order.max_remedies:
        return "order_limit"
    customer = RemedyTotal(usage.customer_count, usage.customer_total)
    caps: list[tuple[LimitReason, Cap | None, RemedyTotal]] = [
        ("customer_limit", limits.per_customer, customer),
        ("household_limit", limits.per_household, usage.household),
        ("category_limit", (limits.per_category or {}).get(category), usage.category),
    ]
    if kind is not None:
        caps.append(("kind_limit", limits.cap_for_kind(kind), usage.kinds.get(kind, RemedyTotal())))
    for reason, cap, given in caps:
        if cap is not None and not _allows(cap, given, goodwill):
            return reason
    return None


def _allows(cap: Cap, given: RemedyTotal, goodwill: Money) -> bool:
    if cap.max_remedies is not None and given.count >= cap.max_remedies:
        return False
    if cap.max_total is None or goodwill.amount_minor <= 0:
        return True
    return (given.total or zero(goodwill.currency)) + goodwill <= cap.max_total
