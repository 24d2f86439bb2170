"""Searching cases by reference, customer, order, or words of the conversation."""

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

MAX_HITS = 30
MIN_LENGTH = 2
SNIPPET_LENGTH = 120
# Fewer digits than these occur in too many phone numbers, or references.
MIN_PHONE_DIGITS = 6
MIN_REFERENCE_LENGTH = 4


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One case that a search found."""

    case: Complaint
    customer: str | None  # the contact's name
    order: str | None  # the order's number
    agent: str | None  # the name of the agent who has the case now
    snippet: str


async def find(session: AsyncSession, text: str) -> list[SearchHit]:
    """Return the cases that match ``text``, newest first, at most thirty.

    A case's reference finds that case alone. Private notes are not searched.
    """
    text = " ".join(text.split())
    if len(text) < MIN_LENGTH:
        return []
    reference = parse_reference(text)
    condition = Complaint.reference == reference if reference else _condition(text)
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
        .where(condition)
        .order_by(Complaint.id.desc())
        .limit(MAX_HITS)
    )
    return [
        SearchHit(case, name, number, agent, await _snippet(session, case, text))
        for case, name, number, agent in rows
    ]


def _condition(text: str) -> ColumnElement[bool]:
    conversations = select(Message.conversation_id).where(
        Message.text.icontains(text, autoescape=True),
        Message.author.in_((Author.CUSTOMER, Author.AGENT)),
    )
    alternatives = [
        Contact.name.icontains(text, autoescape=True),
        Contact.email.icontains(text, autoescape=True),
        Complaint.conversation_id.in_(conversations),
    ]
    if number := order_key(text):
        alternatives.append(Order.number_key == number)
        if len(number) >= MIN_REFERENCE_LENGTH:
            reference = func.replace(Complaint.reference, "-", "")
            alternatives.append(reference.contains(number, autoescape=True))
    if len(phone := digits(text)) >= MIN_PHONE_DIGITS:
        alternatives.append(Contact.phone.contains(phone, autoescape=True))
    return or_(*alternatives)


async def _snippet(session: AsyncSession, case: Complaint, searched: str) -> str:
    """Return up to 120 characters around the searched words, else of the case's first message."""
    text = await session.scalar(
        select(Message.text)
        .where(
            Message.conversation_id == case.conversation_id,
            Message.text.icontains(searched, autoescape=True),
            Message.author.in_((Author.CUSTOMER, Author.AGENT)),
        )
        .order_by(Message.seq.desc())
        .limit(1)
    ) or await session.scalar(select(Message.text).where(Message.id == case.first_message_id))
    text = " ".join((text or "").split())
    start = max(0, text.casefold().find(searched.casefold()) - SNIPPET_LENGTH // 3)
    end = start + SNIPPET_LENGTH
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
