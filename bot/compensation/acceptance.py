"""Compensations: accepted once, then issued at once or promised with a date."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.cases import audit, complaints, promises
from bot.company.business_hours import Window
from bot.compensation import fulfilment, offers, spending_breaker, transitions
from bot.context.company_context import CompanyContext
from bot.database.statements import advisory_lock, lock_row
from bot.handoffs import queue
from bot.ledger import budgets, entries, transfers, usage
from bot.models import (
    GIVEN_STATES,
    Compensation,
    CompensationState,
    Complaint,
    ComplaintState,
    Contact,
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

# Read out on a phone without doubt: no O and 0, no I, 1 and L. Sixty bits cannot be guessed.
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_GROUPS, CODE_GROUP_LENGTH = 3, 4
# What the assistant spends, it spends one at a time.
SPENDING = 20_261_124
# Made once, for it is asked for each choice.
_CASE = (
    select(Complaint)
    .where(Complaint.id == bindparam("case"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


class Acceptance(StrEnum):
    """What came of a customer's choice."""

    DONE = "done"  # theirs now, or already theirs by this very choice
    TAKEN_BEFORE = "taken_before"  # another alternative of the offer was chosen earlier
    GONE = "gone"  # the offer no longer stands
    LIMIT = "limit_passed"  # one of the policy's limits does not allow it any more
    BUDGET = "budget_spent"  # the budget of the day, the week or the month does not suffice
    PAUSED = "paused"  # the assistant's spending stands still


async def taken(session: AsyncSession, case: Complaint) -> Compensation | None:
    """What was chosen in a case, if anything."""
    query = (
        select(Compensation)
        .where(Compensation.complaint_id == case.id, Compensation.state.in_(GIVEN_STATES))
        .order_by(Compensation.id.desc())
        .limit(1)
    )
    return await session.scalar(query)


async def given_since(
    session: AsyncSession, case: Complaint, since: datetime
) -> list[Compensation]:
    """What was given in a case from that moment on, oldest first."""
    query = (
        select(Compensation)
        .where(
            Compensation.complaint_id == case.id,
            Compensation.state.in_(GIVEN_STATES),
            Compensation.accepted_at >= since,
        )
        .order_by(Compensation.id)
    )
    return list(await session.scalars(query))


async def failed_kinds(session: AsyncSession, case: Complaint) -> set[str]:
    """The kinds of remedy that were chosen in a case and could not be done."""
    query = select(Compensation.kind).where(
        Compensation.complaint_id == case.id, Compensation.state == CompensationState.FAILED
    )
    return set(await session.scalars(query))


async def accept(
    session: AsyncSession,
    context: CompanyContext,
    compensation_id: int,
    originator: str,
    *,
    actor: str | None = None,
) -> tuple[Acceptance, Compensation]:
    """Give the customer what they chose, exactly once.

    The offer, the limits, the budget, the ledger and the promise change together, in the caller's
    one transaction: whatever races or crashes, all of it happened or none of it.

    Args:
        originator: who gives it, as the ledger writes it down.
        actor: the same as the case's history does.
    """
    chosen = await session.get_one(Compensation, compensation_id)
    case = await lock(session, chosen.contact_id, chosen.order_id, chosen.complaint_id)
    by_person = (await session.get_one(Offer, chosen.offer_id)).agent_id is not None
    # A person may offer more on a case that was resolved before; a closed one is closed.
    stands = case.state == ComplaintState.OPEN or (
        by_person and case.state == ComplaintState.RESOLVED
    )
    if not stands or not await transitions.end_offer(
        session, chosen.offer_id, transitions.ACCEPT_OFFER
    ):
        await session.refresh(chosen)
        return await _came_late(session, chosen)
    if not by_person:  # a person's authority was looked at when they offered it
        refused = await _held_back(session, context, case, chosen)
        if refused is not None:
            await offers.void(session, chosen.offer_id, transitions.REFUSE_OFFER)
            return refused, chosen
    budget_minor = 0 if by_person else chosen.budget_minor
    await _give(session, context, case, chosen, originator=originator, budget_minor=budget_minor)
    what = {"kind": chosen.kind, "state": chosen.state}
    audit.note(session, case, actor or originator, "accepted", **what)
    if not by_person:
        # Whoever chose a remedy no longer waits for a person's answer about it.
        await promises.end(session, case.id, promises.ANSWER, PromiseState.KEPT)
        await queue.end_if_because(
            session, case, HandoffReason.REMEDY_FAILED, HandoffEnding.RESOLVED, originator
        )
        complaints.resolve(session, case, originator)
    return Acceptance.DONE, chosen


async def _held_back(
    session: AsyncSession, context: CompanyContext, case: Complaint, chosen: Compensation
) -> Acceptance | None:
    """What keeps the assistant from giving this; the budgets are taken from when nothing does.

    One at a time in the whole cluster, so that what was counted still holds when it is written.
    """
    await advisory_lock(session, SPENDING)
    if await spending_breaker.trip_if_needed(session, context) is not None:
        return Acceptance.PAUSED
    given, limits = await usage.measure(session, context, case), context.policy.limits
    currency = chosen.currency or context.policy.currency
    goodwill = Money(chosen.goodwill_minor, currency)
    if find_reached_limit(limits, given, case.category, chosen.kind, goodwill) is not None:
        return Acceptance.LIMIT
    order = await session.get(Order, chosen.order_id) if chosen.order_id else None
    if order is not None and order.currency == currency:
        before = given.order_total.amount_minor if given.order_total else 0
        most = percent_of(Money(order.total_minor, currency), limits.per_order.max_percent)
        if before + chosen.value_minor > most.amount_minor:
            return Acceptance.LIMIT
    cost = Money(chosen.budget_minor, currency)
    if cost.amount_minor and not await budgets.reserve(
        session, context.company.today(), cost, limits.budgets
    ):
        return Acceptance.BUDGET
    return None


async def lock(
    session: AsyncSession, contact_id: int | None, order_id: int | None, complaint_id: int
) -> Complaint:
    """Hold the customer, the order and the case, in this order, so that no count can change."""
    await lock_row(session, Contact, contact_id)
    await lock_row(session, Order, order_id)
    return (await session.execute(_CASE, {"case": complaint_id})).scalar_one()


async def _came_late(
    session: AsyncSession, chosen: Compensation
) -> tuple[Acceptance, Compensation]:
    if chosen.state in GIVEN_STATES:
        return Acceptance.DONE, chosen
    for other in await offers.alternatives(session, chosen.offer_id):
        if other.state in GIVEN_STATES:
            return Acceptance.TAKEN_BEFORE, other
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
    due = chosen.terms["due"]  # what has none is done at once, by ourselves
    transitions.give(chosen, now, is_promised=bool(due))
    chosen.currency = chosen.currency or context.policy.currency
    if days := chosen.terms["valid_days"]:
        chosen.expires_at = _end_of_day(now + timedelta(days=days), context)
    if not due and KINDS[chosen.kind].has_code:
        chosen.code = new_code()
    others = await offers.alternatives(session, chosen.offer_id)
    transitions.decline(other for other in others if other.id != chosen.id)
    await session.flush()
    event = LedgerEvent.RESERVE if due else LedgerEvent.ISSUE
    moved = transfers.transfer(
        event, chosen.amount_minor, was_reserved=False, has_code=chosen.code is not None
    )
    taken_from = replace(moved, budget_minor=budget_minor, budget_day=context.company.today())
    await _write_down(session, case, chosen, taken_from, originator)
    if due:
        due_at = context.calendar.due(now, Window(**due))
        await promises.make(session, case, chosen.kind, due_at, chosen.id)
        if chosen.terms.get("provider") == "webhook":
            fulfilment.schedule(session, chosen, "webhook", due_at)


async def _write_down(
    session: AsyncSession,
    case: Complaint,
    one: Compensation,
    moved: transfers.Transfer,
    originator: str,
    *,
    why: str | None = None,
) -> None:
    """An offer pays once, so the offer and what happens make the key."""
    await entries.record(
        session,
        one,
        moved,
        key=f"offer-{one.offer_id}:{transfers.STATE_AFTER[moved.event]}",
        originator=originator,
        reason=why or f"{case.category}, {case.reference}",
    )


def _end_of_day(moment: datetime, context: CompanyContext) -> datetime:
    """The last minute of that day where the company is: a day given is a whole day."""
    local = moment.astimezone(context.company.tz)
    return local.replace(hour=23, minute=59, second=0, microsecond=0).astimezone(UTC)


async def fulfil(session: AsyncSession, remedy: Compensation, originator: str) -> bool:
    """Somebody's hands have done what was promised; False when it was done before."""
    case = await lock(session, None, None, remedy.complaint_id)
    if not await transitions.fulfil(session, remedy.id):
        return False
    await session.refresh(remedy)
    moved = transfers.transfer(
        LedgerEvent.ISSUE, remedy.amount_minor, has_code=remedy.code is not None
    )
    await _write_down(session, case, remedy, moved, originator)
    await promises.end(session, case.id, remedy.kind, PromiseState.KEPT)
    # Done late, it ends the wait that its delay began.
    if await queue.end_if_because(
        session, case, HandoffReason.PROMISE_BROKEN, HandoffEnding.RESOLVED, originator
    ):
        await promises.end(session, case.id, promises.ANSWER, PromiseState.KEPT)
    audit.note(session, case, originator, "fulfilled", kind=remedy.kind)
    return True


async def fail(
    session: AsyncSession,
    remedy: Compensation,
    originator: str,
    why: str,
) -> bool:
    """What was promised cannot be done; False when it is not awaited any more.

    What was reserved goes back to the company and to the budget of its day, the promise is void,
    and the case is open again, for the customer still has nothing.
    """
    case = await lock(session, remedy.contact_id, remedy.order_id, remedy.complaint_id)
    if not await transitions.fail(session, remedy.id):
        return False
    remedy = await session.get_one(Compensation, remedy.id, populate_existing=True)
    reserved = await entries.newest(session, remedy.id, LedgerEvent.RESERVE)
    moved = replace(
        transfers.transfer(LedgerEvent.RELEASE, remedy.amount_minor),
        budget_minor=reserved.budget_minor if reserved else 0,
        budget_day=reserved.budget_day if reserved else None,
    )
    await _write_down(session, case, remedy, moved, originator, why=why)
    if moved.budget_day is not None:
        cost = Money(moved.budget_minor, remedy.currency)
        await budgets.release(session, moved.budget_day, cost)
    await promises.end_of(session, remedy.id, PromiseState.VOID)
    complaints.reopen(session, case, originator)
    audit.note(session, case, originator, "failed", kind=remedy.kind, why=why)
    return True


def new_code() -> str:
    """A voucher's code, such as "7KQM-9XRT-2BFD"."""
    letters = (secrets.choice(CODE_LETTERS) for _ in range(CODE_GROUPS * CODE_GROUP_LENGTH))
    return grouped("".join(letters))


def grouped(letters: str) -> str:
    """A code's letters as people read them out."""
    return "-".join(
        letters[start : start + CODE_GROUP_LENGTH]
        for start in range(0, len(letters), CODE_GROUP_LENGTH)
    )
