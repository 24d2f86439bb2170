"""The packet: everything about a case that the person who takes it is handed, and nothing else.

Built by rules from the database, anew at each look, so that it claims nothing that no row backs.
"""

from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, inspect, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.casefile import known_facts
from bot.casefile.known_facts import Fact
from bot.casefile.summary_text import Told, paragraph, short
from bot.cases import promises
from bot.compensation import agent_remedies, authority, explanation
from bot.compensation.authority import Authority
from bot.compensation.explanation import Explanation
from bot.context.company_context import CompanyContext
from bot.customers.orders import total_last_year
from bot.models import (
    GIVEN_STATES,
    Agent,
    Approval,
    Attachment,
    Base,
    CaseEvent,
    Compensation,
    Complaint,
    Contact,
    ContentKind,
    Conversation,
    Handoff,
    Message,
    Note,
    Offer,
    OfferState,
    Order,
    Promise,
    RiskFlag,
)
from bot.money import Money, zero
from bot.policy.alternative import Alternative
from bot.risk import evidence

Row = TypeVar("Row", bound=Base)
MOST_ORDERS = 20


@dataclass(frozen=True, slots=True)
class Packet:
    """A case as somebody sees it who is to take it over."""

    summary: str
    told: Told
    facts: list[Fact]
    orders: list[Order]
    offers: list[tuple[Offer, list[Compensation]]]
    decisions: list[Explanation]
    promises: list[Promise]
    earlier: list[tuple[Complaint, Compensation | None]]
    photos: list[Attachment]
    # What the policy's remedies come to in this case, by name; left out where they cannot be given.
    remedies: dict[str, Alternative]
    value_at_risk: Money | None
    remedy_cost: Money
    tier: str | None
    authority: Authority
    signals: list[RiskFlag]  # why a person should look at it before anything is given


async def told(
    session: AsyncSession, context: CompanyContext, case: Complaint, handoff: Handoff | None = None
) -> Told:
    """The rows that the packet's words are made of."""
    conversation = await session.get_one(Conversation, case.conversation_id)
    contact_id = case.contact_id or conversation.contact_id
    offers = await _offers(session, case)
    latest = offers[0] if offers else None
    shown = [one for offer, rows in offers if offer.state != OfferState.VOID for one in rows]
    taken = [one for one in shown if one.state in GIVEN_STATES]
    return Told(
        case=case,
        conversation=conversation,
        first_words=(await session.get_one(Message, case.first_message_id)).text,
        contact=await session.get(Contact, contact_id) if contact_id else None,
        order=await session.get(Order, case.order_id) if case.order_id else None,
        spent=await total_last_year(session, contact_id, context.company.currency)
        if contact_id
        else None,
        remedies=taken or shown,
        declined=latest is not None and latest[0].state == OfferState.DECLINED,
        has_photo=bool(await _photos(session, case)),
        earlier=len(await _earlier(session, case, contact_id)),
        broken=await promises.count_broken(session, case.id),
        handoff=handoff,
    )


async def summary_for_customer(
    session: AsyncSession, context: CompanyContext, case: Complaint, handoff: Handoff | None = None
) -> str | None:
    """The short version that the customer may correct; None while nothing was told."""
    return short(context, await told(session, context, case, handoff))


async def build(
    session: AsyncSession,
    context: CompanyContext,
    case: Complaint,
    handoff: Handoff | None,
    reader: Agent,
) -> Packet:
    """The whole packet, in the reader's language and with the reader's authority."""
    rows = await told(session, context, case, handoff)
    contact_id = rows.contact.id if rows.contact else None
    offers = await _offers(session, case)
    return Packet(
        summary=paragraph(context, reader.language, rows),
        told=rows,
        facts=await known_facts.facts(session, context, case, rows.conversation, reader.language),
        orders=await _orders(session, contact_id),
        offers=offers,
        decisions=await explanation.explain_case(session, case),
        promises=await _all(session, Promise, Promise.complaint_id == case.id),
        earlier=[
            (one, await _given_in(session, one))
            for one in await _earlier(session, case, contact_id)
        ],
        photos=await _photos(session, case),
        remedies=await agent_remedies.quote_all(session, context, case),
        value_at_risk=rows.spent,
        remedy_cost=_cost(offers, context.policy.currency),
        tier=context.company.tier(rows.spent) if rows.spent else None,
        authority=await authority.measure(session, context, reader, case),
        signals=await evidence.list_flags(session, case),
    )


async def notes(session: AsyncSession, case: Complaint) -> list[tuple[Note, Agent]]:
    """What the people of the company noted on a case, oldest first, and who did."""
    rows = await session.execute(
        select(Note, Agent)
        .join(Agent, Agent.id == Note.agent_id)
        .where(Note.complaint_id == case.id)
        .order_by(Note.id)
    )
    return [(note, agent) for note, agent in rows]


async def approvals(session: AsyncSession, case: Complaint) -> list[Approval]:
    """What was asked of supervisors in a case, oldest first."""
    return await _all(session, Approval, Approval.complaint_id == case.id)


async def events(session: AsyncSession, case: Complaint) -> list[CaseEvent]:
    """A case's whole history, oldest first."""
    return await _all(session, CaseEvent, CaseEvent.complaint_id == case.id)


async def _all(session: AsyncSession, model: type[Row], *where: ColumnElement[bool]) -> list[Row]:
    """The rows of a table, oldest first."""
    oldest_first = inspect(model).primary_key
    return list(await session.scalars(select(model).where(*where).order_by(*oldest_first)))


async def _photos(session: AsyncSession, case: Complaint) -> list[Attachment]:
    query = select(Attachment).where(
        or_(
            Attachment.conversation_id == case.conversation_id,
            Attachment.complaint_id == case.id,
        ),
        Attachment.message_id.is_not(None),
        Attachment.kind == ContentKind.PHOTO,
    )
    return list(await session.scalars(query.order_by(Attachment.created_at)))


async def _offers(session: AsyncSession, case: Complaint) -> list[tuple[Offer, list[Compensation]]]:
    """Every offer made in a case, newest first, with its alternatives."""
    offers = await session.scalars(
        select(Offer)
        .where(Offer.complaint_id == case.id)
        .order_by(Offer.id.desc())
        # What this very transaction decided is seen, too.
        .execution_options(populate_existing=True)
    )
    found = []
    for offer in offers:
        rows = await session.scalars(
            select(Compensation)
            .where(Compensation.offer_id == offer.id)
            .order_by(Compensation.position)
            .execution_options(populate_existing=True)
        )
        found.append((offer, list(rows)))
    return found


async def _orders(session: AsyncSession, contact_id: int | None) -> list[Order]:
    if contact_id is None:
        return []
    query = select(Order).where(Order.contact_id == contact_id).order_by(Order.placed_at.desc())
    return list(await session.scalars(query.limit(MOST_ORDERS)))


async def _earlier(
    session: AsyncSession, case: Complaint, contact_id: int | None
) -> list[Complaint]:
    """The same customer's cases before this one, newest first."""
    mine = Complaint.conversation_id == case.conversation_id
    if contact_id is not None:
        mine = or_(mine, Complaint.contact_id == contact_id)
    query = select(Complaint).where(mine, Complaint.id < case.id, Complaint.is_told)
    return list(await session.scalars(query.order_by(Complaint.id.desc()).limit(MOST_ORDERS)))


async def _given_in(session: AsyncSession, case: Complaint) -> Compensation | None:
    query = select(Compensation).where(
        Compensation.complaint_id == case.id, Compensation.state.in_(GIVEN_STATES)
    )
    return await session.scalar(query.order_by(Compensation.id.desc()).limit(1))


def _cost(offers: list[tuple[Offer, list[Compensation]]], currency: str) -> Money:
    """What the remedies given in a case cost the company."""
    cost = zero(currency)
    for _, rows in offers:
        for one in rows:
            if one.state in GIVEN_STATES and one.currency == currency:
                cost += Money(int(one.terms["cost_minor"] or 0), currency)
    return cost
