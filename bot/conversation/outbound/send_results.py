"""What became of a message that was handed to a provider, and what is noted of it."""

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
# What a provider does not take for this long is told to a person; after the second it has failed.
TELL_AFTER, GIVE_UP_AFTER = timedelta(minutes=10), timedelta(hours=24)
WINDOW_CLOSED = HandoffReason.WINDOW_CLOSED


@dataclass(frozen=True, slots=True)
class Tried:
    """A message that is still pending, in the transaction that notes what came of it."""

    session: AsyncSession
    context: CompanyContext
    conversation: Conversation
    message: Message

    async def tell_person(self, reason: HandoffReason, why: str) -> None:
        """Somebody has to look after this customer."""
        await reachability.escalate_undelivered(
            self.session, self.context, self.conversation, reason, why
        )


Outcome = Callable[[Tried], Awaitable[None]]


def sent(provider_id: str, parts_sent: int, parts: int) -> Outcome:
    """The provider has a part of it, perhaps the last."""

    async def note(tried: Tried) -> None:
        message = tried.message
        if message.asked_at is None and message.parts_sent < parts_sent:
            return  # its report was quicker than its answer: it was not carried, and waits again
        message.provider_id = provider_id
        message.parts_sent, message.tries = parts_sent, 0
        message.asked_at = message.next_try_at = message.failed_why = None
        if parts_sent >= parts:
            message_states.come_to(message, MessageState.SENT)

    return note


def announced(provider_id: str) -> Outcome:
    """A template tells the customer that there is something; the message waits for an answer."""

    async def note(tried: Tried) -> None:
        message = tried.message
        message.announced_at, message.provider_id = clock.now(), provider_id
        message.asked_at = message.next_try_at = None

    return note


def retry(why: str, wait: float, *, lost: bool = False) -> Outcome:
    """It is tried again in ``wait`` seconds.

    Args:
        lost: whether it may be out all the same; whoever tries again then knows.
    """

    async def note(tried: Tried) -> None:
        message, now = tried.message, clock.now()
        message.tries += 1
        message.next_try_at = now + timedelta(seconds=wait)
        if not lost:
            message.asked_at = None
        log.info("send_again", conversation=message.conversation_id, tries=message.tries, why=why)
        if now - message.at > GIVE_UP_AFTER:
            message_states.fail(message, message.failed_why)
        elif now - message.at > TELL_AFTER and message.failed_why is None:
            message.failed_why = why
            await tried.tell_person(HandoffReason.PROVIDER_FAILED, why)

    return note


async def window_closed(tried: Tried) -> None:
    """The provider says that the window has closed: the next try is with a template."""
    reachability.mark_window_closed(tried.conversation, clock.now())
    tried.message.asked_at = None


def failed(error: SendError) -> Outcome:
    """The provider will never take it, or has no way to the customer."""

    async def note(tried: Tried) -> None:
        message, why = tried.message, str(error)
        message_states.fail(message, why)
        if isinstance(error, CustomerUnreachable):
            await reachability.mark_unreachable(
                tried.session, tried.context, tried.conversation, why
            )
            await message_states.fail_pending(tried.session, tried.conversation.id, why)
        else:
            await tried.tell_person(HandoffReason.PROVIDER_FAILED, why)

    return note


async def moved_to_other_channel(tried: Tried) -> None:
    """What may not be said here is said on the customer's other channel, or a person learns."""
    message = tried.message
    message_states.fail(message, WINDOW_CLOSED)
    other = await reachability.find_other_conversation(tried.session, tried.conversation)
    if other is None:
        await tried.tell_person(WINDOW_CLOSED, WINDOW_CLOSED)
        return
    copy = await messages.add_outgoing(
        tried.session, other, Reply(message.text), author=message.author
    )
    copy.author_name = message.author_name
