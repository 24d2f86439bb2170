"""Whether and how a customer can be reached: the open window, another channel, a person."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.cases import audit, complaints
from bot.context.company_context import CompanyContext
from bot.handoffs import queue
from bot.models import Complaint, Conversation, HandoffReason, Promise, PromiseState

# How long after the customer's last message we may write freely.
WINDOWS = {"whatsapp": timedelta(hours=24)}
# A customer whom nothing reaches is somebody's to look after soon.
PRIORITY = 2


def window_closes_at(conversation: Conversation) -> datetime | None:
    """Until when we may write freely; None where that does not end."""
    window = WINDOWS.get(conversation.channel)
    if window is None:
        return None
    return (conversation.heard_at or conversation.created_at) + window


def is_window_closed(conversation: Conversation, at: datetime | None = None) -> bool:
    """Whether only a template may go out, now or at another time."""
    closes = window_closes_at(conversation)
    return closes is not None and closes <= (at or clock.now())


def mark_window_closed(conversation: Conversation, since: datetime) -> None:
    """The provider says that the window has closed, and its clock counts."""
    conversation.heard_at = since - WINDOWS.get(conversation.channel, timedelta(0))


async def find_other_conversation(
    session: AsyncSession, conversation: Conversation
) -> Conversation | None:
    """Another conversation of the same proven customer that takes messages at any time."""
    if conversation.contact_id is None or conversation.proven_by is None:
        return None
    return await session.scalar(
        select(Conversation)
        .where(
            Conversation.contact_id == conversation.contact_id,
            Conversation.proven_by.is_not(None),
            Conversation.id != conversation.id,
            Conversation.channel == "telegram",
            Conversation.unreachable_at.is_(None),
        )
        .order_by(Conversation.heard_at.desc())
        .limit(1)
    )


async def mark_unreachable(
    session: AsyncSession, context: CompanyContext, conversation: Conversation, why: str
) -> None:
    """Nothing reaches the customer here any more: whoever owes them something learns of it."""
    if conversation.unreachable_at is not None:
        return
    conversation.unreachable_at, conversation.unreachable_why = clock.now(), why
    await escalate_undelivered(session, context, conversation, HandoffReason.UNREACHABLE, why)


def mark_reachable(conversation: Conversation) -> None:
    """The customer wrote, or let us in again."""
    conversation.unreachable_at = conversation.unreachable_why = None


async def escalate_undelivered(
    session: AsyncSession,
    context: CompanyContext,
    conversation: Conversation,
    reason: HandoffReason,
    why: str,
) -> None:
    """A message did not reach the customer: noted on the case, which goes to a person."""
    case = await _live_case(session, conversation)
    if case is None:
        return
    audit.record(session, case, "bot", "not delivered", channel=conversation.channel, why=why)
    waiting = await queue.find_open(session, conversation.id)
    if waiting is not None:
        waiting.priority = min(waiting.priority, PRIORITY)
        return
    (await queue.add(session, context, case, reason)).priority = PRIORITY
    await session.flush()


async def _live_case(session: AsyncSession, conversation: Conversation) -> Complaint | None:
    """The case that is open here, or the newest one in which something is still promised."""
    case = await complaints.current(session, conversation)
    if case is not None:
        return case
    query = (
        select(Complaint)
        .join(Promise, Promise.complaint_id == Complaint.id)
        .where(Complaint.conversation_id == conversation.id, Promise.state == PromiseState.OPEN)
        .order_by(Complaint.id.desc())
        .limit(1)
    )
    return await session.scalar(query)
