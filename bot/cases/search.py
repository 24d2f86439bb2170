"""Finding cases: by reference, by who it is, by order, by what was said."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.models import (
    Agent,
    Author,
    Complaint,
    Contact,
    Conversation,
    Handoff,
    HandoffState,
    Message,
    Order,
)
from bot.text.case_reference import parse_reference
from bot.text.normalize import digits, order_key

MOST = 30
SHORTEST = 2
SNIPPET = 120
# Fewer digits than this are part of too many phones.
SHORTEST_PHONE = 6
# And fewer of these part of too many references.
SHORTEST_REFERENCE = 4


@dataclass(frozen=True, slots=True)
class Found:
    """One case that fits."""

    case: Complaint
    customer: str | None
    order: str | None
    agent: str | None
    snippet: str


async def find(session: AsyncSession, wanted: str) -> list[Found]:
    """The cases that fit, newest first; at most thirty."""
    wanted = " ".join(wanted.split())
    if len(wanted) < SHORTEST:
        return []
    reference = parse_reference(wanted)
    fits = Complaint.reference == reference if reference else _fits(wanted)
    rows = await session.execute(
        select(Complaint, Contact.name, Order.number, Agent.name)
        .join(Conversation, Conversation.id == Complaint.conversation_id)
        .outerjoin(
            Contact, Contact.id == func.coalesce(Complaint.contact_id, Conversation.contact_id)
        )
        .outerjoin(Order, Order.id == Complaint.order_id)
        .outerjoin(
            Handoff, (Handoff.complaint_id == Complaint.id) & (Handoff.state == HandoffState.ACTIVE)
        )
        .outerjoin(Agent, Agent.id == Handoff.agent_id)
        .where(fits)
        .order_by(Complaint.id.desc())
        .limit(MOST)
    )
    return [
        Found(case, name, number, agent, await _snippet(session, case, wanted))
        for case, name, number, agent in rows
    ]


def _fits(wanted: str) -> ColumnElement[bool]:
    said = select(Message.conversation_id).where(
        Message.text.icontains(wanted, autoescape=True),
        Message.author.in_((Author.CUSTOMER, Author.AGENT)),
    )
    ways = [
        Contact.name.icontains(wanted, autoescape=True),
        Contact.email.icontains(wanted, autoescape=True),
        Complaint.conversation_id.in_(said),
    ]
    if number := order_key(wanted):
        ways.append(Order.number_key == number)
        if len(number) >= SHORTEST_REFERENCE:
            bare = func.replace(Complaint.reference, "-", "")
            ways.append(bare.contains(number, autoescape=True))
    if len(phone := digits(wanted)) >= SHORTEST_PHONE:
        ways.append(Contact.phone.contains(phone, autoescape=True))
    return or_(*ways)


async def _snippet(session: AsyncSession, case: Complaint, wanted: str) -> str:
    """The words that were looked for, or what the case began with."""
    here = Message.conversation_id == case.conversation_id
    text = await session.scalar(
        select(Message.text)
        .where(
            here,
            Message.text.icontains(wanted, autoescape=True),
            Message.author.in_((Author.CUSTOMER, Author.AGENT)),
        )
        .order_by(Message.seq.desc())
        .limit(1)
    ) or await session.scalar(select(Message.text).where(Message.id == case.first_message_id))
    text = " ".join((text or "").split())
    start = max(0, text.casefold().find(wanted.casefold()) - SNIPPET // 3)
    cut = text[start : start + SNIPPET]
    return f"{'…' if start else ''}{cut}{'…' if start + SNIPPET < len(text) else ''}"
