"""What a channel may not carry any more goes out on another, or a person learns of it."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot import reach
from bot.conversation import thread
from bot.models import Conversation, Message
from bot.say import Say

WINDOW_CLOSED = "window_closed"


async def elsewhere(session: AsyncSession, conversation: Conversation, message: Message) -> None:
    """Say on the customer's other channel what may not be said here."""
    message.state, message.failed_why, message.asked_at = "failed", WINDOW_CLOSED, None
    other = await reach.elsewhere(session, conversation)
    if other is None:
        await reach.tell_person(session, conversation, WINDOW_CLOSED, WINDOW_CLOSED)
        return
    copy = await thread.put(session, other, Say(message.text), author=message.author)
    copy.author_name = message.author_name
