"""Complaints: taken once, told apart from one another, put right and closed."""

from datetime import timedelta

from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock, emotion, history, identity, severity
from bot.facts import Facts
from bot.models import Attachment, Compensation, Complaint, Conversation, Message
from bot.reference import new_reference

# What a case is filed under while nobody knows better: any category told later replaces it.
UNKNOWN = "other_complaint"
# Made once, for they are asked for every message.
_CURRENT = (
    select(Complaint)
    .where(Complaint.conversation_id == bindparam("conversation"), Complaint.state == "open")
    .order_by(Complaint.id.desc())
    .limit(1)
)
_PHOTO = (
    select(Attachment.id)
    .where(Attachment.message_id == bindparam("message"), Attachment.kind == "photo")
    .limit(1)
)


async def current(session: AsyncSession, conversation: Conversation) -> Complaint | None:
    """The case that the customer is talking about here: the newest open one."""
    return await session.scalar(_CURRENT, {"conversation": conversation.id})


async def latest(session: AsyncSession, conversation: Conversation) -> Complaint | None:
    """The newest case told here, whatever its state; else the newest of the proven customer."""
    newest = select(Complaint).order_by(Complaint.id.desc()).limit(1)
    here = await session.scalar(newest.where(Complaint.conversation_id == conversation.id))
    if here is not None or conversation.contact_id is None or conversation.proven_by is None:
        return here
    return await session.scalar(newest.where(Complaint.contact_id == conversation.contact_id))


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
    known = await session.scalar(select(Complaint).where(Complaint.first_message_id == message.id))
    if known:
        return known
    conversation.times = identity.kept(conversation)
    complaint = Complaint(
        reference=await _free_reference(session),
        conversation_id=conversation.id,
        contact_id=conversation.contact_id,
        is_told=is_told,
        category=category,
        also=also,
        severity=severity.estimate(message.text, category, more_than_one=bool(also)),
        emotion=emotion.estimate(message.text),
        thing=facts.thing,
        state="open",
        first_message_id=message.id,
        first_message_at=message.at,
    )
    session.add(complaint)
    await session.flush()
    await _adopt_photos(session, complaint)
    history.note(session, complaint, "customer", "complained", category=category, also=also)
    return complaint


async def _free_reference(session: AsyncSession) -> str:
    while True:
        reference = new_reference()
        if not await session.scalar(select(Complaint.id).where(Complaint.reference == reference)):
            return reference


async def _adopt_photos(session: AsyncSession, complaint: Complaint) -> None:
    await session.execute(
        update(Attachment)
        .where(
            Attachment.conversation_id == complaint.conversation_id,
            Attachment.complaint_id.is_(None),
            Attachment.message_id.is_not(None),
        )
        .values(complaint_id=complaint.id)
    )


async def has_photo(session: AsyncSession, complaint: Complaint) -> bool:
    """Whether the customer sent a photo for this case."""
    await _adopt_photos(session, complaint)
    query = select(Attachment.id).where(
        Attachment.complaint_id == complaint.id, Attachment.kind == "photo"
    )
    return await session.scalar(query.limit(1)) is not None


async def photos_with(session: AsyncSession, message: Message) -> bool:
    """Whether photos came with a message."""
    return await session.scalar(_PHOTO, {"message": message.id}) is not None


def add(complaint: Complaint, category: str, text: str, *, instead: bool) -> bool:
    """Take in a further category that the customer names; says whether the case changed.

    Args:
        instead: the customer corrects what they said, so the category replaces the former one.
    """
    if complaint.is_told and category in (complaint.category, *complaint.also):
        return False
    if instead or not complaint.is_told or complaint.category == UNKNOWN:
        complaint.category, complaint.is_told = category, True
        complaint.severity = severity.estimate(text, category, more_than_one=bool(complaint.also))
    elif category == UNKNOWN:
        return False
    else:
        complaint.also = [*complaint.also, category]
        complaint.severity = severity.higher(
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
    query = select(func.count()).where(
        Complaint.contact_id == complaint.contact_id,
        Complaint.id < complaint.id,
        Complaint.is_told,
        or_(Complaint.state != "closed", Complaint.resolved_at.is_not(None)),
        Complaint.first_message_at >= clock.now() - timedelta(days=days),
    )
    return int(await session.scalar(query) or 0)


async def same_order(session: AsyncSession, complaint: Complaint) -> Complaint | None:
    """An earlier open case about the same order, told by the same proven customer elsewhere."""
    query = (
        select(Complaint)
        .where(
            Complaint.order_id == complaint.order_id,
            Complaint.contact_id == complaint.contact_id,
            Complaint.state == "open",
            Complaint.id < complaint.id,
        )
        .order_by(Complaint.id)
        .limit(1)
    )
    return await session.scalar(query)


async def remedied(session: AsyncSession, complaint: Complaint) -> Compensation | None:
    """What another case about this order has already been given, if anything."""
    if complaint.order_id is None:
        return None
    query = (
        select(Compensation)
        .where(
            Compensation.order_id == complaint.order_id,
            Compensation.complaint_id != complaint.id,
            Compensation.state.in_(("accepted", "issued", "expired")),
        )
        .order_by(Compensation.id.desc())
        .limit(1)
    )
    return await session.scalar(query)


def merge(session: AsyncSession, earlier: Complaint, later: Complaint) -> Complaint:
    """Go on with the earlier case here: two tellings of one thing are one case."""
    earlier.conversation_id = later.conversation_id
    for category in (later.category, *later.also):
        add(earlier, category, "", instead=False)
    later.state, later.closed_at = "closed", clock.now()
    history.note(session, later, "bot", "merged", into=earlier.reference)
    history.note(session, earlier, "customer", "went on elsewhere", told_again=later.reference)
    return earlier


def resolve(session: AsyncSession, complaint: Complaint, actor: str) -> None:
    """The customer has, or is promised, what they chose."""
    complaint.state, complaint.resolved_at = "resolved", clock.now()
    history.note(session, complaint, actor, "resolved")


def reopen(session: AsyncSession, complaint: Complaint, actor: str) -> None:
    """What had put it right did not come about."""
    if complaint.state != "open":
        complaint.state, complaint.resolved_at, complaint.closed_at = "open", None, None
        history.note(session, complaint, actor, "opened again")


def close(session: AsyncSession, complaint: Complaint, actor: str) -> None:
    """Nothing is left to do for this case."""
    complaint.state, complaint.closed_at = "closed", clock.now()
    history.note(session, complaint, actor, "closed")
