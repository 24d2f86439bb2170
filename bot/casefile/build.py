"""The packet: everything about a case that the agent who takes it is shown.

It is built by rules from the database, anew each time, so every statement in it is backed by a row.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.casefile import known_facts
from bot.casefile.case_rows import (
    CaseRows,
    list_earlier_cases,
    list_offers,
    list_photos,
    load_rows,
)
from bot.casefile.known_facts import Fact
from bot.casefile.summary_text import write_agent_summary, write_customer_summary
from bot.cases import promises
from bot.compensation import agent_remedies, authority, explanation
from bot.compensation.authority import Authority
from bot.compensation.explanation import Explanation
from bot.context.company_context import CompanyContext
from bot.models import (
    GIVEN_STATES,
    Agent,
    Attachment,
    Compensation,
    Complaint,
    Handoff,
    Offer,
    Order,
    Promise,
    RiskFlag,
)
from bot.money import Money, zero
from bot.policy.alternative import Alternative
from bot.risk import evidence

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


async def summary_for_customer(
    session: AsyncSession, context: CompanyContext, case: Complaint, handoff: Handoff | None = None
) -> str | None:
    """Return the summary that the customer may correct; None before they told a complaint."""
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
    offers = await list_offers(session, case)
    return Packet(
        summary=write_agent_summary(context, reader.language, rows),
        rows=rows,
        facts=await known_facts.load_facts(
            session, context, case, rows.conversation, reader.language
        ),
        orders=await _orders(session, contact_id),
        offers=offers,
        decisions=await explanation.explain_case(session, case),
        promises=await promises.list_all(session, case.id),
        earlier=[
            (earlier, await _newest_remedy(session, earlier))
            for earlier in await list_earlier_cases(session, case, contact_id)
        ],
        photos=await list_photos(session, case),
        remedies=await agent_remedies.quote_all(session, context, case),
        value_at_risk=rows.spent,
        remedy_cost=_cost(offers, context.policy.currency),
        tier=context.company.tier(rows.spent) if rows.spent else None,
        authority=await authority.measure(session, context, reader, case),
        signals=await evidence.list_flags(session, case),
    )


async def _orders(session: AsyncSession, contact_id: int | None) -> list[Order]:
    if contact_id is None:
        return []
    query = select(Order).where(Order.contact_id == contact_id).order_by(Order.placed_at.desc())
    return list(await session.scalars(query.limit(MAX_ORDERS)))


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
