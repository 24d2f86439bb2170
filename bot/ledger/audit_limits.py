"""Recomputes whether what the assistant gave under the policy in force kept within its limits.

What was given under another version cannot be judged by this one, and what people gave has limits
of its own. Households are judged as they are known today.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.ledger import budgets
from bot.ledger.usage import household_of
from bot.models import GIVEN_STATES, Budget, Compensation, Complaint, LedgerEntry, Offer, Order
from bot.money import Money, percent_of, show
from bot.policy.limit_check import RemedyTotal, Usage, find_reached_limit
from bot.policy.model import Policy

Found = tuple[str, str]  # where, and what


def of_budgets(
    policy: Policy, lines: Sequence[LedgerEntry], kept: Sequence[Budget]
) -> Iterator[Found]:
    """Budgets that were passed, of periods that belong to this policy alone."""
    versions = defaultdict(set)
    for one in lines:
        if one.budget_day is not None:
            for period in budgets.PERIODS:
                begin = budgets.start(period, one.budget_day)
                versions[period, begin].add(one.policy_version)
    for row in kept:
        limit = policy.limits.budgets.get(row.period)
        ours = versions[row.period, row.starts_on] == {policy.version} and not row.untold_minor
        if limit is None or not ours or row.currency != policy.currency:
            continue
        if row.spent_minor > limit.amount_minor:
            spent = show(Money(row.spent_minor, row.currency), "en")
            where = f"{row.period} {row.starts_on}"
            yield where, f"{spent} of {show(limit, 'en')} is spent"


async def of_remedies(
    session: AsyncSession, policy: Policy, given: Sequence[tuple[LedgerEntry, Compensation]]
) -> list[Found]:
    """Remedies that passed a limit when they were given.

    Args:
        given: every remedy that was given, with the first of its lines.
    """
    cases = {one.id: one.category for one in await session.scalars(select(Complaint))}
    people = set(await session.scalars(select(Offer.id).where(Offer.agent_id.is_not(None))))
    totals = {
        one.id: Money(one.total_minor, one.currency) for one in await session.scalars(select(Order))
    }
    households: dict[int, list[int]] = {}
    before, found = _Before(policy), []
    for first, one in sorted(given, key=lambda pair: pair[0].id):
        if one.state not in GIVEN_STATES or one.accepted_at is None:
            continue
        by_bot, category = one.offer_id not in people, cases[one.complaint_id]
        if by_bot and first.policy_version == policy.version:
            if one.contact_id is not None and one.contact_id not in households:
                households[one.contact_id] = await household_of(session, one.contact_id)
            usage = before.usage(one, category, households.get(one.contact_id or 0, []))
            goodwill = Money(one.goodwill_minor, policy.currency)
            limit = find_reached_limit(policy.limits, usage, category, one.kind, goodwill)
            if limit is None and _above_order(policy, one, usage, totals):
                limit = "order_limit"
            if limit is not None:
                found.append((f"remedy {one.id}", f"passed {limit} when it was given"))
        before.add(one, category, by_bot=by_bot)
    return found


def _above_order(policy: Policy, one: Compensation, usage: Usage, totals: dict[int, Money]) -> bool:
    total = totals.get(one.order_id or 0)
    if total is None or total.currency != policy.currency:
        return False
    already = usage.order_total.amount_minor if usage.order_total else 0
    most = percent_of(total, policy.limits.per_order.max_percent)
    return already + one.amount_minor > most.amount_minor


class _Sums:
    """Remedies in the order they were given: how many, and how much, since a moment."""

    def __init__(self) -> None:
        self._at: list[datetime] = []
        self._sums = [0]

    def add(self, at: datetime, amount_minor: int) -> None:
        self._at.append(max(at, self._at[-1]) if self._at else at)
        self._sums.append(self._sums[-1] + amount_minor)

    def since(self, moment: datetime | None, currency: str) -> RemedyTotal:
        first = bisect_left(self._at, moment) if moment else 0
        return RemedyTotal(
            len(self._at) - first, Money(self._sums[-1] - self._sums[first], currency)
        )


class _Before:
    """What had been given before each remedy, by all that the limits look at."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._sums: dict[Hashable, _Sums] = defaultdict(_Sums)

    def add(self, one: Compensation, category: str, *, by_bot: bool) -> None:
        at, goodwill = one.accepted_at, one.goodwill_minor
        if at is None:
            return
        self._sums["order", one.order_id].add(at, one.amount_minor)
        whose: list[Hashable] = [one.contact_id]
        whose += ["everybody"] if by_bot else []
        for who in whose:
            for what in (None, ("category", category), ("kind", one.kind)):
                self._sums[who, what].add(at, goodwill)

    def usage(self, one: Compensation, category: str, household: Sequence[int]) -> Usage:
        limits = self._policy.limits
        who = one.contact_id
        on_order = RemedyTotal()
        if one.order_id is not None:
            days = limits.per_order.period_days
            on_order = self._given(one, days, ("order", one.order_id))
        # Of somebody who is not known nobody can say later what was theirs.
        customer = RemedyTotal()
        if who is not None:
            customer = self._given(one, limits.per_customer.period_days, (who, None))
        home = RemedyTotal()
        if limits.per_household is not None:
            days = limits.per_household.period_days
            each = [self._given(one, days, (person, None)) for person in household]
            total = sum(part.total.amount_minor for part in each if part.total)
            home = RemedyTotal(sum(part.count for part in each), self._money(total))
        scoped = {("category", category): (limits.per_category or {}).get(category)}
        scoped["kind", one.kind] = limits.cap_for_kind(one.kind)
        found = {}
        for what, cap in scoped.items():
            whose = "everybody" if cap is not None and cap.scope == "everybody" else who
            known = cap is not None and whose is not None
            found[what] = (
                self._given(one, cap.period_days, (whose, what)) if cap and known else RemedyTotal()
            )
        return Usage(
            order_count=on_order.count,
            order_total=on_order.total,
            customer_count=customer.count,
            customer_total=customer.total,
            household=home,
            category=found["category", category],
            kinds={one.kind: found["kind", one.kind]},
        )

    def _given(self, one: Compensation, days: int | None, key: Hashable) -> RemedyTotal:
        since = one.accepted_at - timedelta(days=days) if days and one.accepted_at else None
        return self._sums[key].since(since, self._policy.currency)

    def _money(self, minor: int) -> Money:
        return Money(minor, self._policy.currency)
