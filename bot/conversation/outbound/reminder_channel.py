"""How a customer is to be told of a promise: decided when it is made, not when it is due."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cases import audit
from bot.conversation import reachability
from bot.conversation.channel_api import Channel, OutgoingMessage
from bot.models import Complaint, Conversation, Promise, PromiseState

AT_ONCE = 100  # promises


async def find_undecided(session: AsyncSession) -> list[int]:
    """Return the ids of open promises for which no way has been decided."""
    query = select(Promise.id).where(Promise.state == PromiseState.OPEN, Promise.way.is_(None))
    return list(await session.scalars(query.limit(AT_ONCE)))


async def decide(session: AsyncSession, channels: Mapping[str, Channel], promise_id: int) -> str:
    """Set the way for one promise: "chat", "template", another channel's name, or "nobody".

    "nobody" is recorded in the case now, so that a human can call before the promise is due.
    """
    promise = await session.get_one(Promise, promise_id)
    case = await session.get_one(Complaint, promise.complaint_id)
    conversation = await session.get_one(Conversation, case.conversation_id)
    channel = channels.get(conversation.channel)
    promise.way = await _way(session, channel, conversation, promise)
    if promise.way == "nobody":
        audit.record(session, case, "bot", "no way to tell", what=promise.what)
    return promise.way


async def _way(
    session: AsyncSession, channel: Channel | None, conversation: Conversation, promise: Promise
) -> str:
    if conversation.unreachable_at is None:
        if channel is None or not reachability.is_window_closed(conversation, promise.due_at):
            return "chat"
        probe = OutgoingMessage(
            0, conversation.id, conversation.address, conversation.language, "…"
        )
        if channel.template(probe) is not None:
            return "template"
    other = await reachability.find_other_conversation(session, conversation)
    return other.channel if other is not None else "nobody"
