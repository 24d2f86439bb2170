"""The rows of a case that its packet and summaries are made of."""

from dataclasses import dataclass, field

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cases import promises
from bot.context.company_context import CompanyContext
from bot.customers.orders import total_last_year
from bot.models import (
    GIVEN_STATES,
    Attachment,
    Compensation,
    Complaint,
    Contact,
    ContentKind,
    Conversation,
    Handoff,
    Message,
    Offer,
    OfferState,
    Order,
)
from bot.money import Money

MAX_EARLIER_CASES = 20


@dataclass(frozen=True, slots=True)
class CaseRows:
    """The rows that the packet and both summaries are made of."""

    case: Complaint
    conversation: Conversation
    first_words: str = ""  # the customer's first message
    contact: Contact | None = None
    order: Order | None = None
    spent: Money | None = None  # what the customer buys in a year
    remedies: list[Compensation] = field(default_factory=list)
    declined: bool = False  # the latest offer was declined as a whole
    has_photo: bool = False
    earlier: int = 0  # number of earlier cases
    broken: int = 0  # number of promises broken in this case
    handoff: Handoff | None = None


async def load_rows(
    session: AsyncSession, context: CompanyContext, case: Complaint, handoff: Handoff | None = None
) -> CaseRows:
    """Load the rows of a case."""
    conversation = await session.get_one(Conversation, case.conversation_id)
    contact_id = case.contact_id or conversation.contact_id
    offers = await list_offers(session, case)
    latest = offers[0] if offers else None
    offered = [row for offer, rows in offers if offer.state != OfferState.VOID for row in rows]
    given_remedies = [row for row in offered if row.state in GIVEN_STATES]
    return CaseRows(
        case=case,
        conversation=conversation,
        first_words=(await session.get_one(Message, case.first_message_id)).text,
        contact=await session.get(Contact, contact_id) if contact_id else None,
        order=await session.get(Order, case.order_id) if case.order_id else None,
        spent=await total_last_year(session, contact_id, context.company.currency)
        if contact_id
        else None,
        remedies=given_remedies or offered,
        declined=latest is not None and latest[0].state == OfferState.DECLINED,
        has_photo=bool(await list_photos(session, case)),
        earlier=len(await list_earlier_cases(session, case, contact_id)),
        broken=await promises.count_broken(session, case.id),
        handoff=handoff,
    )


async def list_offers(
    session: AsyncSession, case: Complaint
) -> list[tuple[Offer, list[Compensation]]]:
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


async def list_earlier_cases(
    session: AsyncSession, case: Complaint, contact_id: int | None
) -> list[Complaint]:
    """Return the same customer's earlier cases, newest first."""
    same_customer = Complaint.conversation_id == case.conversation_id
    if contact_id is not None:
        same_customer = or_(same_customer, Complaint.contact_id == contact_id)
    query = select(Complaint).where(same_customer, Complaint.id < case.id, Complaint.is_told)
    return list(await session.scalars(query.order_by(Complaint.id.desc()).limit(MAX_EARLIER_CASES)))


async def list_photos(session: AsyncSession, case: Complaint) -> list[Attachment]:
    """Return the photos of a case and of its conversation, oldest first."""
    query = select(Attachment).where(
        or_(
            Attachment.conversation_id == case.conversation_id,
            Attachment.complaint_id == case.id,
        ),
        Attachment.message_id.is_not(None),
        Attachment.kind == ContentKind.PHOTO,
    )
    return list(await session.scalars(query.order_by(Attachment.created_at)))
