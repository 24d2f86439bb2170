"""Offers: the alternatives that the policy allows for a case, put on the table and taken off."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock, complaint, history, traces
from bot.alternative import Alternative
from bot.db import changed_one
from bot.desk import Desk
from bot.models import Agent, Compensation, Complaint, Conversation, Offer, Order
from bot.money import Money, zero
from bot.order import spent_in_a_year
from bot.policy import CaseFacts, Decision, Usage

# A remedy in one of these states has been given.
TAKEN = ("accepted", "issued")


@dataclass(frozen=True, slots=True)
class OnTable:
    """An open offer with its alternatives, in the order they are shown."""

    offer: Offer
    alternatives: list[Compensation]


async def case_facts(
    session: AsyncSession, desk: Desk, case: Complaint, conversation: Conversation
) -> CaseFacts:
    """What the policy decides by, all of it from the database."""
    order = await session.get(Order, case.order_id) if case.order_id else None
    company = desk.company
    spent = zero(company.currency)
    if case.contact_id is not None:
        spent = await spent_in_a_year(session, case.contact_id, company.currency)
    return CaseFacts(
        category=case.category,
        severity=case.severity,
        order_value=Money(order.total_minor, order.currency) if order else None,
        order_currency=order.currency if order else None,
        tier=company.tier(spent),
        identity_proven=conversation.proven_by is not None,
        has_photo=await complaint.has_photo(session, case),
        desired=case.desired,
        usage=await usage(session, desk, case),
        signals=tuple(one.name for one in await traces.found(session, desk, case)),
    )


async def usage(session: AsyncSession, desk: Desk, case: Complaint) -> Usage:
    """What this order has been given, and this customer within the policy's period."""
    currency = desk.policy.currency
    since = clock.now() - timedelta(days=desk.policy.limits.per_customer.period_days)
    on_order = await _given(
        session, Compensation.amount_minor, Compensation.order_id, case.order_id
    )
    to_customer = await _given(
        session,
        Compensation.goodwill_minor,
        Compensation.contact_id,
        case.contact_id,
        Compensation.accepted_at >= since,
    )
    if case.contact_id is None:
        # Nobody known: what this conversation was given counts.
        to_customer = await _given(
            session,
            Compensation.goodwill_minor,
            Complaint.conversation_id,
            case.conversation_id,
            Complaint.id == Compensation.complaint_id,
        )
    return Usage(
        order_count=on_order[0],
        order_total=Money(on_order[1], currency),
        customer_count=to_customer[0],
        customer_total=Money(to_customer[1], currency),
    )


async def _given(
    session: AsyncSession, summed: Any, column: Any, wanted: int | str | None, *where: Any
) -> tuple[int, int]:
    """How many remedies were taken, and their sum; nothing for an order or customer not known."""
    if wanted is None:
        return 0, 0
    row = await session.execute(
        select(func.count(), func.coalesce(func.sum(summed), 0)).where(
            column == wanted, Compensation.state.in_(TAKEN), *where
        )
    )
    count, total = row.one()
    return int(count), int(total)


async def put(
    session: AsyncSession,
    case: Complaint,
    decision: Decision,
    *,
    by: Agent | None = None,
    request_id: str | None = None,
) -> OnTable:
    """Put the alternatives of a decision on the table; an offer that stood before is void.

    Args:
        by: the person who offers it; None is the assistant.
    """
    await session.execute(select(Complaint.id).where(Complaint.id == case.id).with_for_update())
    await withdraw(session, case)
    offer = Offer(
        complaint_id=case.id,
        policy_version=decision.policy_version,
        rule_id=decision.rule_id or "",
        reasons=list(decision.reasons),
        agent_id=by.id if by else None,
        request_id=request_id,
        state="open",
        created_at=clock.now(),
    )
    session.add(offer)
    await session.flush()
    rows = [
        _row(offer, case, position, alternative)
        for position, alternative in enumerate(decision.alternatives, start=1)
    ]
    session.add_all(rows)
    await session.flush()
    actor, kinds = by.name if by else "bot", [row.kind for row in rows]
    history.note(session, case, actor, "offered", rule=decision.rule_id, kinds=kinds)
    return OnTable(offer, rows)


def _row(offer: Offer, case: Complaint, position: int, one: Alternative) -> Compensation:
    goodwill = one.goodwill.amount_minor if one.goodwill else 0
    cost = one.cost.amount_minor if one.cost else 0
    known = one.amount or one.cost
    return Compensation(
        offer_id=offer.id,
        complaint_id=case.id,
        contact_id=case.contact_id,
        order_id=case.order_id,
        position=position,
        kind=one.kind,
        amount_minor=one.amount.amount_minor if one.amount else 0,
        value_minor=one.value.amount_minor if one.value else 0,
        goodwill_minor=goodwill,
        # A right costs the company what it costs; only goodwill is rationed by the day.
        budget_minor=0 if one.is_entitlement else min(cost, goodwill) if one.goodwill else cost,
        currency=known.currency if known else "",
        terms=dict(one.as_dict()),
        state="offered",
    )


async def on_table(session: AsyncSession, case: Complaint) -> OnTable | None:
    """The open offer of a case."""
    offer = await session.scalar(
        select(Offer).where(Offer.complaint_id == case.id, Offer.state == "open")
    )
    return OnTable(offer, await alternatives(session, offer.id)) if offer else None


async def alternatives(session: AsyncSession, offer_id: int) -> list[Compensation]:
    """The alternatives of an offer, in the order they are shown."""
    query = (
        select(Compensation)
        .where(Compensation.offer_id == offer_id)
        .order_by(Compensation.position)
    )
    return list(await session.scalars(query))


async def decide(session: AsyncSession, offer_id: int, state: str) -> bool:
    """End an open offer; False when somebody was faster."""
    return await changed_one(
        session,
        update(Offer)
        .where(Offer.id == offer_id, Offer.state == "open")
        .values(state=state, decided_at=clock.now()),
    )


async def decline(session: AsyncSession, case: Complaint) -> bool:
    """The customer wants none of the alternatives; False when none were on the table."""
    table = await on_table(session, case)
    if table is None or not await decide(session, table.offer.id, "declined"):
        return False
    for alternative in table.alternatives:
        alternative.state = "declined"
    history.note(session, case, "customer", "declined all")
    return True


async def withdraw(session: AsyncSession, case: Complaint) -> None:
    """Take an offer off the table, because what it was made for has changed."""
    table = await on_table(session, case)
    if table is not None:
        await void(session, table.offer.id)


async def void(session: AsyncSession, offer_id: int, *, was: str = "open") -> None:
    """An offer counts no more, and neither do its alternatives; one that somebody took stands."""
    voided = await changed_one(
        session,
        update(Offer)
        .where(Offer.id == offer_id, Offer.state == was)
        .values(state="void", decided_at=clock.now()),
    )
    if voided:
        await session.execute(
            update(Compensation)
            .where(Compensation.offer_id == offer_id, Compensation.state == "offered")
            .values(state="void")
        )
