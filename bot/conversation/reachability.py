"""How a customer can be reached: in the channel's window, on another channel, or by a human."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.cases import audit, complaints
from bot.context.company_context import CompanyContext
from bot.handoffs import queue
from bot.models import Complaint, Conversation, HandoffReason, Promise, PromiseState

# How long after the customer's last message free text may be sent (WhatsApp's customer service
# window); after it only a template.
WINDOWS = {"whatsapp": timedelta(hours=24)}
# Of the handoff of a customer whom no message reaches; 1 is the most urgent.
PRIORITY = 2


def window_closes_at(conversation: Conversation) -> datetime | None:
    """Return the time until which free text may be sent; None where there is no window."""
    window = WINDOWS.get(conversation.channel)
    if window is None:
        return None
    return (conversation.heard_at or conversation.created_at) + window


def is_window_closed(conversation: Conversation, at: datetime | None = None) -> bool:
    """Return True if only a template may be sent at this time (now, by default)."""
    closes = window_closes_at(conversation)
    return closes is not None and closes <= (at or clock.now())


def mark_window_closed(conversation: Conversation, since: datetime) -> None:
    """Note the provider's report that the window has closed, whatever our own clock says."""
    conversation.heard_at = since - WINDOWS.get(conversation.channel, timedelta(0))


async def find_other_conversation(
    session: AsyncSession, conversation: Conversation
) -> Conversation | None:
    """Return the proven customer's last conversation on a channel without a window, if any."""
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
    """Note that no message reaches the customer here, and hand an open case to a human."""
    if conversation.unreachable_at is not None:
        return
    conversation.unreachable_at, conversation.unreachable_why = clock.now(), why
    await escalate_undelivered(session, context, conversation, HandoffReason.UNREACHABLE, why)


def mark_reachable(conversation: Conversation) -> None:
    """Note that messages reach the customer again: they wrote, or no longer block us."""
    conversation.unreachable_at = conversation.unreachable_why = None


async def escalate_undelivered(
    session: AsyncSession,
    context: CompanyContext,
    conversation: Conversation,
    reason: HandoffReason,
    why: str,
) -> None:
    """Record in the case that a message was not delivered, and hand the case to a human."""
    case = await _open_case(session, conversation)
    if case is None:
        return
    audit.record(session, case, "bot", "not delivered", channel=conversation.channel, why=why)
    handoff = await queue.find_open(session, conversation.id)
    if handoff is not None:
        handoff.priority = min(handoff.priority, PRIORITY)
        return
    (await queue.add(session, context, case, reason)).priority = PRIORITY
    await session.flush()


async def _open_case(session: AsyncSession, conversation: Conversation) -> Complaint | None:
    """Return the open case, or else the newest one with an open promise."""
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
