"""Stores a channel's event, once, within the transaction of the inbox."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.context.company_context import CompanyContext
from bot.conversation import cross_channel, message_states, messages, reachability
from bot.conversation.channel_api import (
    ChannelEvent,
    DeliveryReport,
    IncomingMessage,
    ReachabilityChange,
    WebVisitor,
)
from bot.conversation.inbound import delivery_report
from bot.conversation.inbound.stored_event import StoredEvent
from bot.conversation.messages import MessageRefused
from bot.conversation.outbound import outbox
from bot.database.statements import insert_if_absent
from bot.models import Author, Choice, ContentKind, Conversation, Message, MessageState

# Stored for the case; they get no answer.
_SILENT = frozenset({ContentKind.REACTION})

# Prepared once: they run for every message.
_BY_ADDRESS = (
    select(Conversation)
    .where(
        Conversation.channel == bindparam("channel"), Conversation.address == bindparam("address")
    )
    .with_for_update()
)
_SEQ_OF_CHOICE = (
    select(Message.seq)
    .join(Choice, Choice.message_id == Message.id)
    .where(Choice.token == bindparam("token"))
)


async def store(
    session: AsyncSession, context: CompanyContext, channel: str, event: ChannelEvent
) -> StoredEvent | None:
    """Store one event. Return None when it changes nothing.

    Raises:
        MessageRefused: a web visitor's message cannot be taken; its code says why.
    """
    if isinstance(event, IncomingMessage):
        # The conversation's changes are written once, at the end.
        with session.no_autoflush:
            return await _store_message(session, context, channel, event)
    if isinstance(event, DeliveryReport):
        return await delivery_report.store(session, context, channel, event)
    return await _store_reachability(session, context, channel, event)


async def _store_reachability(
    session: AsyncSession, context: CompanyContext, channel: str, event: ReachabilityChange
) -> StoredEvent | None:
    conversation = await _lock(session, channel, event.address)
    if conversation is None:
        return None
    if event.unreachable_why is None:
        reachability.mark_reachable(conversation)
    else:
        await reachability.mark_unreachable(session, context, conversation, event.unreachable_why)
        await message_states.fail_pending(session, conversation.id, event.unreachable_why)
    return StoredEvent(conversation.id)


async def _store_message(
    session: AsyncSession, context: CompanyContext, channel: str, incoming: IncomingMessage
) -> StoredEvent | None:
    conversation = await open_conversation(session, context, channel, incoming)
    stored_before = await messages.find_by_source(session, channel, incoming.source_id)
    if stored_before is not None:
        return StoredEvent(conversation.id, conversation.language, (stored_before,), is_new=False)
    if incoming.visitor is not None:
        from_page = await _store_from_page(session, context, conversation, incoming)
        return replace(from_page, language=conversation.language)
    reachability.mark_reachable(conversation)
    said_at = min(incoming.said_at or clock.now(), clock.now())
    conversation.heard_at = max(conversation.heard_at or said_at, said_at)
    is_released = await outbox.release_announced(session, conversation)
    moved_from = tuple(await cross_channel.move_open_cases(session, conversation))
    if incoming.is_edit:
        stored = await _store_edit(session, context, conversation, incoming)
    elif incoming.token is not None:
        stored = await _store_press(session, conversation, incoming)
    else:
        stored = await _store_text(session, context, conversation, incoming)
    if stored is None:
        return None
    return replace(
        stored, language=conversation.language, moved_from=moved_from, is_released=is_released
    )


async def open_conversation(
    session: AsyncSession, context: CompanyContext, channel: str, incoming: IncomingMessage
) -> Conversation:
    """Return the customer's conversation on this channel, locked. Create it if there is none."""
    visitor = incoming.visitor
    conversation = await _lock(session, channel, incoming.address)
    if conversation is None:
        await insert_if_absent(
            session,
            Conversation,
            id=visitor.conversation_id if visitor else uuid.uuid4().hex,
            channel=channel,
            address=incoming.address,
            language=context.company.choose_language(incoming.language),
            created_at=clock.now(),
        )
        conversation = await _lock(session, channel, incoming.address)
        if conversation is None:
            raise NoResultFound(incoming.address)
    if visitor is not None:
        await _recognize_visitor(session, conversation, visitor)
    elif incoming.phone is not None:
        await cross_channel.recognize_phone(session, conversation, incoming.phone)
    return conversation


async def _recognize_visitor(
    session: AsyncSession, conversation: Conversation, visitor: WebVisitor
) -> None:
    customer = visitor.customer
    if customer and not await cross_channel.recognize_vouched(session, conversation, customer):
        # The page begins a new conversation, and sends the message there.
        raise MessageRefused("bad_session")
    conversation.device_key = visitor.device_key or conversation.device_key
    conversation.network_key = visitor.network_key or conversation.network_key


async def _lock(session: AsyncSession, channel: str, address: str) -> Conversation | None:
    return await session.scalar(_BY_ADDRESS, {"channel": channel, "address": address})


async def _store_from_page(
    session: AsyncSession,
    context: CompanyContext,
    conversation: Conversation,
    incoming: IncomingMessage,
) -> StoredEvent:
    """Store a web visitor's message or press.

    Raises:
        MessageRefused: it cannot be stored; the page shows the reason.
    """
    message = await messages.add_incoming(
        session,
        conversation,
        incoming.source_id,
        text=incoming.text,
        photos=incoming.photos,
        choice_token=incoming.token,
        languages=context.company.languages,
    )
    seq = await _seq_of(session, message.choice_token) if message.choice_token else None
    return StoredEvent(conversation.id, messages=(message,), needs_answer=True, pressed_seq=seq)


async def _store_text(
    session: AsyncSession,
    context: CompanyContext,
    conversation: Conversation,
    incoming: IncomingMessage,
    **extra: Any,
) -> StoredEvent:
    """Store a message. One that is too long becomes several, so that nothing is lost."""
    text = messages.storable(incoming.text)
    pieces = [
        text[start : start + messages.LONGEST_TEXT]
        for start in range(0, max(len(text), 1), messages.LONGEST_TEXT)
    ]
    kind = (
        incoming.kind
        if incoming.kind != ContentKind.TEXT or text.strip()
        else ContentKind.UNSUPPORTED
    )
    stored = []
    for number, piece in enumerate(pieces):
        message = await messages.add_incoming(
            session,
            conversation,
            f"{incoming.source_id}#{number}" if number else incoming.source_id,
            text=piece,
            kind=kind,
            languages=context.company.languages,
            **_columns(incoming, extra),
        )
        stored.append(message)
    pressed = next((message for message in stored if message.choice_token is not None), None)
    return StoredEvent(
        conversation.id,
        messages=tuple(stored),
        needs_answer=incoming.kind not in _SILENT,
        pressed_seq=await _seq_of(session, pressed.choice_token) if pressed else None,
    )


def _columns(incoming: IncomingMessage, extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a stored message, beside its text."""
    files = [
        {
            "id": file.id,
            "kind": file.kind,
            "size": file.size,
            "name": file.name,
            "media_type": file.media_type,
        }
        for file in incoming.files
    ]
    extra = {**incoming.extra, **extra}
    if files:
        extra["files"] = files
    if incoming.payload:
        extra["told"] = incoming.payload
    return {
        "said_at": incoming.said_at,
        "provider_id": incoming.provider_id,
        "extra": extra or None,
        "state": MessageState.ANSWERED if incoming.kind in _SILENT else MessageState.RECEIVED,
    }


async def _store_press(
    session: AsyncSession, conversation: Conversation, incoming: IncomingMessage
) -> StoredEvent | None:
    """Store a pressed button. Return None for a second press on the same button."""
    choice = await session.get(Choice, incoming.token)
    if choice is not None and choice.conversation_id == conversation.id and choice.chosen:
        return None
    is_closed = (
        choice is None or choice.conversation_id != conversation.id or choice.chosen is not None
    )
    message = await messages.add_incoming(
        session,
        conversation,
        incoming.source_id,
        text=incoming.text if is_closed else "",
        choice_token=None if is_closed else incoming.token,
        kind=ContentKind.GONE if is_closed else ContentKind.TEXT,
        **_columns(incoming, {}),
    )
    seq = None if is_closed else await _seq_of(session, incoming.token)
    return StoredEvent(conversation.id, messages=(message,), needs_answer=True, pressed_seq=seq)


async def _seq_of(session: AsyncSession, token: str | None) -> int | None:
    return await session.scalar(_SEQ_OF_CHOICE, {"token": token})


async def _store_edit(
    session: AsyncSession,
    context: CompanyContext,
    conversation: Conversation,
    incoming: IncomingMessage,
) -> StoredEvent | None:
    """Store an edit: in the original while it is unanswered, else as a new message."""
    original = await session.scalar(
        select(Message)
        .where(
            Message.conversation_id == conversation.id,
            Message.provider_id == incoming.provider_id,
            Message.author == Author.CUSTOMER,
        )
        .order_by(Message.seq.desc())
        .limit(1)
    )
    text = messages.storable(incoming.text)
    if not text.strip() or (original is not None and original.text == text):
        return None
    is_unanswered = original is not None and original.state == MessageState.RECEIVED
    if original is not None and is_unanswered and len(text) <= messages.LONGEST_TEXT:
        original.extra = {**(original.extra or {}), "first_said": original.text}
        original.text = text
        return StoredEvent(conversation.id, needs_answer=True)
    extra = {} if original is None else {"corrects": original.id}
    return await _store_text(session, context, conversation, incoming, **extra)
