"""Offers: makes them from decisions, finds them, and ends them without a choice."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.cases import audit
from bot.compensation import queries, transitions
from bot.database.statements import insert_row, lock_row
from bot.models import (
    Agent,
    Compensation,
    CompensationState,
    Complaint,
    Offer,
    OfferState,
)
from bot.models.transition import Transition
from bot.policy.alternative import Alternative
from bot.policy.decision import Decision


@dataclass(frozen=True, slots=True)
class OfferWithAlternatives:
    """An offer with its alternatives, in the order in which they are shown."""

    offer: Offer
    alternatives: list[Compensation]


async def make(
    session: AsyncSession,
    case: Complaint,
    decision: Decision,
    *,
    by: Agent | None = None,
    request_id: str | None = None,
) -> OfferWithAlternatives:
    """Make an offer of the alternatives of a decision; an open offer of the case becomes void.

    Args:
        by: the agent who offers; None is the assistant.
        request_id: identifies the agent's request.
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
        _make_compensation(offer, case, position, alternative)
        for position, alternative in enumerate(decision.alternatives, start=1)
    ]
    session.add_all(rows)
    await session.flush()
    actor, kinds = by.name if by else "bot", [row.kind for row in rows]
    audit.record(session, case, actor, "offered", rule=decision.rule_id, kinds=kinds)
    return OfferWithAlternatives(offer, rows)


def _make_compensation(
    offer: Offer, case: Complaint, position: int, alternative: Alternative
) -> Compensation:
    known = alternative.amount or alternative.cost
    return Compensation(
        offer_id=offer.id,
        complaint_id=case.id,
        contact_id=case.contact_id,
        order_id=case.order_id,
        position=position,
        kind=alternative.kind,
        amount_minor=alternative.amount.amount_minor if alternative.amount else 0,
        value_minor=alternative.value.amount_minor if alternative.value else 0,
        goodwill_minor=alternative.goodwill.amount_minor if alternative.goodwill else 0,
        budget_minor=alternative.budget_minor,
        currency=known.currency if known else "",
        terms=dict(alternative.as_dict()),
        state=CompensationState.OFFERED,
    )


async def find_open(session: AsyncSession, case: Complaint) -> OfferWithAlternatives | None:
    """Return the open offer of a case, if there is one."""
    offer = await session.scalar(queries.OPEN_OFFER, {"case": case.id})
    if offer is None:
        return None
    return OfferWithAlternatives(offer, await list_alternatives(session, offer.id))


async def list_alternatives(session: AsyncSession, offer_id: int) -> list[Compensation]:
    """Return the alternatives of an offer, in the order in which they are shown."""
    return list(await session.scalars(queries.ALTERNATIVES, {"offer": offer_id}))


async def decline(session: AsyncSession, case: Complaint) -> bool:
    """Decline the open offer for the customer; return False if there is none."""
    open_offer = await find_open(session, case)
    if open_offer is None or not await transitions.end_offer(
        session, open_offer.offer.id, transitions.DECLINE_OFFER
    ):
        return False
    transitions.decline(open_offer.alternatives)
    audit.record(session, case, "customer", "declined all")
    return True


async def withdraw(session: AsyncSession, case: Complaint) -> None:
    """Void the open offer of a case, because what it was made for has changed."""
    open_offer = await find_open(session, case)
    if open_offer is not None:
        await void(session, open_offer.offer.id)


async def record_wish(session: AsyncSession, case: Complaint, kind: str) -> None:
    """Record the kind of remedy that the customer asks for.

    An open offer without this kind becomes void: the policy may now decide otherwise.
    """
    case.desired = kind
    open_offer = await find_open(session, case)
    if open_offer is not None and kind not in {
        alternative.kind for alternative in open_offer.alternatives
    }:
        await void(session, open_offer.offer.id)


async def void(
    session: AsyncSession,
    offer_id: int,
    ending: Transition[OfferState] = transitions.VOID_OFFER,
) -> None:
    """Void an offer with its alternatives, unless its state does not allow this ending."""
    if await transitions.end_offer(session, offer_id, ending):
        await transitions.withdraw(session, offer_id)
