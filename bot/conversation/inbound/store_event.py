"""What comes in on a channel, stored once: messages, corrections, reports, who can be reached."""

import uuid
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.context.company_context import CompanyContext
from bot.conversation import cross_channel, messages, reachability
from bot.conversation.channel_api import Arrived, Delivery, Event, Report
from bot.conversation.outbound import outbox
from bot.customers import conversations
from bot.database.statements import insert_if_absent
from bot.models import (
    Author,
    Choice,
    ContentKind,
    Conversation,
    HandoffReason,
    Message,
    MessageState,
)

# How far a message has come; what is reported late takes nothing back.
_STEPS = (
    MessageState.PENDING,
    MessageState.SENT,
    MessageState.DELIVERED,
    MessageState.READ,
)
_FURTHER = {
    Report.SENT: MessageState.SENT,
    Report.DELIVERED: MessageState.DELIVERED,
    Report.READ: MessageState.READ,
}
# These are kept for the case, and nobody has to answer them.
_SILENT = frozenset({ContentKind.REACTION})


# Made once: what is asked for every message costs more to put together than to answer.
_AT = (
    select(Conversation)
    .where(
        Conversation.channel == bindparam("channel"), Conversation.address == bindparam("address")
    )
    .with_for_update()
)
_PLACE_OF = (
    select(Message.seq)
    .join(Choice, Choice.message_id == Message.id)
    .where(Choice.token == bindparam("token"))
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of an event: what is new, and whose turn it is."""

    conversation_id: str
    messages: tuple[Message, ...] = ()  # new ones, of the customer's
    needs_answer: bool = False
    settled: int | None = None  # the place of the message whose button was pressed
    delivery: Message | None = None  # a message of ours that has come further
    left: tuple[str, ...] = ()  # the conversations whose case has come to this one
    released: bool = False  # what waited for this may go out now


async def take(
    session: AsyncSession, context: CompanyContext, channel: str, event: Event
) -> Taken | None:
    """Store what came; None when it is known already or changes nothing."""
    if isinstance(event, Arrived):
        # What changes in the conversation is written once, at the end.
        with session.no_autoflush:
            return await _arrived(session, context, channel, event)
    if isinstance(event, Delivery):
        return await _report(session, context, channel, event)
    conversation = await _locked(session, channel, event.address)
    if conversation is None:
        return None
    if event.why_not is None:
        reachability.regain(conversation)
    else:
        await reachability.lose(session, context, conversation, event.why_not)
        await outbox.fail_all(session, conversation, event.why_not)
    return Taken(conversation.id)


async def _arrived(
    session: AsyncSession, context: CompanyContext, channel: str, arrived: Arrived
) -> Taken | None:
    conversation = await _open(session, context, channel, arrived)
    if await messages.known(session, channel, arrived.source_id) is not None:
        return None
    reachability.regain(conversation)
    said_at = min(arrived.said_at or clock.now(), clock.now())
    conversation.heard_at = max(conversation.heard_at or said_at, said_at)
    released = await outbox.wait_no_longer(session, conversation)
    left = tuple(await cross_channel.follow(session, conversation))
    if arrived.is_edit:
        taken = await _correct(session, context, conversation, arrived)
    elif arrived.token is not None:
        taken = await _press(session, conversation, arrived)
    else:
        taken = await _store(session, context, conversation, arrived)
    return replace(taken, left=left, released=released) if taken is not None else None


async def _open(
    session: AsyncSession, context: CompanyContext, channel: str, arrived: Arrived
) -> Conversation:
    """The customer's conversation on this channel, held until the transaction ends."""
    conversation = await _locked(session, channel, arrived.address)
    if conversation is None:
        await insert_if_absent(
            session,
            Conversation,
            id=uuid.uuid4().hex,
            channel=channel,
            address=arrived.address,
            language=context.company.spoken(arrived.language),
            created_at=clock.now(),
        )
        conversation = await _locked(session, channel, arrived.address)
        if conversation is None:
            raise NoResultFound(arrived.address)
    if arrived.phone is not None:
        await cross_channel.recognize(session, conversation, arrived.phone)
    return conversation


async def _locked(session: AsyncSession, channel: str, address: str) -> Conversation | None:
    return await session.scalar(_AT, {"channel": channel, "address": address})


async def _store(
    session: AsyncSession,
    context: CompanyContext,
    conversation: Conversation,
    arrived: Arrived,
    **more: Any,
) -> Taken:
    """Keep a message. One that is longer than any of ours becomes several, and nothing is lost."""
    text = messages.storable(arrived.text)
    pieces = [
        text[start : start + messages.LONGEST_TEXT]
        for start in range(0, max(len(text), 1), messages.LONGEST_TEXT)
    ]
    kind = (
        arrived.kind
        if arrived.kind != ContentKind.TEXT or text.strip()
        else ContentKind.UNSUPPORTED
    )
    stored = []
    for number, piece in enumerate(pieces):
        message = await messages.add(
            session,
            conversation,
            f"{arrived.source_id}#{number}" if number else arrived.source_id,
            text=piece,
            kind=kind,
            languages=context.company.languages,
            **_noted(arrived, **more),
        )
        stored.append(message)
    pressed = next((one for one in stored if one.choice_token is not None), None)
    return Taken(
        conversation.id,
        tuple(stored),
        needs_answer=arrived.kind not in _SILENT,
        settled=await _place_of(session, pressed.choice_token) if pressed else None,
    )


def _noted(arrived: Arrived, **more: Any) -> dict[str, Any]:
    """What a message keeps of its arrival, beside its words."""
    files = [
        {
            "id": one.id,
            "kind": one.kind,
            "size": one.size,
            "name": one.name,
            "media_type": one.media_type,
        }
        for one in arrived.files
    ]
    extra = {**arrived.extra, **more}
    if files:
        extra["files"] = files
    if arrived.told:
        extra["told"] = arrived.told
    return {
        "said_at": arrived.said_at,
        "provider_id": arrived.provider_id,
        "extra": extra or None,
        "state": MessageState.ANSWERED if arrived.kind in _SILENT else MessageState.RECEIVED,
    }


async def _press(
    session: AsyncSession, conversation: Conversation, arrived: Arrived
) -> Taken | None:
    """A pressed button. The second press on the same one changes nothing."""
    choice = await session.get(Choice, arrived.token)
    if choice is not None and choice.conversation_id == conversation.id and choice.chosen:
        return None
    gone = choice is None or choice.conversation_id != conversation.id or choice.chosen is not None
    message = await messages.add(
        session,
        conversation,
        arrived.source_id,
        text=arrived.text if gone else "",
        choice_token=None if gone else arrived.token,
        kind=ContentKind.GONE if gone else ContentKind.TEXT,
        **_noted(arrived),
    )
    settled = None if gone else await _place_of(session, arrived.token)
    return Taken(conversation.id, (message,), needs_answer=True, settled=settled)


async def _place_of(session: AsyncSession, token: str | None) -> int | None:
    return await session.scalar(_PLACE_OF, {"token": token})


async def _correct(
    session: AsyncSession, context: CompanyContext, conversation: Conversation, arrived: Arrived
) -> Taken | None:
    """The customer has changed their words: in their place, or as a correction of the heard."""
    said = await session.scalar(
        select(Message)
        .where(
            Message.conversation_id == conversation.id,
            Message.provider_id == arrived.provider_id,
            Message.author == Author.CUSTOMER,
        )
        .order_by(Message.seq.desc())
        .limit(1)
    )
    text = messages.storable(arrived.text)
    if not text.strip() or (said is not None and said.text == text):
        return None
    if (
        said is not None
        and said.state == MessageState.RECEIVED
        and len(text) <= messages.LONGEST_TEXT
    ):
        said.extra = {**(said.extra or {}), "first_said": said.text}
        said.text = text
        return Taken(conversation.id, needs_answer=True)
    more = {} if said is None else {"corrects": said.id}
    return await _store(session, context, conversation, arrived, **more)


async def _report(
    session: AsyncSession, context: CompanyContext, channel: str, told: Delivery
) -> Taken | None:
    if told.closed_since is None and told.state in _FURTHER:
        # By far the most reports: one message has come further, and nothing else changes.
        message = await _reported(session, channel, told, lock=True)
        further = _FURTHER[told.state]
        return _come_further(message, told, further) if message is not None else None
    message = await _reported(session, channel, told)
    if message is None:
        return None
    conversation = await conversations.lock(session, message.conversation_id)
    await session.refresh(message, with_for_update=True)
    if told.closed_since is not None and message.state in {MessageState.PENDING, MessageState.SENT}:
        # It was taken, and then not carried: it waits for the customer, or is told otherwise.
        message.state, message.asked_at, message.parts_sent = MessageState.PENDING, None, 0
        reachability.close(conversation, told.closed_since)
        return Taken(conversation.id, delivery=message, released=True)
    if message.state in {MessageState.DELIVERED, MessageState.READ, MessageState.FAILED}:
        return None
    message.state, message.failed_why, message.asked_at = MessageState.FAILED, told.code, None
    if told.state == Report.UNREACHABLE:
        await reachability.lose(session, context, conversation, told.code)
        await outbox.fail_all(session, conversation, told.code)
    else:
        await reachability.tell_person(
            session, context, conversation, HandoffReason.PROVIDER_FAILED, told.code
        )
    return Taken(conversation.id, delivery=message, released=True)


def _come_further(message: Message, told: Delivery, state: MessageState) -> Taken | None:
    if message.state not in _STEPS or message.announced_at is not None:
        return None
    was_pending = message.state == MessageState.PENDING
    if was_pending and told.place >= message.parts_sent:
        # The answer to our asking was lost, or is still on its way: now we know that it is out.
        message.parts_sent = told.place + 1
        message.asked_at = message.next_try_at = None
    if told.place + 1 < told.of or _STEPS.index(state) <= _STEPS.index(message.state):
        return None
    message.state, message.provider_id = state, told.provider_id
    return Taken(message.conversation_id, delivery=message, released=was_pending)


async def _reported(
    session: AsyncSession, channel: str, told: Delivery, *, lock: bool = False
) -> Message | None:
    """The message of ours that is told of."""
    query = (
        select(Message)
        .where(Message.channel == channel, Message.author != Author.CUSTOMER)
        .limit(1)
    )
    if told.message_id is not None:
        query = query.where(Message.id == told.message_id)
    else:
        query = query.where(Message.provider_id == told.provider_id)
    return await session.scalar(query.with_for_update() if lock else query)
