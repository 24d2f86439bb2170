"""Stores a provider's report on an outgoing message: sent, delivered, read, or failed."""

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
    session: AsyncSession, context: CompanyContext, channel: str, report: DeliveryReport
) -> StoredEvent | None:
    """Store one report. Return None when it changes nothing."""
    if report.closed_since is None and report.status in _REPORTED:
        # Most reports: they change the state of one message, and nothing else.
        message = await _find_message(session, channel, report, lock=True)
        state = _REPORTED[report.status]
        return _advance(message, report, state) if message is not None else None
    message = await _find_message(session, channel, report)
    if message is None:
        return None
    conversation = await conversations.lock(session, message.conversation_id)
    await session.refresh(message, with_for_update=True)
    if report.closed_since is not None and message.state in message_states.WAIT_AGAIN.sources:
        # Accepted, then not delivered: it waits for the customer to write, or for another channel.
        message_states.wait_again(message)
        reachability.mark_window_closed(conversation, report.closed_since)
        return StoredEvent(conversation.id, delivery=message, is_released=True)
    if message.state not in message_states.FAIL.sources:
        return None
    message_states.fail(message, report.code)
    if report.status == DeliveryStatus.UNREACHABLE:
        await reachability.mark_unreachable(session, context, conversation, report.code)
        await message_states.fail_pending(session, conversation.id, report.code)
    else:
        await reachability.escalate_undelivered(
            session, context, conversation, HandoffReason.PROVIDER_FAILED, report.code
        )
    return StoredEvent(conversation.id, delivery=message, is_released=True)


def _advance(message: Message, report: DeliveryReport, state: MessageState) -> StoredEvent | None:
    if message.state == MessageState.FAILED or message.announced_at is not None:
        return None
    was_pending = message.state == MessageState.PENDING
    if was_pending and report.part_index >= message.parts_sent:
        # The response to the request was lost or is late: this part was sent.
        message.parts_sent = report.part_index + 1
        message.asked_at = message.next_try_at = None
    if report.part_index + 1 < report.part_count or not message_states.can_advance(message, state):
        return None
    message_states.advance(message, state)
    message.provider_id = report.provider_id
    return StoredEvent(message.conversation_id, delivery=message, is_released=was_pending)


async def _find_message(
    session: AsyncSession, channel: str, report: DeliveryReport, *, lock: bool = False
) -> Message | None:
    """Return the outgoing message that a delivery report refers to."""
    query = (
        select(Message)
        .where(Message.channel == channel, Message.author != Author.CUSTOMER)
        .limit(1)
    )
    if report.message_id is not None:
        query = query.where(Message.id == report.message_id)
    else:
        query = query.where(Message.provider_id == report.provider_id)
    return await session.scalar(query.with_for_update() if lock else query)
