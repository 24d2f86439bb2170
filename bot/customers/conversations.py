"""The row of a conversation, locked so that one transaction at a time changes it."""

from sqlalchemy.exc import NoResultFound
from sqlalchemy.ext.asyncio import AsyncSession

from bot.customers import queries
from bot.models import Conversation


async def lock(session: AsyncSession, conversation_id: str) -> Conversation:
    """Return the conversation, locked until the transaction ends.

    Raises:
        NoResultFound: there is no such conversation.
    """
    conversation = await lock_if_exists(session, conversation_id)
    if conversation is None:
        raise NoResultFound(conversation_id)
    return conversation


async def lock_if_exists(session: AsyncSession, conversation_id: str) -> Conversation | None:
    """Return the conversation, locked until the transaction ends; None if there is none yet."""
    return await session.scalar(queries.LOCK_CONVERSATION, {"conversation": conversation_id})
