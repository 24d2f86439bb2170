"""The queue of cases that wait for an agent: entering it, the promise of an answer, leaving it.

The queue is a query over handoffs, not a table of its own.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.cases import audit, complaints, promises
from bot.category import OTHER_COMPLAINT
from bot.context.company_context import CompanyContext
from bot.handoffs import transitions
from bot.handoffs.reasons import DEFAULT_PRIORITY, PRIORITIES
from bot.handoffs.wait_estimate import WaitEstimate, estimate_wait
from bot.models import (
    NOT_ENDED,
    Complaint,
    ComplaintState,
    Conversation,
    Handoff,
    HandoffEnding,
    HandoffReason,
    HandoffState,
    Message,
    Owner,
    Promise,
)
from bot.understanding.extraction import Facts

# Built once at import, for it runs for every message.
_OPEN_HANDOFF = select(Handoff).where(
    Handoff.conversation_id == bindparam("conversation"), NOT_ENDED
)


@dataclass(frozen=True, slots=True)
class QueuedCase:
    """A case in the queue, with the promise that ends the wait."""

    handoff: Handoff
    complaint: Complaint
    promise: Promise
    estimate: WaitEstimate


async def find_open(session: AsyncSession, conversation_id: str) -> Handoff | None:
    """Return the conversation's waiting or active handoff; None while the bot owns it."""
    return await session.scalar(_OPEN_HANDOFF, {"conversation": conversation_id})


def owner_of(handoff: Handoff | None) -> Owner:
    """Return who owns the conversation of this handoff; the bot where there is none."""
    if handoff is None or handoff.state == HandoffState.ENDED:
        return Owner.BOT
    return Owner.QUEUE if handoff.state == HandoffState.WAITING else Owner.AGENT


async def hand_off(
    session: AsyncSession,
    context: CompanyContext,
    conversation: Conversation,
    message: Message,
    reason: HandoffReason,
    *,
    category: str | None = None,
) -> QueuedCase:
    """Put the conversation's case into the queue; one that is there already stays as it is.

    If the customer has no case, one is opened: the wish for a human counts as a complaint until
    somebody knows better.

    Args:
        category: the category of a case that is opened, if the message hints at one.
    """
    handoff = await find_open(session, conversation.id)
    if handoff is None:
        case = await _find_or_open_case(session, conversation, message, category or OTHER_COMPLAINT)
        handoff = await add(session, context, case, reason, message=message)
    return await ensure_promise(session, context, handoff)


async def add(
    session: AsyncSession,
    context: CompanyContext,
    case: Complaint,
    reason: HandoffReason,
    *,
    message: Message | None = None,
) -> Handoff:
    """Add a case to the queue.

    Raises:
        IntegrityError: its conversation has an open handoff already.
    """
    now = clock.now()
    handoff = Handoff(
        conversation_id=case.conversation_id,
        complaint_id=case.id,
        state=HandoffState.WAITING,
        reason=reason,
        priority=PRIORITIES.get(reason, DEFAULT_PRIORITY),
        due_at=context.calendar.due(now, context.company.promises.person_answer),
        message_id=message.id if message else None,
        corrections=[],
        created_at=now,
    )
    session.add(handoff)
    await session.flush()
    audit.record(session, case, "bot", "handed off", reason=reason)
    return handoff


async def _find_or_open_case(
    session: AsyncSession, conversation: Conversation, message: Message, category: str
) -> Complaint:
    case = await complaints.current(session, conversation)
    if case is None:
        latest = await complaints.latest(session, conversation)
        # A customer who has just been given a remedy and asks for a human means that case.
        case = latest if latest is not None and latest.state == ComplaintState.RESOLVED else None
    return case or await complaints.open_case(
        session, conversation, message, category, Facts(), also=[], is_told=False
    )


async def ensure_promise(
    session: AsyncSession, context: CompanyContext, handoff: Handoff
) -> QueuedCase:
    """Return the queued case; promise an answer if no such promise is open and still to come."""
    case = await session.get_one(Complaint, handoff.complaint_id)
    now = clock.now()
    pending = [
        promise
        for promise in await promises.list_open(session, case.id)
        if promise.what == promises.ANSWER and promise.due_at > now
    ]
    answer = (
        pending[0]
        if pending
        else await promises.make(
            session,
            case,
            promises.ANSWER,
            context.calendar.due(now, context.company.promises.person_answer),
        )
    )
    return QueuedCase(handoff, case, answer, await estimate_wait(session, context, handoff))


async def was_handed_off_for(session: AsyncSession, case: Complaint, reason: HandoffReason) -> bool:
    """Return True if the case was ever handed off for this reason."""
    query = select(Handoff.id).where(Handoff.complaint_id == case.id, Handoff.reason == reason)
    return await session.scalar(query.limit(1)) is not None


async def has_unheard_message(session: AsyncSession, conversation_id: str) -> bool:
    """Return True if the customer wrote while waiting and the engine has not got the message."""
    query = select(Message.id).where(
        Message.conversation_id == conversation_id, Message.heard.is_(False)
    )
    return await session.scalar(query.limit(1)) is not None


async def end_waiting_for(
    session: AsyncSession, case: Complaint, reason: HandoffReason, ending: HandoffEnding, actor: str
) -> bool:
    """End the case's waiting handoff if this was its reason. Return True if there was one."""
    query = select(Handoff).where(
        Handoff.complaint_id == case.id,
        Handoff.state == HandoffState.WAITING,
        Handoff.reason == reason,
    )
    handoff = await session.scalar(query)
    if handoff is None:
        return False
    end(session, handoff, case, ending, actor)
    return True


def end(
    session: AsyncSession, handoff: Handoff, case: Complaint, ending: HandoffEnding, actor: str
) -> None:
    """End a handoff; ``actor`` is the agent's name, "customer" or "bot".

    Raises:
        IllegalTransition: it has ended before.
    """
    transitions.set_ended(handoff, ending)
    audit.record(session, case, actor, "handoff ended", how=ending)
