"""Accepts an alternative of an offer: the remedy is given once, at once or with a date."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.cases import audit, complaints, promises
from bot.company.business_hours import Window
from bot.compensation import fulfilment, offers, spending_breaker, transitions, voucher_code
from bot.compensation.bookkeeping import record_transfer
from bot.compensation.case_lock import lock_case
from bot.context.company_context import CompanyContext
from bot.database.statements import advisory_lock
from bot.handoffs import queue
from bot.ledger import budgets, transfers, usage
from bot.models import (
    GIVEN_STATES,
    Compensation,
    Complaint,
    ComplaintState,
    HandoffEnding,
    HandoffReason,
    LedgerEvent,
    Offer,
    Order,
    PromiseState,
)
from bot.money import Money, percent_of
from bot.policy.limit_check import find_reached_limit
from bot.remedy_kind import KINDS

# The key of the advisory lock under which the assistant spends.
SPENDING_LOCK: Final = 20_261_124


class Acceptance(StrEnum):
    """The outcome of a customer's choice."""

    DONE = "done"  # given now, or given before for the same choice
    TAKEN_BEFORE = "taken_before"  # another alternative of the offer was accepted earlier
    GONE = "gone"  # the offer is not open any more
    LIMIT = "limit_passed"  # one of the policy's limits is reached
    BUDGET = "budget_spent"  # the budget of the day, the week or the month does not suffice
    PAUSED = "paused"  # the assistant's spending is paused


async def accept(
    session: AsyncSession,
    context: CompanyContext,
    compensation_id: int,
    originator: str,
    *,
    actor: str | None = None,
) -> tuple[Acceptance, Compensation]:
    """Give the chosen remedy, exactly once. Return the outcome and the remedy that was given.

    Offer, limits, budgets, ledger and promise change in the caller's one transaction: after any
    race or crash, all of them have changed or none.

    Args:
        originator: who gives it, as the ledger names them.
        actor: the same for the case's history; default is ``originator``.
    """
    chosen = await session.get_one(Compensation, compensation_id)
    case = await lock_case(session, chosen.contact_id, chosen.order_id, chosen.complaint_id)
    is_agents_offer = (await session.get_one(Offer, chosen.offer_id)).agent_id is not None
    # An agent may offer more in a case that is resolved, but not in one that is closed.
    may_give = case.state == ComplaintState.OPEN or (
        is_agents_offer and case.state == ComplaintState.RESOLVED
    )
    if not may_give or not await transitions.end_offer(
        session, chosen.offer_id, transitions.ACCEPT_OFFER
    ):
        await session.refresh(chosen)
        return await _find_earlier_outcome(session, chosen)
    if not is_agents_offer:  # the agent's authority was checked when they made the offer
        obstacle = await _reserve_budgets(session, context, case, chosen)
        if obstacle is not None:
            await offers.void(session, chosen.offer_id, transitions.REFUSE_OFFER)
            return obstacle, chosen
    budget_minor = 0 if is_agents_offer else chosen.budget_minor
    await _give(session, context, case, chosen, originator=originator, budget_minor=budget_minor)
    details = {"kind": chosen.kind, "state": chosen.state}
    audit.record(session, case, actor or originator, "accepted", **details)
    if not is_agents_offer:
        # A customer who chose a remedy no longer waits for a human's answer about it.
        await promises.settle(session, case.id, promises.ANSWER, PromiseState.KEPT)
        await queue.end_waiting_for(
            session, case, HandoffReason.REMEDY_FAILED, HandoffEnding.RESOLVED, originator
        )
        complaints.resolve(session, case, originator)
    return Acceptance.DONE, chosen


async def _reserve_budgets(
    session: AsyncSession, context: CompanyContext, case: Complaint, chosen: Compensation
) -> Acceptance | None:
    """Check breaker and limits and take the cost from the budgets. Return what forbids it, if any.

    One acceptance at a time in the whole cluster, so that no other changes what was counted.
    """
    await advisory_lock(session, SPENDING_LOCK)
    if await spending_breaker.trip_if_needed(session, context) is not None:
        return Acceptance.PAUSED
    used, limits = await usage.measure(session, context, case), context.policy.limits
    currency = chosen.currency or context.policy.currency
    goodwill = Money(chosen.goodwill_minor, currency)
    if find_reached_limit(limits, used, case.category, chosen.kind, goodwill) is not None:
        return Acceptance.LIMIT
    order = await session.get(Order, chosen.order_id) if chosen.order_id else None
    if order is not None and order.currency == currency:
        before_minor = used.order_total.amount_minor if used.order_total else 0
        maximum = percent_of(Money(order.total_minor, currency), limits.per_order.max_percent)
        if before_minor + chosen.value_minor > maximum.amount_minor:
            return Acceptance.LIMIT
    cost = Money(chosen.budget_minor, currency)
    if cost.amount_minor and not await budgets.reserve(
        session, context.company.today(), cost, limits.budgets
    ):
        return Acceptance.BUDGET
    return None


async def _find_earlier_outcome(
    session: AsyncSession, chosen: Compensation
) -> tuple[Acceptance, Compensation]:
    """Return what became of an offer that is not open any more."""
    if chosen.state in GIVEN_STATES:
        return Acceptance.DONE, chosen
    for alternative in await offers.list_alternatives(session, chosen.offer_id):
        if alternative.state in GIVEN_STATES:
            return Acceptance.TAKEN_BEFORE, alternative
    return Acceptance.GONE, chosen


async def _give(
    session: AsyncSession,
    context: CompanyContext,
    case: Complaint,
    chosen: Compensation,
    *,
    originator: str,
    budget_minor: int,
) -> None:
    now = clock.now()
    due = chosen.terms["due"]  # None: we issue it ourselves, at once
    transitions.give(chosen, now, is_promised=bool(due))
    chosen.currency = chosen.currency or context.policy.currency
    if days := chosen.terms["valid_days"]:
        chosen.expires_at = _end_of_day(now + timedelta(days=days), context)
    if not due and KINDS[chosen.kind].has_code:
        chosen.code = voucher_code.generate()
    alternatives = await offers.list_alternatives(session, chosen.offer_id)
    transitions.decline(other for other in alternatives if other.id != chosen.id)
    await session.flush()
    transfer = transfers.transfer(
        LedgerEvent.RESERVE if due else LedgerEvent.ISSUE,
        chosen.amount_minor,
        was_reserved=False,
        has_code=chosen.code is not None,
    )
    transfer = replace(transfer, budget_minor=budget_minor, budget_day=context.company.today())
    await record_transfer(session, case, chosen, transfer, originator)
    if due:
        due_at = context.calendar.due(now, Window(**due))
        await promises.make(session, case, chosen.kind, due_at, chosen.id)
        if chosen.terms.get("provider") == "webhook":
            fulfilment.schedule(session, chosen, "webhook", due_at)


def _end_of_day(moment: datetime, context: CompanyContext) -> datetime:
    """Return the last minute of that day in the company's time zone, as UTC."""
    local = moment.astimezone(context.company.tz)
    return local.replace(hour=23, minute=59, second=0, microsecond=0).astimezone(UTC)
