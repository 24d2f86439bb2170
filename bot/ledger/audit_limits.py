"""Audits the limits: did what the bot gave under the policy in force keep within them?

Remedies given under another version cannot be judged by this one, and those given by agents have
limits of their own. Households are judged by what is known of them today.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.ledger.budgets import period_start
from bot.ledger.queries import PERIODS
from bot.ledger.usage import household_of
from bot.models import GIVEN_STATES, Budget, Compensation, Complaint, LedgerEntry, Offer, Order
from bot.money import Money, percent_of, show
from bot.policy.limit_check import RemedyTotal, Usage, find_reached_limit
from bot.policy.model import Policy

Exceeded = tuple[str, str]  # where, and what: texts for a finding
EVERYBODY = "everybody"


def exceeded_budgets(
    policy: Policy, entries: Sequence[LedgerEntry], budgets: Sequence[Budget]
) -> Iterator[Exceeded]:
    """Yield the budgets that are exceeded, of periods in which no other policy gave anything."""
    versions = defaultdict(set)
    for entry in entries:
        if entry.budget_day is not None:
            for period in PERIODS:
                start = period_start(period, entry.budget_day)
                versions[period, start].add(entry.policy_version)
    for budget in budgets:
        limit = policy.limits.budgets.get(budget.period)
        version_of_period = versions[budget.period, budget.starts_on]
        is_ours = version_of_period == {policy.version} and not budget.untold_minor
        if limit is None or not is_ours or budget.currency != policy.currency:
            continue
        if budget.spent_minor > limit.amount_minor:
            spent = show(Money(budget.spent_minor, budget.currency), "en")
            where = f"{budget.period} {budget.starts_on}"
            yield where, f"{spent} of {show(limit, 'en')} is spent"


async def exceeded_limits(
    session: AsyncSession, policy: Policy, given: Sequence[tuple[LedgerEntry, Compensation]]
) -> list[Exceeded]:
    """Return the remedies that exceeded a limit when they were given.

    Args:
        given: every remedy that was given, with the first of its entries.
    """
    categories = {case.id: case.category for case in await session.scalars(select(Complaint))}
    offers_of_agents = set(
        await session.scalars(select(Offer.id).where(Offer.agent_id.is_not(None)))
    )
    order_totals = {
        order.id: Money(order.total_minor, order.currency)
        for order in await session.scalars(select(Order))
    }
    households: dict[int, list[int]] = {}
    history, exceeded = _History(policy), []
    for first_entry, remedy in sorted(given, key=lambda pair: pair[0].id):
        if remedy.state not in GIVEN_STATES or remedy.accepted_at is None:
            continue
        by_bot = remedy.offer_id not in offers_of_agents
        category = categories[remedy.complaint_id]
        if by_bot and first_entry.policy_version == policy.version:
            contact_id = remedy.contact_id
            if contact_id is not None and contact_id not in households:
                households[contact_id] = await household_of(session, contact_id)
            usage = history.usage(remedy, category, households.get(contact_id or 0, []))
            goodwill = Money(remedy.goodwill_minor, policy.currency)
            limit = find_reached_limit(policy.limits, usage, category, remedy.kind, goodwill)
            if limit is None and _is_above_order(policy, remedy, usage, order_totals):
                limit = "order_limit"
            if limit is not None:
                exceeded.append((f"remedy {remedy.id}", f"passed {limit} when it was given"))
        history.add(remedy, category, by_bot=by_bot)
    return exceeded


def _is_above_order(
    policy: Policy, remedy: Compensation, usage: Usage, order_totals: dict[int, Money]
) -> bool:
    """Return True if an order's remedies come to more than the allowed share of its total."""
    order_total = order_totals.get(remedy.order_id or 0)
    if order_total is None or order_total.currency != policy.currency:
        return False
    before = usage.order_total.amount_minor if usage.order_total else 0
    limit = percent_of(order_total, policy.limits.per_order.max_percent)
    return before + remedy.amount_minor > limit.amount_minor


class _RunningTotal:
    """Amounts in the order they were given; how many, and their sum, since a moment."""

    def __init__(self) -> None:
        self._moments: list[datetime] = []  # never descending
        self._sums = [0]  # of the first n amounts

    def add(self, moment: datetime, amount_minor: int) -> None:
        self._moments.append(max(moment, self._moments[-1]) if self._moments else moment)
        self._sums.append(self._sums[-1] + amount_minor)

    def since(self, moment: datetime | None, currency: str) -> RemedyTotal:
        first = bisect_left(self._moments, moment) if moment else 0
        total = Money(self._sums[-1] - self._sums[first], currency)
        return RemedyTotal(len(self._moments) - first, total)


class _History:
    """The remedies given so far, by everything that the limits count."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        # By ("order", id), or by a customer (or everybody) and a category, a kind, or None for all.
        self._totals: dict[Hashable, _RunningTotal] = defaultdict(_RunningTotal)

    def add(self, remedy: Compensation, category: str, *, by_bot: bool) -> None:
        """Count a remedy, for those that come after it."""
        moment, goodwill = remedy.accepted_at, remedy.goodwill_minor
        if moment is None:
            return
        self._totals["order", remedy.order_id].add(moment, remedy.amount_minor)
        receivers: list[Hashable] = [remedy.contact_id, *([EVERYBODY] if by_bot else [])]
        for receiver in receivers:
            for scope in (None, ("category", category), ("kind", remedy.kind)):
                self._totals[receiver, scope].add(moment, goodwill)

    def usage(self, remedy: Compensation, category: str, household: Sequence[int]) -> Usage:
        """Return what the limits counted when the remedy was given.

        Args:
            household: the ids of the contacts of the customer's household.
        """
        limits = self._policy.limits
        contact_id = remedy.contact_id
        order = RemedyTotal()
        if remedy.order_id is not None:
            order = self._before(remedy, limits.per_order.period_days, ("order", remedy.order_id))
        # What a customer who was not known had been given cannot be found out later.
        customer = RemedyTotal()
        if contact_id is not None:
            customer = self._before(remedy, limits.per_customer.period_days, (contact_id, None))
        home = RemedyTotal()
        if limits.per_household is not None:
            days = limits.per_household.period_days
            members = [self._before(remedy, days, (member, None)) for member in household]
            total = sum(member.total.amount_minor for member in members if member.total)
            count = sum(member.count for member in members)
            home = RemedyTotal(count, Money(total, self._policy.currency))
        caps = {
            ("category", category): (limits.per_category or {}).get(category),
            ("kind", remedy.kind): limits.cap_for_kind(remedy.kind),
        }
        totals = {}
        for scope, cap in caps.items():
            receiver = EVERYBODY if cap is not None and cap.scope == EVERYBODY else contact_id
            totals[scope] = (
                self._before(remedy, cap.period_days, (receiver, scope))
                if cap is not None and receiver is not None
                else RemedyTotal()
            )
        return Usage(
            order_count=order.count,
            order_total=order.total,
            customer_count=customer.count,
            customer_total=customer.total,
            household=home,
            category=totals["category", category],
            kinds={remedy.kind: totals["kind", remedy.kind]},
        )

    def _before(self, remedy: Compensation, days: int | None, key: Hashable) -> RemedyTotal:
        """Return one total over the days before a remedy; all days if None."""
        moment = remedy.accepted_at
        since = moment - timedelta(days=days) if days and moment else None
        return self._totals[key].since(since, self._policy.currency)
