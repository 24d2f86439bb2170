"""The outbox: the pending messages of each conversation, in order.

Those of the web chat are shown by the edge; all others are sent to a provider. A message is marked
(``asked_at``) before the provider gets the request, in a transaction of its own, so that a process
that finds it after a crash knows that it may have been sent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.cases import complaints
from bot.conversation import message_states, reachability
from bot.conversation.channel_api import Button, Channel, OutgoingMessage
from bot.conversation.outbound import queries
from bot.database.session import Database
from bot.models import PENDING, Author, Conversation, Message

AT_ONCE = 100  # messages
# Longer than any request to a provider. After it the lease of a killed worker has run out.
LEASE = timedelta(seconds=40)


async def find_pending_web(session: AsyncSession) -> list[int]:
    """Return the ids of the messages that wait to be shown in the web chat, oldest first."""
    query = (
        select(Message.id)
        .where(PENDING, Message.channel == "web")
        .order_by(Message.id)
        .limit(AT_ONCE)
    )
    return list(await session.scalars(query))


@dataclass(frozen=True, slots=True)
class DueMessage:
    """The next message of a conversation, which this process is to send now."""

    channel: str
    out: OutgoingMessage
    parts_sent: int
    tries: int
    is_closed: bool  # only a template may go out


@dataclass(frozen=True, slots=True)
class SenderProcess:
    """The process that sends."""

    name: str
    photos: Path
    listening_since: datetime  # its start; earlier reports come again, later


async def find_due(session: AsyncSession, channels: Iterable[str]) -> list[str]:
    """Return the ids of conversations of these channels whose next message may be sent now."""
    now = clock.now()
    heads = (
        select(func.min(Message.seq).label("seq"), Message.conversation_id)
        .where(PENDING, Message.channel.in_(tuple(channels)))
        .group_by(Message.conversation_id)
        .subquery()
    )
    query = (
        select(Message.conversation_id)
        .join(
            heads,
            (heads.c.conversation_id == Message.conversation_id) & (heads.c.seq == Message.seq),
        )
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(
            PENDING,
            Message.announced_at.is_(None),
            (Message.next_try_at.is_(None)) | (Message.next_try_at <= now),
            (Conversation.outbox_until.is_(None)) | (Conversation.outbox_until < now),
        )
        .order_by(Message.id)
        .limit(500)
    )
    return list(await session.scalars(query))


async def claim_next(
    session: AsyncSession,
    conversation: Conversation,
    process: SenderProcess,
    channels: Mapping[str, Channel],
) -> DueMessage | None:
    """Claim the outbox of a locked conversation, and mark its next message as being sent.

    Return None if another worker has the outbox or nothing may be sent now; it is released then.
    """
    now = clock.now()
    is_ours = conversation.outbox_owner == process.name
    if not is_ours and conversation.outbox_until is not None and conversation.outbox_until > now:
        return None
    conversation.outbox_owner = conversation.outbox_until = None
    channel = channels.get(conversation.channel)
    if channel is None:
        return None
    if conversation.unreachable_at is not None:
        why = conversation.unreachable_why or "unreachable"
        await message_states.fail_pending(session, conversation.id, why)
        return None
    message = await session.scalar(queries.NEXT_PENDING, {"conversation": conversation.id})
    if message is None or message.announced_at is not None:
        return None
    if _must_wait(message, channel, max(message.asked_at or now, process.listening_since)):
        return None
    conversation.outbox_owner, conversation.outbox_until = process.name, now + LEASE
    message.asked_at = now
    return DueMessage(
        channel=channel.name,
        out=await _outgoing(session, conversation, message, process.photos),
        parts_sent=message.parts_sent,
        tries=message.tries,
        is_closed=reachability.is_window_closed(conversation),
    )


def _must_wait(message: Message, channel: Channel, asked_at: datetime) -> bool:
    """Return True if it is to be sent later, or the provider may still report it as sent."""
    if message.asked_at is not None and channel.grace:
        known_by = asked_at + timedelta(seconds=channel.grace)
        message.next_try_at = max(message.next_try_at or known_by, known_by)
    return message.next_try_at is not None and message.next_try_at > clock.now()


async def _outgoing(
    session: AsyncSession, conversation: Conversation, message: Message, photos: Path
) -> OutgoingMessage:
    choices = await session.execute(queries.OPEN_BUTTONS, {"message": message.id})
    files = await session.scalars(queries.PHOTO_FILES, {"message": message.id})
    # Only a template contains the case's reference.
    is_closed = reachability.is_window_closed(conversation)
    case = await complaints.latest(session, conversation) if is_closed else None
    is_named = message.author == Author.AGENT and message.author_name and message.text
    return OutgoingMessage(
        message_id=message.id,
        conversation_id=conversation.id,
        address=conversation.address,
        language=conversation.language,
        text=f"{message.author_name}: {message.text}" if is_named else message.text,
        buttons=tuple(Button(*choice) for choice in choices),
        photos=tuple(photos / name for name in files),
        reference=case.reference if case else None,
    )


async def release_announced(session: AsyncSession, conversation: Conversation) -> bool:
    """Release messages that waited for the customer to write. Return True if there were any."""
    result = await session.execute(queries.RELEASE_ANNOUNCED, {"conversation": conversation.id})
    return cast("CursorResult[Any]", result).rowcount > 0


async def release_leases(db: Database) -> None:
    """Release every outbox, at a start on SQLite, where no other process can be sending."""
    async with db.write() as session:
        await session.execute(
            update(Conversation)
            .where(Conversation.outbox_owner.is_not(None))
            .values(outbox_owner=None, outbox_until=None)
        )
