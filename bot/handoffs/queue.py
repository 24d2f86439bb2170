"""Handoffs: a case given to a person, with everything in it, in the same chat."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.cases import audit, complaints, promises
from bot.category import OTHER_COMPLAINT
from bot.context.company_context import CompanyContext
from bot.handoffs import transitions
from bot.handoffs.wait_estimate import Outlook, outlook
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

# Why a person takes over, and how urgent it is: 1 comes first.
PRIORITIES = {
    HandoffReason.DANGER: 1,
    HandoffReason.PROMISE_BROKEN: 1,
    HandoffReason.VULNERABLE: 2,
    HandoffReason.THREAT: 2,
    HandoffReason.PRESS: 2,
    HandoffReason.ANGER: 2,
    HandoffReason.ENGINE_FAILED: 2,
    HandoffReason.TRUTH_GATE: 2,
    HandoffReason.PROVIDER_FAILED: 2,
    HandoffReason.REMEDY_FAILED: 2,
    HandoffReason.WANTS_HUMAN: 3,
    HandoffReason.ALL_DECLINED: 3,
    HandoffReason.ALREADY_REMEDIED: 3,
    HandoffReason.IDENTITY_UNPROVEN: 3,
    HandoffReason.ORDER_NOT_FOUND: 3,
    HandoffReason.NOT_UNDERSTOOD: 3,
    HandoffReason.BUDGET_SPENT: 3,
    HandoffReason.LIMIT_PASSED: 3,
}
DEFAULT_PRIORITY = 3
# Here the assistant can do nothing more: going back to it would lead in a circle.
ONLY_A_PERSON = frozenset(
    {
        HandoffReason.DANGER,
        HandoffReason.THREAT,
        HandoffReason.PRESS,
        HandoffReason.NO_RULE,
        HandoffReason.RULE_SAYS_PERSON,
        HandoffReason.ORDER_LIMIT,
        HandoffReason.CUSTOMER_LIMIT,
        HandoffReason.HOUSEHOLD_LIMIT,
        HandoffReason.CATEGORY_LIMIT,
        HandoffReason.KIND_LIMIT,
        HandoffReason.LIMIT_PASSED,
        HandoffReason.PAUSED,
        HandoffReason.BUDGET_SPENT,
        HandoffReason.OTHER_CURRENCY,
        HandoffReason.NEEDS_IDENTITY,
        HandoffReason.NEEDS_ORDER,
        HandoffReason.TO_CHECK,
        HandoffReason.ALREADY_REMEDIED,
        HandoffReason.REMEDY_FAILED,
    }
)

# Made once, for it is asked for every message.
_OPEN = select(Handoff).where(Handoff.conversation_id == bindparam("conversation"), NOT_ENDED)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case in the human queue, with the promise that ends the wait."""

    handoff: Handoff
    complaint: Complaint
    promise: Promise
    outlook: Outlook


async def open_handoff(session: AsyncSession, conversation_id: str) -> Handoff | None:
    """The handoff that owns a conversation: waiting or active; None while the bot owns it."""
    return await session.scalar(_OPEN, {"conversation": conversation_id})


def owner_of(handoff: Handoff | None) -> Owner:
    """Who has the conversation: "bot", "queue" while a person is awaited, or "agent"."""
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
) -> Waiting:
    """Put the case into the human queue. Asking again while it waits gives the same handoff.

    A customer without a case gets one: what they want a person for is a complaint until somebody
    knows better.

    Args:
        category: what such a case seems to be about, where the message hints at it.
    """
    handoff = await open_handoff(session, conversation.id)
    if handoff is None:
        case = await _case(session, conversation, message, category or OTHER_COMPLAINT)
        handoff = await add(session, context, case, reason, message=message)
    return await waiting(session, context, handoff)


async def add(
    session: AsyncSession,
    context: CompanyContext,
    case: Complaint,
    reason: HandoffReason,
    *,
    message: Message | None = None,
) -> Handoff:
    """A new place at the end of the queue, for a conversation that has none."""
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
    audit.note(session, case, "bot", "handed off", reason=reason)
    return handoff


async def _case(
    session: AsyncSession, conversation: Conversation, message: Message, category: str
) -> Complaint:
    known = await complaints.current(session, conversation)
    if known is None:
        last = await complaints.latest(session, conversation)
        # Somebody who has just been given a remedy and asks for a person talks about that case.
        known = last if last is not None and last.state == ComplaintState.RESOLVED else None
    return known or await complaints.take(
        session, conversation, message, category, Facts(), also=[], is_told=False
    )


async def waiting(session: AsyncSession, context: CompanyContext, handoff: Handoff) -> Waiting:
    """What the customer who waits is to be told; makes the promise if none is open."""
    case = await session.get_one(Complaint, handoff.complaint_id)
    now = clock.now()
    answers = [
        one
        for one in await promises.open_promises(session, case.id)
        if one.what == promises.ANSWER and one.due_at > now
    ]
    answer = (
        answers[0]
        if answers
        else await promises.make(
            session,
            case,
            promises.ANSWER,
            context.calendar.due(now, context.company.promises.person_answer),
        )
    )
    return Waiting(handoff, case, answer, await outlook(session, context, handoff))


async def was_for(session: AsyncSession, case: Complaint, reason: HandoffReason) -> bool:
    """Whether a case has been with a person for this reason before: once is enough."""
    query = select(Handoff.id).where(Handoff.complaint_id == case.id, Handoff.reason == reason)
    return await session.scalar(query.limit(1)) is not None


async def told_meanwhile(session: AsyncSession, conversation_id: str) -> bool:
    """Whether the customer wrote while they waited, and the engine has not heard it."""
    query = select(Message.id).where(
        Message.conversation_id == conversation_id, Message.heard.is_(False)
    )
    return await session.scalar(query.limit(1)) is not None


async def end_if_because(
    session: AsyncSession, case: Complaint, reason: HandoffReason, how: HandoffEnding, actor: str
) -> bool:
    """End a case's waiting handoff when what it was for is settled; whether there was one."""
    query = select(Handoff).where(
        Handoff.complaint_id == case.id,
        Handoff.state == HandoffState.WAITING,
        Handoff.reason == reason,
    )
    waiting = await session.scalar(query)
    if waiting is None:
        return False
    end(session, waiting, case, how, actor)
    return True


def end(
    session: AsyncSession, handoff: Handoff, case: Complaint, how: HandoffEnding, actor: str
) -> None:
    """The person's part is over: ``resolved``, ``returned`` to the bot, or ``abandoned``."""
    transitions.end(handoff, how)
    audit.note(session, case, actor, "handoff ended", how=how)
