"""Complaints: taken once, told apart from one another, put right and closed."""

from datetime import timedelta

from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.cases import audit
from bot.category import OTHER_COMPLAINT
from bot.customers import verification
from bot.database.statements import insert_row
from bot.models import (
    Attachment,
    Compensation,
    CompensationState,
    Complaint,
    ComplaintState,
    ContentKind,
    Conversation,
    Message,
    table_of,
)
from bot.text.case_reference import new_reference
from bot.understanding import emotion, severity
from bot.understanding.extraction import Facts

# Made once, for they are asked for every message.
_CURRENT = (
    select(Complaint)
    .where(
        Complaint.conversation_id == bindparam("conversation"),
        Complaint.state == ComplaintState.OPEN,
    )
    .order_by(Complaint.id.desc())
    .limit(1)
)
_NEWEST = select(Complaint).order_by(Complaint.id.desc()).limit(1)
_NEWEST_HERE = _NEWEST.where(Complaint.conversation_id == bindparam("conversation"))
_NEWEST_OF_PERSON = _NEWEST.where(Complaint.contact_id == bindparam("contact"))
_TAKEN_FROM = select(Complaint).where(Complaint.first_message_id == bindparam("message"))
_CALLED = select(Complaint.id).where(Complaint.reference == bindparam("reference"))
_ATTACHMENTS = table_of(Attachment)
_ADOPT_PHOTOS = (
    update(_ATTACHMENTS)
    .where(
        _ATTACHMENTS.c.conversation_id == bindparam("conversation"),
        _ATTACHMENTS.c.complaint_id.is_(None),
        _ATTACHMENTS.c.message_id.is_not(None),
    )
    .values(complaint_id=bindparam("case"))
)
_PHOTO = select(Attachment.id).where(Attachment.kind == ContentKind.PHOTO).limit(1)
_PHOTO_WITH = _PHOTO.where(Attachment.message_id == bindparam("message"))
_PHOTO_OF = _PHOTO.where(Attachment.complaint_id == bindparam("case"))
_FAILURES = select(func.count()).where(
    Complaint.contact_id == bindparam("contact"),
    Complaint.id < bindparam("case"),
    Complaint.is_told,
    or_(Complaint.state != ComplaintState.CLOSED, Complaint.resolved_at.is_not(None)),
    Complaint.first_message_at >= bindparam("since"),
)
_SAME_ORDER = (
    select(Complaint)
    .where(
        Complaint.order_id == bindparam("order"),
        Complaint.contact_id == bindparam("contact"),
        Complaint.state == ComplaintState.OPEN,
        Complaint.id < bindparam("case"),
    )
    .order_by(Complaint.id)
    .limit(1)
)
_REMEDIED = (
    select(Compensation)
    .where(
        Compensation.order_id == bindparam("order"),
        Compensation.complaint_id != bindparam("case"),
        Compensation.state.in_(
            (CompensationState.ACCEPTED, CompensationState.ISSUED, CompensationState.EXPIRED)
        ),
    )
    .order_by(Compensation.id.desc())
    .limit(1)
)


async def find(session: AsyncSession, reference: str) -> Complaint | None:
    """Return the case with this reference, if there is one."""
    return await session.scalar(select(Complaint).where(Complaint.reference == reference))


async def current(session: AsyncSession, conversation: Conversation) -> Complaint | None:
    """The case that the customer is talking about here: the newest open one."""
    return await session.scalar(_CURRENT, {"conversation": conversation.id})


async def latest(session: AsyncSession, conversation: Conversation) -> Complaint | None:
    """The newest case told here, whatever its state; else the newest of the proven customer."""
    here: Complaint | None = await session.scalar(_NEWEST_HERE, {"conversation": conversation.id})
    if here is not None or conversation.contact_id is None or conversation.proven_by is None:
        return here
    return await session.scalar(_NEWEST_OF_PERSON, {"contact": conversation.contact_id})


async def take(
    session: AsyncSession,
    conversation: Conversation,
    message: Message,
    category: str,
    facts: Facts,
    *,
    also: list[str],
    is_told: bool = True,
) -> Complaint:
    """Open a case for what ``message`` tells. Taking the same message again gives the same case.

    Args:
        is_told: False when the message does not say what happened.
    """
    known: Complaint | None = await session.scalar(_TAKEN_FROM, {"message": message.id})
    if known is not None:
        return known
    conversation.times = verification.tries_to_keep(conversation)
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
    await _adopt_photos(session, complaint)
    audit.note(session, complaint, "customer", "complained", category=category, also=also)
    return complaint


async def _free_reference(session: AsyncSession) -> str:
    while True:
        reference = new_reference()
        if not await session.scalar(_CALLED, {"reference": reference}):
            return reference


async def _adopt_photos(session: AsyncSession, complaint: Complaint) -> None:
    about = {"conversation": complaint.conversation_id, "case": complaint.id}
    await session.execute(_ADOPT_PHOTOS, about)


async def has_photo(session: AsyncSession, complaint: Complaint) -> bool:
    """Whether the customer sent a photo for this case."""
    await _adopt_photos(session, complaint)
    return await session.scalar(_PHOTO_OF, {"case": complaint.id}) is not None


async def photos_with(session: AsyncSession, message: Message) -> bool:
    """Whether photos came with a message."""
    return await session.scalar(_PHOTO_WITH, {"message": message.id}) is not None


def add(complaint: Complaint, category: str, text: str, *, instead: bool) -> bool:
    """Take in a further category that the customer names; says whether the case changed.

    Args:
        instead: the customer corrects what they said, so the category replaces the former one.
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


def feel(complaint: Complaint, text: str) -> None:
    """Take in how a further message sounds; the strongest emotion stays."""
    order = list(emotion.Emotion)
    felt = emotion.estimate(text)
    if complaint.emotion is None or order.index(felt) > order.index(
        emotion.Emotion(complaint.emotion)
    ):
        complaint.emotion = felt


def apology_left(case: Complaint | None) -> timedelta | None:
    """Stop the sixty-second clock of a case whose apology goes out now; how long it ran.

    None when no clock was running. The clock: seed text 003, "all in sixty seconds".
    """
    if case is None or case.apologized_at is not None:
        return None
    case.apologized_at = clock.now()
    return case.apologized_at - case.first_message_at


async def is_further(session: AsyncSession, complaint: Complaint) -> bool:
    """Whether an earlier case about an order was told in the same conversation."""
    query = (
        select(Complaint.id)
        .where(
            Complaint.conversation_id == complaint.conversation_id,
            Complaint.order_id.is_not(None),
            Complaint.id < complaint.id,
        )
        .limit(1)
    )
    return await session.scalar(query) is not None


async def failures(session: AsyncSession, complaint: Complaint, days: int) -> int:
    """How often something else went wrong for the same person in so many days, on any channel.

    What was told twice and became one case is one failure.
    """
    if complaint.contact_id is None:
        return 0
    since = clock.now() - timedelta(days=days)
    about = {"contact": complaint.contact_id, "case": complaint.id, "since": since}
    return int(await session.scalar(_FAILURES, about) or 0)


async def same_order(session: AsyncSession, complaint: Complaint) -> Complaint | None:
    """An earlier open case about the same order, told by the same proven customer elsewhere."""
    return await session.scalar(
        _SAME_ORDER,
        {"order": complaint.order_id, "contact": complaint.contact_id, "case": complaint.id},
    )


async def remedied(session: AsyncSession, complaint: Complaint) -> Compensation | None:
    """What another case about this order has already been given, if anything."""
    if complaint.order_id is None:
        return None
    about = {"order": complaint.order_id, "case": complaint.id}
    return await session.scalar(_REMEDIED, about)


def merge(session: AsyncSession, earlier: Complaint, later: Complaint) -> Complaint:
    """Go on with the earlier case here: two tellings of one thing are one case."""
    earlier.conversation_id = later.conversation_id
    for category in (later.category, *later.also):
        add(earlier, category, "", instead=False)
    later.state, later.closed_at = ComplaintState.CLOSED, clock.now()
    audit.note(session, later, "bot", "merged", into=earlier.reference)
    audit.note(session, earlier, "customer", "went on elsewhere", told_again=later.reference)
    return earlier


def resolve(session: AsyncSession, complaint: Complaint, actor: str) -> None:
    """The customer has, or is promised, what they chose."""
    complaint.state, complaint.resolved_at = ComplaintState.RESOLVED, clock.now()
    audit.note(session, complaint, actor, "resolved")


def reopen(session: AsyncSession, complaint: Complaint, actor: str) -> None:
    """What had put it right did not come about."""
    if complaint.state != ComplaintState.OPEN:
        complaint.state, complaint.resolved_at, complaint.closed_at = (
            ComplaintState.OPEN,
            None,
            None,
        )
        audit.note(session, complaint, actor, "opened again")


def close(session: AsyncSession, complaint: Complaint, actor: str) -> None:
    """Nothing is left to do for this case."""
    complaint.state, complaint.closed_at = ComplaintState.CLOSED, clock.now()
    audit.note(session, complaint, actor, "closed")
