"""The outbox: what waits to go out, in the order of each conversation's thread.

The web chat's messages are shown by the edge; all others are sent to a provider. A message is
marked as asked for before the provider is asked, in a transaction of its own, so that whoever finds
it after a crash knows that it may be out already.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import CursorResult, bindparam, func, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.cases import complaints
from bot.conversation import message_states, reachability
from bot.conversation.channel_api import Button, Channel, OutgoingMessage
from bot.database.session import Database
from bot.models import (
    PENDING,
    Attachment,
    Author,
    Choice,
    ContentKind,
    Conversation,
    Message,
    table_of,
)

AT_ONCE = 100
# Longer than any request to a provider: then the lease of a worker that was killed has run out.
LEASE = timedelta(seconds=40)
# Made once, for they are asked for every message.
_MESSAGES = table_of(Message)
_RELEASE = (
    update(_MESSAGES)
    .where(
        _MESSAGES.c.conversation_id == bindparam("conversation"),
        _MESSAGES.c.state == literal_column("'pending'"),
        _MESSAGES.c.announced_at.is_not(None),
    )
    .values(announced_at=None, next_try_at=None)
)
_HEAD = (
    select(Message)
    .where(Message.conversation_id == bindparam("conversation"), PENDING)
    .order_by(Message.seq)
    .limit(1)
)
_BUTTONS = (
    select(Choice.token, Choice.title, Choice.detail)
    .where(Choice.message_id == bindparam("message"), Choice.chosen.is_(None))
    .order_by(Choice.position)
)
_PHOTOS = (
    select(Attachment.file_name)
    .where(Attachment.message_id == bindparam("message"), Attachment.kind == ContentKind.PHOTO)
    .order_by(Attachment.created_at)
)


async def find_pending_web(session: AsyncSession) -> list[int]:
    """The ids of what waits to be shown in the web chat, oldest first."""
    query = (
        select(Message.id)
        .where(PENDING, Message.channel == "web")
        .order_by(Message.id)
        .limit(AT_ONCE)
    )
    return list(await session.scalars(query))


@dataclass(frozen=True, slots=True)
class Due:
    """The message that comes next in a conversation, ours to send now."""

    channel: str
    out: OutgoingMessage
    parts_sent: int
    tries: int
    is_closed: bool  # only a template may go out


@dataclass(frozen=True, slots=True)
class Worker:
    """Who sends, with what: a deliverer of one process."""

    name: str
    photos: Path
    listening_since: datetime  # what the provider reported earlier, it had to keep


async def find_due(session: AsyncSession, channels: Iterable[str]) -> list[str]:
    """The conversations of these channels whose next message may be sent now."""
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
    worker: Worker,
    channels: Mapping[str, Channel],
) -> Due | None:
    """Take the outbox of a conversation that is locked, and mark its next message as asked for.

    None when another worker has it or nothing may be sent now; it is given back then.
    """
    now = clock.now()
    mine = conversation.outbox_owner == worker.name
    if not mine and conversation.outbox_until is not None and conversation.outbox_until > now:
        return None
    conversation.outbox_owner = conversation.outbox_until = None
    channel = channels.get(conversation.channel)
    if channel is None:
        return None
    if conversation.unreachable_at is not None:
        why = conversation.unreachable_why or "unreachable"
        await message_states.fail_pending(session, conversation.id, why)
        return None
    head = await session.scalar(_HEAD, {"conversation": conversation.id})
    if head is None or head.announced_at is not None:
        return None
    if _not_yet(head, channel, max(head.asked_at or now, worker.listening_since)):
        return None
    conversation.outbox_owner, conversation.outbox_until = worker.name, now + LEASE
    head.asked_at = now
    return Due(
        channel=channel.name,
        out=await _outgoing(session, conversation, head, worker.photos),
        parts_sent=head.parts_sent,
        tries=head.tries,
        is_closed=reachability.is_window_closed(conversation),
    )


def _not_yet(head: Message, channel: Channel, asked_at: datetime) -> bool:
    """Whether the message is to be tried later, or the provider may still report it as sent."""
    if head.asked_at is not None and channel.grace:
        known_by = asked_at + timedelta(seconds=channel.grace)
        head.next_try_at = max(head.next_try_at or known_by, known_by)
    return head.next_try_at is not None and head.next_try_at > clock.now()


async def _outgoing(
    session: AsyncSession, conversation: Conversation, message: Message, photos: Path
) -> OutgoingMessage:
    choices = await session.execute(_BUTTONS, {"message": message.id})
    files = await session.scalars(_PHOTOS, {"message": message.id})
    # Only a template names the case.
    is_closed = reachability.is_window_closed(conversation)
    case = await complaints.latest(session, conversation) if is_closed else None
    named = message.author == Author.AGENT and message.author_name and message.text
    return OutgoingMessage(
        message_id=message.id,
        conversation_id=conversation.id,
        address=conversation.address,
        language=conversation.language,
        text=f"{message.author_name}: {message.text}" if named else message.text,
        # What was settled meanwhile is not put to the customer any more.
        buttons=tuple(Button(*one) for one in choices),
        photos=tuple(photos / name for name in files),
        reference=case.reference if case else None,
    )


async def release_announced(session: AsyncSession, conversation: Conversation) -> bool:
    """The customer wrote: what waited for that may go out now; whether there was anything."""
    result = await session.execute(_RELEASE, {"conversation": conversation.id})
    return cast("CursorResult[Any]", result).rowcount > 0


async def release_leases(db: Database) -> None:
    """Give every outbox free: for a start on SQLite, where nobody else can be sending."""
    async with db.write() as session:
        await session.execute(
            update(Conversation)
            .where(Conversation.outbox_owner.is_not(None))
            .values(outbox_owner=None, outbox_until=None)
        )
