"""Compensations: accepted once, then issued at once or promised with a date."""

import secrets
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import budget, clock, complaint, handoff, history, ledger, offer, promise
from bot.db import changed_one
from bot.desk import Desk
from bot.kinds import KINDS
from bot.models import Compensation, Complaint, Contact, Offer, Order
from bot.money import Money
from bot.offer import TAKEN
from bot.sla import Window

# Read out on a phone without doubt: no O and 0, no I, 1 and L. Sixty bits cannot be guessed.
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_GROUPS, CODE_GROUP_LENGTH = 3, 4


class Acceptance(StrEnum):
    """What came of a customer's choice."""

    DONE = "done"  # theirs now, or already theirs by this very choice
    TAKEN_BEFORE = "taken_before"  # another alternative of the offer was chosen earlier
    GONE = "gone"  # the offer no longer stands
    LIMIT = "limit_passed"  # the order or the customer has had what the policy allows
    BUDGET = "budget_spent"  # today's budget does not suffice


async def taken(session: AsyncSession, case: Complaint) -> Compensation | None:
    """What was chosen in a case, if anything."""
    query = (
        select(Compensation)
        .where(Compensation.complaint_id == case.id, Compensation.state.in_(TAKEN))
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
            Compensation.state.in_(TAKEN),
            Compensation.accepted_at >= since,
        )
        .order_by(Compensation.id)
    )
    return list(await session.scalars(query))


async def accept(
    session: AsyncSession,
    desk: Desk,
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
    stands = case.state == "open" or (by_person and case.state == "resolved")
    if not stands or not await offer.decide(session, chosen.offer_id, "accepted"):
        await session.refresh(chosen)
        return await _came_late(session, chosen)
    if not by_person:  # a person's authority was looked at when they offered it
        passed = await _limit_passed(session, desk, case, chosen)
        if passed or not await _within_budget(session, desk, chosen):
            await offer.void(session, chosen.offer_id, was="accepted")
            return (Acceptance.LIMIT if passed else Acceptance.BUDGET), chosen
    budget_minor = 0 if by_person else chosen.budget_minor
    await _give(session, desk, case, chosen, originator=originator, budget_minor=budget_minor)
    what = {"kind": chosen.kind, "state": chosen.state}
    history.note(session, case, actor or originator, "accepted", **what)
    if not by_person:
        # Whoever chose a remedy no longer waits for a person's answer about it.
        await promise.end(session, case.id, promise.ANSWER, "kept")
        complaint.resolve(session, case, originator)
    return Acceptance.DONE, chosen


async def _limit_passed(
    session: AsyncSession, desk: Desk, case: Complaint, chosen: Compensation
) -> bool:
    """Whether the order or the customer, known or not, has had what the policy allows."""
    given = await offer.usage(session, desk, case)
    order, customer = desk.policy.limits.per_order, desk.policy.limits.per_customer
    if given.order_count >= order.max_remedies or given.customer_count >= customer.max_remedies:
        return True
    before = given.customer_total.amount_minor if given.customer_total else 0
    most = customer.max_total.amount_minor
    return chosen.goodwill_minor > 0 and before + chosen.goodwill_minor > most


async def lock(
    session: AsyncSession, contact_id: int | None, order_id: int | None, complaint_id: int
) -> Complaint:
    """Hold the customer, the order and the case, in this order, so that no count can change."""
    for model, key in ((Contact, contact_id), (Order, order_id)):
        if key is not None:
            await session.execute(select(model.id).where(model.id == key).with_for_update())
    query = select(Complaint).where(Complaint.id == complaint_id).with_for_update()
    fresh = query.execution_options(populate_existing=True)
    return (await session.execute(fresh)).scalar_one()


async def _came_late(
    session: AsyncSession, chosen: Compensation
) -> tuple[Acceptance, Compensation]:
    if chosen.state in TAKEN:
        return Acceptance.DONE, chosen
    for other in await offer.alternatives(session, chosen.offer_id):
        if other.state in TAKEN:
            return Acceptance.TAKEN_BEFORE, other
    return Acceptance.GONE, chosen


async def _within_budget(session: AsyncSession, desk: Desk, chosen: Compensation) -> bool:
    if chosen.budget_minor == 0:
        return True
    cost = Money(chosen.budget_minor, chosen.currency)
    return await budget.reserve(session, _today(desk), cost, desk.policy.limits.daily_budget)


async def _give(
    session: AsyncSession,
    desk: Desk,
    case: Complaint,
    chosen: Compensation,
    *,
    originator: str,
    budget_minor: int,
) -> None:
    now = clock.now()
    hands = chosen.terms["hands"]
    chosen.state, chosen.accepted_at = ("accepted" if hands else "issued"), now
    chosen.currency = chosen.currency or desk.policy.currency
    if days := chosen.terms["valid_days"]:
        chosen.expires_at = _end_of_day(now + timedelta(days=days), desk)
    if not hands:
        chosen.issued_at = now
        if KINDS[chosen.kind].has_code:
            chosen.code = new_code()
    for other in await offer.alternatives(session, chosen.offer_id):
        if other.id != chosen.id:
            other.state = "declined"
    await session.flush()
    event = "reserve" if hands else "issue"
    moved = ledger.move(
        event, chosen.amount_minor, was_reserved=False, is_spent=chosen.code is not None
    )
    taken_from = replace(moved, budget_minor=budget_minor, budget_day=_today(desk))
    await _write_down(session, case, chosen, taken_from, originator)
    if hands:
        due_at = desk.calendar.due(now, Window(**chosen.terms["due"]))
        await promise.make(session, case, chosen.kind, due_at, chosen.id)


async def _write_down(
    session: AsyncSession, case: Complaint, one: Compensation, moved: ledger.Move, originator: str
) -> None:
    """An offer pays once, so the offer and what happens make the key."""
    await ledger.record(
        session,
        one,
        moved,
        key=f"offer-{one.offer_id}:{ledger.STATES[moved.event]}",
        originator=originator,
        reason=f"{case.category}, {case.reference}",
    )


def _today(desk: Desk) -> date:
    return clock.now().astimezone(desk.company.tz).date()


def _end_of_day(moment: datetime, desk: Desk) -> datetime:
    """The last minute of that day where the company is: a day given is a whole day."""
    local = moment.astimezone(desk.company.tz)
    return local.replace(hour=23, minute=59, second=0, microsecond=0).astimezone(UTC)


async def fulfil(session: AsyncSession, remedy: Compensation, originator: str) -> bool:
    """Somebody's hands have done what was promised; False when it was done before."""
    done = await changed_one(
        session,
        update(Compensation)
        .where(Compensation.id == remedy.id, Compensation.state == "accepted")
        .values(state="issued", issued_at=clock.now()),
    )
    if not done:
        return False
    await session.refresh(remedy)
    case = await session.get_one(Complaint, remedy.complaint_id)
    moved = ledger.move("issue", remedy.amount_minor, is_spent=remedy.code is not None)
    await _write_down(session, case, remedy, moved, originator)
    await promise.end(session, case.id, remedy.kind, "kept")
    # Done late, it ends the wait that its delay began.
    if await handoff.end_if_because(session, case, "promise_broken", "resolved", originator):
        await promise.end(session, case.id, promise.ANSWER, "kept")
    history.note(session, case, originator, "fulfilled", kind=remedy.kind)
    return True


def new_code() -> str:
    """A voucher's code, such as "7KQM-9XRT-2BFD"."""
    letters = (secrets.choice(CODE_LETTERS) for _ in range(CODE_GROUPS * CODE_GROUP_LENGTH))
    text = "".join(letters)
    return "-".join(
        text[start : start + CODE_GROUP_LENGTH] for start in range(0, len(text), CODE_GROUP_LENGTH)
    )
