"""Queue cards: an open handoff with what tells an agent which case to take next."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot import clock
from bot.handoffs.wait_estimate import QUEUE_ORDER
from bot.models import (
    Agent,
    Author,
    Complaint,
    Contact,
    Conversation,
    Handoff,
    HandoffState,
    Message,
    Promise,
    PromiseState,
)

# A promise is about to break when it falls due within this time.
DUE_SOON = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class QueueCard:
    """An open handoff as the console's lists show it."""

    handoff: Handoff
    case: Complaint
    conversation: Conversation
    customer: str | None  # the contact's name
    agent: Agent | None
    due_at: datetime | None  # of the case's next promise
    is_late: bool  # a promise of the case was broken
    unanswered: int  # messages of the customer since an agent last answered
    last: Message | None  # the conversation's last message

    @property
    def breaks_soon(self) -> bool:
        """Return True if the case's next promise is about to break."""
        return self.due_at is not None and self.due_at - clock.now() < DUE_SOON


async def list_cards(session: AsyncSession, *where: ColumnElement[bool]) -> list[QueueCard]:
    """Return the open handoffs that meet the conditions, in the order to take them."""
    due = (
        select(func.min(Promise.due_at))
        .where(Promise.complaint_id == Complaint.id, Promise.state == PromiseState.OPEN)
        .scalar_subquery()
    )
    broken = (
        select(func.count())
        .where(Promise.complaint_id == Complaint.id, Promise.state == PromiseState.BROKEN)
        .scalar_subquery()
    )
    theirs, ours = aliased(Message), aliased(Message)
    answered = (
        select(func.coalesce(func.max(ours.seq), 0))
        .where(ours.conversation_id == Handoff.conversation_id, ours.author == Author.AGENT)
        .correlate(Handoff)
        .scalar_subquery()
    )
    unanswered = (
        select(func.count())
        .where(
            theirs.conversation_id == Handoff.conversation_id,
            theirs.author == Author.CUSTOMER,
            theirs.seq > answered,
            theirs.at >= Handoff.created_at,
        )
        .correlate(Handoff)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(
            Handoff, Complaint, Conversation, Contact.name, Agent, due, broken, unanswered, Message
        )
        .join(Complaint, Complaint.id == Handoff.complaint_id)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .outerjoin(
            Contact, Contact.id == func.coalesce(Complaint.contact_id, Conversation.contact_id)
        )
        .outerjoin(Agent, Agent.id == Handoff.agent_id)
        .outerjoin(
            Message,
            (Message.conversation_id == Conversation.id) & (Message.seq == Conversation.last_seq),
        )
        .where(Handoff.state != HandoffState.ENDED, *where)
        .order_by(*QUEUE_ORDER)
    )
    return [
        QueueCard(handoff, case, conversation, name, agent, due_at, bool(late), int(unread), last)
        for handoff, case, conversation, name, agent, due_at, late, unread, last in rows
    ]
