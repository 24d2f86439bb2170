"""Stores what a provider reports of an outgoing message: sent, delivered, read, or failed."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context.company_context import CompanyContext
from bot.conversation import message_states, reachability
from bot.conversation.channel_api import DeliveryReport, DeliveryStatus
from bot.conversation.inbound.stored_event import StoredEvent
from bot.customers import conversations
from bot.models import Author, HandoffReason, Message, MessageState

_REPORTED = {
    DeliveryStatus.SENT: MessageState.SENT,
    DeliveryStatus.DELIVERED: MessageState.DELIVERED,
    DeliveryStatus.READ: MessageState.READ,
}


async def store(
    session: AsyncSession, context: CompanyContext, channel: str, delivery: DeliveryReport
) -> StoredEvent | None:
    """Store one report. Return None when it changes nothing."""
    if delivery.closed_since is None and delivery.state in _REPORTED:
        # Most reports: one message has come further, and nothing else changes.
        message = await _reported(session, channel, delivery, lock=True)
        state = _REPORTED[delivery.state]
        return _come_further(message, delivery, state) if message is not None else None
    message = await _reported(session, channel, delivery)
    if message is None:
        return None
    conversation = await conversations.lock(session, message.conversation_id)
    await session.refresh(message, with_for_update=True)
    if delivery.closed_since is not None and message.state in message_states.WAIT_AGAIN.sources:
        # Accepted, then not carried: it waits for the customer to write, or goes another way.
        message_states.wait_again(message)
        reachability.mark_window_closed(conversation, delivery.closed_since)
        return StoredEvent(conversation.id, delivery=message, released=True)
    if message.state not in message_states.FAIL.sources:
        return None
    message_states.fail(message, delivery.code)
    if delivery.state == DeliveryStatus.UNREACHABLE:
        await reachability.mark_unreachable(session, context, conversation, delivery.code)
        await message_states.fail_pending(session, conversation.id, delivery.code)
    else:
        await reachability.escalate_undelivered(
            session, context, conversation, HandoffReason.PROVIDER_FAILED, delivery.code
        )
    return StoredEvent(conversation.id, delivery=message, released=True)


def _come_further(
    message: Message, delivery: DeliveryReport, state: MessageState
) -> StoredEvent | None:
    if message.state == MessageState.FAILED or message.announced_at is not None:
        return None
    was_pending = message.state == MessageState.PENDING
    if was_pending and delivery.place >= message.parts_sent:
        # The provider's answer was lost or is late: now we know that this part is out.
        message.parts_sent = delivery.place + 1
        message.asked_at = message.next_try_at = None
    if delivery.place + 1 < delivery.of or not message_states.may_come_to(message, state):
        return None
    message_states.come_to(message, state)
    message.provider_id = delivery.provider_id
    return StoredEvent(message.conversation_id, delivery=message, released=was_pending)


async def _reported(
    session: AsyncSession, channel: str, delivery: DeliveryReport, *, lock: bool = False
) -> Message | None:
    """Return the outgoing message that a delivery report refers to."""
    query = (
        select(Message)
        .where(Message.channel == channel, Message.author != Author.CUSTOMER)
        .limit(1)
    )
    if delivery.message_id is not None:
        query = query.where(Message.id == delivery.message_id)
    else:
        query = query.where(Message.provider_id == delivery.provider_id)
    return await session.scalar(query.with_for_update() if lock else query)
