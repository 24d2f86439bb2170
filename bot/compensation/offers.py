"""Offers: the alternatives that the policy allows for a case, put on the table and taken off."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.cases import audit, complaints
from bot.compensation import spending_breaker, transitions
from bot.context.company_context import CompanyContext
from bot.customers.orders import total_last_year
from bot.database.statements import insert_row, lock_row
from bot.ledger import usage
from bot.models import (
    Agent,
    Compensation,
    CompensationState,
    Complaint,
    Conversation,
    Offer,
    OfferState,
    Order,
)
from bot.models.transition import Transition
from bot.money import Money, zero
from bot.policy.alternative import Alternative
from bot.policy.decision import CaseFacts, Decision
from bot.risk import evidence

# Made once, for they are asked for many messages.
_ON_TABLE = select(Offer).where(
    Offer.complaint_id == bindparam("case"), Offer.state == OfferState.OPEN
)
_ALTERNATIVES = (
    select(Compensation)
    .where(Compensation.offer_id == bindparam("offer"))
    .order_by(Compensation.position)
)


@dataclass(frozen=True, slots=True)
class OnTable:
    """An open offer with its alternatives, in the order they are shown."""

    offer: Offer
    alternatives: list[Compensation]


async def case_facts(
    session: AsyncSession, context: CompanyContext, case: Complaint, conversation: Conversation
) -> CaseFacts:
    """What the policy decides by, all of it from the database."""
    order = await session.get(Order, case.order_id) if case.order_id else None
    company = context.company
    spent = None
    if case.contact_id is not None:
        spent = await total_last_year(session, case.contact_id, company.currency)
    return CaseFacts(
        category=case.category,
        severity=case.severity,
        order_value=Money(order.total_minor, order.currency) if order else None,
        order_currency=order.currency if order else None,
        tier=company.tier(spent or zero(company.currency)),
        identity_proven=conversation.proven_by is not None,
        has_photo=await complaints.has_photo(session, case),
        desired=case.desired,
        value_at_risk=spent,
        failures=await complaints.failures(session, case, context.policy.raises.within_days),
        usage=await usage.measure(session, context, case),
        is_paused=await spending_breaker.is_paused(session),
        signals=tuple(one.name for one in await evidence.find_signals(session, context, case)),
    )


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
    await lock_row(session, Complaint, case.id)
    await withdraw(session, case)
    offer = await insert_row(
        session,
        Offer,
        complaint_id=case.id,
        policy_version=decision.policy_version,
        rule_id=decision.rule_id or "",
        reasons=list(decision.reasons),
        agent_id=by.id if by else None,
        request_id=request_id,
        state=OfferState.OPEN,
        created_at=clock.now(),
    )
    rows = [
        _row(offer, case, position, alternative)
        for position, alternative in enumerate(decision.alternatives, start=1)
    ]
    session.add_all(rows)
    await session.flush()
    actor, kinds = by.name if by else "bot", [row.kind for row in rows]
    audit.note(session, case, actor, "offered", rule=decision.rule_id, kinds=kinds)
    return OnTable(offer, rows)


def _row(offer: Offer, case: Complaint, position: int, one: Alternative) -> Compensation:
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
        goodwill_minor=one.goodwill.amount_minor if one.goodwill else 0,
        budget_minor=one.budget_minor,
        currency=known.currency if known else "",
        terms=dict(one.as_dict()),
        state=CompensationState.OFFERED,
    )


async def on_table(session: AsyncSession, case: Complaint) -> OnTable | None:
    """The open offer of a case."""
    offer = await session.scalar(_ON_TABLE, {"case": case.id})
    return OnTable(offer, await alternatives(session, offer.id)) if offer else None


async def alternatives(session: AsyncSession, offer_id: int) -> list[Compensation]:
    """The alternatives of an offer, in the order they are shown."""
    return list(await session.scalars(_ALTERNATIVES, {"offer": offer_id}))


async def decline(session: AsyncSession, case: Complaint) -> bool:
    """The customer wants none of the alternatives; False when none were on the table."""
    table = await on_table(session, case)
    if table is None or not await transitions.end_offer(
        session, table.offer.id, transitions.DECLINE_OFFER
    ):
        return False
    transitions.decline(table.alternatives)
    audit.note(session, case, "customer", "declined all")
    return True


async def withdraw(session: AsyncSession, case: Complaint) -> None:
    """Take an offer off the table, because what it was made for has changed."""
    table = await on_table(session, case)
    if table is not None:
        await void(session, table.offer.id)


async def note_wish(session: AsyncSession, case: Complaint, kind: str) -> None:
    """Keep what the customer asks for: it may bring another offer than one without it."""
    case.desired = kind
    table = await on_table(session, case)
    if table is not None and kind not in {one.kind for one in table.alternatives}:
        await void(session, table.offer.id)


async def void(
    session: AsyncSession,
    offer_id: int,
    ending: Transition[OfferState] = transitions.VOID_OFFER,
) -> None:
    """An offer counts no more, and neither do its alternatives; one that somebody took stands."""
    if await transitions.end_offer(session, offer_id, ending):
        await transitions.withdraw(session, offer_id)
