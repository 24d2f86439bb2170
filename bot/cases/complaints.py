"""The life of a case: opened once for a message, extended, resolved, reopened and closed."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.cases import audit, case_photos, queries
from bot.category import OTHER_COMPLAINT
from bot.customers import verification
from bot.database.statements import insert_row
from bot.models import Complaint, ComplaintState, Conversation, Message
from bot.text.case_reference import new_reference
from bot.understanding import emotion, severity
from bot.understanding.extraction import Facts


async def find(session: AsyncSession, reference: str) -> Complaint | None:
    """Return the case with this reference, if there is one."""
    return await session.scalar(queries.CASE_BY_REFERENCE, {"reference": reference})


async def current(session: AsyncSession, conversation: Conversation) -> Complaint | None:
    """Return the case that the customer is talking about: the conversation's newest open one."""
    return await session.scalar(queries.CURRENT_CASE, {"conversation": conversation.id})


async def latest(session: AsyncSession, conversation: Conversation) -> Complaint | None:
    """Return the conversation's newest case in any state, else the proven customer's newest."""
    case: Complaint | None = await session.scalar(
        queries.NEWEST_CASE_OF_CONVERSATION, {"conversation": conversation.id}
    )
    if case is not None or conversation.contact_id is None or conversation.proven_by is None:
        return case
    return await session.scalar(
        queries.NEWEST_CASE_OF_CONTACT, {"contact": conversation.contact_id}
    )


async def open_case(
    session: AsyncSession,
    conversation: Conversation,
    message: Message,
    category: str,
    facts: Facts,
    *,
    also: list[str],
    is_told: bool = True,
) -> Complaint:
    """Open a case for a message; return the existing case if the message has opened one.

    Args:
        also: further categories that the message names.
        is_told: False if the message does not say what happened; the category is then a
            placeholder.
    """
    existing: Complaint | None = await session.scalar(
        queries.CASE_OF_MESSAGE, {"message": message.id}
    )
    if existing is not None:
        return existing
    conversation.times = verification.counters_to_keep(conversation)
    complaint = await insert_row(
        session,
        Complaint,
        reference=await _free_reference(session),
        conversation_id=conversation.id,
        contact_id=conversation.contact_id,
        is_told=is_told,
        category=category,
        also=also,
        severity=severity.estimate(message.text, category, more_than_one=bool(also)),
        emotion=emotion.estimate(message.text),
        thing=facts.thing,
        state=ComplaintState.OPEN,
        first_message_id=message.id,
        first_message_at=message.at,
    )
    await case_photos.assign_photos(session, complaint)
    audit.record(session, complaint, "customer", "complained", category=category, also=also)
    return complaint


async def _free_reference(session: AsyncSession) -> str:
    while True:
        reference = new_reference()
        if await find(session, reference) is None:
            return reference


def add_category(complaint: Complaint, category: str, text: str, *, instead: bool) -> bool:
    """Add a further category that the customer names. Return True if the case changed.

    Args:
        text: the message, which may raise the severity.
        instead: the customer corrects themselves: the category replaces the former one.
    """
    if complaint.is_told and category in (complaint.category, *complaint.also):
        return False
    if instead or not complaint.is_told or complaint.category == OTHER_COMPLAINT:
        complaint.category, complaint.is_told = category, True
        complaint.severity = severity.estimate(text, category, more_than_one=bool(complaint.also))
    elif category == OTHER_COMPLAINT:
        return False
    else:
        complaint.also = [*complaint.also, category]
        complaint.severity = severity.more_severe(
            complaint.severity, severity.estimate(text, category, more_than_one=True)
        )
    return True


def update_emotion(complaint: Complaint, text: str) -> None:
    """Estimate the emotion of a further message; a case keeps the strongest one."""
    order = list(emotion.Emotion)
    estimated = emotion.estimate(text)
    if complaint.emotion is None or order.index(estimated) > order.index(
        emotion.Emotion(complaint.emotion)
    ):
        complaint.emotion = estimated


def stop_apology_clock(case: Complaint | None) -> timedelta | None:
    """Note that a case's apology goes out now, and return how long the customer waited for it.

    None if there is no case or it was apologized for before. The limit of sixty seconds is from
    seed text 003.
    """
    if case is None or case.apologized_at is not None:
        return None
    case.apologized_at = clock.now()
    return case.apologized_at - case.first_message_at


def resolve(session: AsyncSession, complaint: Complaint, actor: str) -> None:
    """Mark a case as resolved: the customer has, or is promised, what they chose."""
    complaint.state, complaint.resolved_at = ComplaintState.RESOLVED, clock.now()
    audit.record(session, complaint, actor, "resolved")


def reopen(session: AsyncSession, complaint: Complaint, actor: str) -> None:
    """Open a case again whose remedy did not come about; an open case stays as it is."""
    if complaint.state != ComplaintState.OPEN:
        complaint.state = ComplaintState.OPEN
        complaint.resolved_at, complaint.closed_at = None, None
        audit.record(session, complaint, actor, "opened again")


def close(session: AsyncSession, complaint: Complaint, actor: str) -> None:
    """Close a case for which nothing is left to do."""
    complaint.state, complaint.closed_at = ComplaintState.CLOSED, clock.now()
    audit.record(session, complaint, actor, "closed")


def close_merged(session: AsyncSession, complaint: Complaint, earlier: Complaint) -> None:
    """Close a case that goes on as an earlier one."""
    complaint.state, complaint.closed_at = ComplaintState.CLOSED, clock.now()
    audit.record(session, complaint, "bot", "merged", into=earlier.reference)
