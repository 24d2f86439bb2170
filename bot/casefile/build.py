"""The packet: everything about a case that the agent who takes it is shown.

It is built by rules from the database, anew each time, so every statement in it is backed by a row.
"""

from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, inspect, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.casefile import known_facts
from bot.casefile.known_facts import Fact
from bot.casefile.summary_text import CaseRows, write_agent_summary, write_customer_summary
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
MAX_ORDERS = 20


@dataclass(frozen=True, slots=True)
class Packet:
    """Everything about a case that an agent needs to take it over."""

    summary: str
    rows: CaseRows
    facts: list[Fact]
    orders: list[Order]
    offers: list[tuple[Offer, list[Compensation]]]
    decisions: list[Explanation]
    promises: list[Promise]
    earlier: list[tuple[Complaint, Compensation | None]]
    photos: list[Attachment]
    # The policy's remedies that can be given here, by name, with their terms in this case.
    remedies: dict[str, Alternative]
    value_at_risk: Money | None  # what the customer buys in a year
    remedy_cost: Money  # what the case's remedies cost the company
    tier: str | None
    authority: Authority
    signals: list[RiskFlag]  # what to look at before anything is given


async def load_rows(
    session: AsyncSession, context: CompanyContext, case: Complaint, handoff: Handoff | None = None
) -> CaseRows:
    """Load the rows that the summaries are written from."""
    conversation = await session.get_one(Conversation, case.conversation_id)
    contact_id = case.contact_id or conversation.contact_id
    offers = await _offers(session, case)
    latest = offers[0] if offers else None
    offered = [row for offer, rows in offers if offer.state != OfferState.VOID for row in rows]
    taken = [row for row in offered if row.state in GIVEN_STATES]
    return CaseRows(
        case=case,
        conversation=conversation,
        first_words=(await session.get_one(Message, case.first_message_id)).text,
        contact=await session.get(Contact, contact_id) if contact_id else None,
        order=await session.get(Order, case.order_id) if case.order_id else None,
        spent=await total_last_year(session, contact_id, context.company.currency)
        if contact_id
        else None,
        remedies=taken or offered,
        declined=latest is not None and latest[0].state == OfferState.DECLINED,
        has_photo=bool(await _photos(session, case)),
        earlier=len(await _earlier(session, case, contact_id)),
        broken=await promises.count_broken(session, case.id),
        handoff=handoff,
    )


async def summary_for_customer(
    session: AsyncSession, context: CompanyContext, case: Complaint, handoff: Handoff | None = None
) -> str | None:
    """Return the summary that the customer may correct; None while nothing was told."""
    return write_customer_summary(context, await load_rows(session, context, case, handoff))


async def build_packet(
    session: AsyncSession,
    context: CompanyContext,
    case: Complaint,
    handoff: Handoff | None,
    reader: Agent,
) -> Packet:
    """Return the packet, in the reader's language and with the reader's authority."""
    rows = await load_rows(session, context, case, handoff)
    contact_id = rows.contact.id if rows.contact else None
    offers = await _offers(session, case)
    return Packet(
        summary=write_agent_summary(context, reader.language, rows),
        rows=rows,
        facts=await known_facts.load_facts(
            session, context, case, rows.conversation, reader.language
        ),
        orders=await _orders(session, contact_id),
        offers=offers,
        decisions=await explanation.explain_case(session, case),
        promises=await _all(session, Promise, Promise.complaint_id == case.id),
        earlier=[
            (earlier, await _newest_remedy(session, earlier))
            for earlier in await _earlier(session, case, contact_id)
        ],
        photos=await _photos(session, case),
        remedies=await agent_remedies.quote_all(session, context, case),
        value_at_risk=rows.spent,
        remedy_cost=_cost(offers, context.policy.currency),
        tier=context.company.tier(rows.spent) if rows.spent else None,
        authority=await authority.measure(session, context, reader, case),
        signals=await evidence.list_flags(session, case),
    )


async def list_notes(session: AsyncSession, case: Complaint) -> list[tuple[Note, Agent]]:
    """Return a case's private notes with their authors, oldest first."""
    rows = await session.execute(
        select(Note, Agent)
        .join(Agent, Agent.id == Note.agent_id)
        .where(Note.complaint_id == case.id)
        .order_by(Note.id)
    )
    return [(note, agent) for note, agent in rows]


async def list_approvals(session: AsyncSession, case: Complaint) -> list[Approval]:
    """Return the requests to supervisors in a case, oldest first."""
    return await _all(session, Approval, Approval.complaint_id == case.id)


async def list_events(session: AsyncSession, case: Complaint) -> list[CaseEvent]:
    """Return a case's whole history, oldest first."""
    return await _all(session, CaseEvent, CaseEvent.complaint_id == case.id)


async def _all(session: AsyncSession, model: type[Row], *where: ColumnElement[bool]) -> list[Row]:
    """Return the rows of a table that meet the conditions, by primary key."""
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
    """Return every offer made in a case, newest first, each with its alternatives."""
    offers = await session.scalars(
        select(Offer)
        .where(Offer.complaint_id == case.id)
        .order_by(Offer.id.desc())
        # Rows changed by statements of this transaction are read anew.
        .execution_options(populate_existing=True)
    )
    offers_with_rows = []
    for offer in offers:
        rows = await session.scalars(
            select(Compensation)
            .where(Compensation.offer_id == offer.id)
            .order_by(Compensation.position)
            .execution_options(populate_existing=True)
        )
        offers_with_rows.append((offer, list(rows)))
    return offers_with_rows


async def _orders(session: AsyncSession, contact_id: int | None) -> list[Order]:
    if contact_id is None:
        return []
    query = select(Order).where(Order.contact_id == contact_id).order_by(Order.placed_at.desc())
    return list(await session.scalars(query.limit(MAX_ORDERS)))


async def _earlier(
    session: AsyncSession, case: Complaint, contact_id: int | None
) -> list[Complaint]:
    """Return the same customer's earlier cases, newest first."""
    same_customer = Complaint.conversation_id == case.conversation_id
    if contact_id is not None:
        same_customer = or_(same_customer, Complaint.contact_id == contact_id)
    query = select(Complaint).where(same_customer, Complaint.id < case.id, Complaint.is_told)
    return list(await session.scalars(query.order_by(Complaint.id.desc()).limit(MAX_ORDERS)))


async def _newest_remedy(session: AsyncSession, case: Complaint) -> Compensation | None:
    query = select(Compensation).where(
        Compensation.complaint_id == case.id, Compensation.state.in_(GIVEN_STATES)
    )
    return await session.scalar(query.order_by(Compensation.id.desc()).limit(1))


def _cost(offers: list[tuple[Offer, list[Compensation]]], currency: str) -> Money:
    """Return what the remedies given in a case cost the company, in the policy's currency."""
    cost = zero(currency)
    for _, rows in offers:
        for row in rows:
            if row.state in GIVEN_STATES and row.currency == currency:
                cost += Money(int(row.terms["cost_minor"] or 0), currency)
    return cost
