"""Measures what has been given so far, for the policy's limits."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.context.company_context import CompanyContext
from bot.ledger import budgets
from bot.ledger.queries import HOUSEHOLD, RemedyCount, count_remedies
from bot.models import Complaint, Contact
from bot.money import Money
from bot.policy.limit_check import RemedyTotal, Usage
from bot.policy.limits import Cap, ScopedCap


async def measure(session: AsyncSession, context: CompanyContext, case: Complaint) -> Usage:
    """Return what the case's order, customer, household, category and each kind have been given."""
    limits, currency = context.policy.limits, context.policy.currency
    # A customer who is not known is counted by the conversation.
    customer = "conversation" if case.contact_id is None else "contact"

    def goodwill(cap: Cap, *scopes: str, kind: str | None = None) -> RemedyCount:
        if isinstance(cap, ScopedCap):
            scopes = (*scopes, customer if cap.scope == "customer" else "by_bot")
        return RemedyCount("goodwill_minor", scopes, cap.period_days, kind)

    counts = {"customer": goodwill(limits.per_customer, customer)}
    if case.order_id is not None:
        counts["order"] = RemedyCount("amount_minor", ("order",), limits.per_order.period_days)
    if limits.per_household is not None and case.contact_id is not None:
        counts["household"] = goodwill(limits.per_household, "household")
    if cap := (limits.per_category or {}).get(case.category):
        counts["category"] = goodwill(cap, "category")
    kinds: list[str] = list(limits.per_kind or {})
    for kind, cap in (limits.per_kind or {}).items():
        counts[kind] = goodwill(cap, kind=kind)
    totals = await _totals(session, currency, case, counts)
    none = RemedyTotal()
    order = totals.get("order", none)
    today = context.company.today()
    return Usage(
        order_count=order.count,
        order_total=order.total,
        customer_count=totals["customer"].count,
        customer_total=totals["customer"].total,
        household=totals.get("household", none),
        category=totals.get("category", none),
        kinds={kind: totals[kind] for kind in kinds},
        budget_left=await budgets.remaining(session, today, currency, limits.budgets),
    )


async def household_of(session: AsyncSession, contact_id: int) -> list[int]:
    """Return the ids of the contacts that share an e-mail, a phone or a delivery address."""
    return list(await session.scalars(HOUSEHOLD.order_by(Contact.id), {"contact": contact_id}))


async def _totals(
    session: AsyncSession, currency: str, case: Complaint, counts: Mapping[str, RemedyCount]
) -> dict[str, RemedyTotal]:
    """Return the total of each count by its name, all from one statement."""
    parameters: dict[str, Any] = {
        "order": case.order_id,
        "contact": case.contact_id,
        "conversation": case.conversation_id,
        "category": case.category,
    }
    now = clock.now()
    for index, count in enumerate(counts.values()):
        parameters[f"since_{index}"] = now - timedelta(days=count.days) if count.days else None
    rows = await session.execute(count_remedies(tuple(counts.values())), parameters)
    names = list(counts)
    return {
        names[index]: RemedyTotal(int(number), Money(int(total), currency))
        for index, number, total in rows
    }
