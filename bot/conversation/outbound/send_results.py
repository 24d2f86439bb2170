"""The results of sending a message, and how each is stored."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.context.company_context import CompanyContext
from bot.conversation import message_states, messages, reachability
from bot.conversation.channel_api import CustomerUnreachable, SendError
from bot.models import Conversation, HandoffReason, Message, MessageState
from bot.text.reply import Reply

log = structlog.get_logger()
# A human is told of a message that was not sent for so long; after the second time it has failed.
ESCALATE_AFTER, GIVE_UP_AFTER = timedelta(minutes=10), timedelta(hours=24)
WINDOW_CLOSED = HandoffReason.WINDOW_CLOSED


@dataclass(frozen=True, slots=True)
class SendAttempt:
    """A message that is still pending, in the transaction that stores the result."""

    session: AsyncSession
    context: CompanyContext
    conversation: Conversation
    message: Message

    async def escalate(self, reason: HandoffReason, why: str) -> None:
        """Hand the case to a human."""
        await reachability.escalate_undelivered(
            self.session, self.context, self.conversation, reason, why
        )


SendResult = Callable[[SendAttempt], Awaitable[None]]


def sent(provider_id: str, parts_sent: int, parts: int) -> SendResult:
    """The provider accepted a part, perhaps the last."""

    async def store(attempt: SendAttempt) -> None:
        message = attempt.message
        if message.asked_at is None and message.parts_sent < parts_sent:
            return  # reported as not delivered before this response came: it waits again
        message.provider_id = provider_id
        message.parts_sent, message.tries = parts_sent, 0
        message.asked_at = message.next_try_at = message.failed_why = None
        if parts_sent >= parts:
            message_states.advance(message, MessageState.SENT)

    return store


def announced(provider_id: str) -> SendResult:
    """A template announced the message, which waits until the customer writes."""

    async def store(attempt: SendAttempt) -> None:
        message = attempt.message
        message.announced_at, message.provider_id = clock.now(), provider_id
        message.asked_at = message.next_try_at = None

    return store


def retry(why: str, wait: float, *, lost: bool = False) -> SendResult:
    """It is to be sent again in ``wait`` seconds.

    Args:
        lost: it may have been sent, so ``asked_at`` stays.
    """

    async def store(attempt: SendAttempt) -> None:
        message, now = attempt.message, clock.now()
        message.tries += 1
        message.next_try_at = now + timedelta(seconds=wait)
        if not lost:
            message.asked_at = None
        log.info("send_again", conversation=message.conversation_id, tries=message.tries, why=why)
        if now - message.at > GIVE_UP_AFTER:
            message_states.fail(message, message.failed_why)
        elif now - message.at > ESCALATE_AFTER and message.failed_why is None:
            message.failed_why = why
            await attempt.escalate(HandoffReason.PROVIDER_FAILED, why)

    return store


async def window_closed(attempt: SendAttempt) -> None:
    """The provider reports that the window has closed: the next try is with a template."""
    reachability.mark_window_closed(attempt.conversation, clock.now())
    attempt.message.asked_at = None


def failed(error: SendError) -> SendResult:
    """The provider rejected it, or has no way to the customer."""

    async def store(attempt: SendAttempt) -> None:
        message, why = attempt.message, str(error)
        message_states.fail(message, why)
        if isinstance(error, CustomerUnreachable):
            await reachability.mark_unreachable(
                attempt.session, attempt.context, attempt.conversation, why
            )
            await message_states.fail_pending(attempt.session, attempt.conversation.id, why)
        else:
            await attempt.escalate(HandoffReason.PROVIDER_FAILED, why)

    return store


async def moved_to_other_channel(attempt: SendAttempt) -> None:
    """The window is closed: send it on the customer's other channel, or get a human."""
    message = attempt.message
    message_states.fail(message, WINDOW_CLOSED)
    other = await reachability.find_other_conversation(attempt.session, attempt.conversation)
    if other is None:
        await attempt.escalate(WINDOW_CLOSED, WINDOW_CLOSED)
        return
    copy = await messages.add_outgoing(
        attempt.session, other, Reply(message.text), author=message.author
    )
    copy.author_name = message.author_name
