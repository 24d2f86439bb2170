"""The outbox: messages that another process put out, shown by the edge once, in order."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.models import PENDING, Message

AT_ONCE = 100


async def pending(session: AsyncSession) -> list[int]:
    """The ids of what waits, oldest first."""
    query = select(Message.id).where(PENDING).order_by(Message.id).limit(AT_ONCE)
    return list(await session.scalars(query))


async def take(session: AsyncSession, ids: Sequence[int]) -> list[Message]:
    """Mark as sent those that no other worker took first, and give them back to be shown."""
    taken = await session.scalars(
        update(Message)
        .where(Message.id.in_(ids), PENDING)
        .values(state="sent")
        .returning(Message)
        .execution_options(synchronize_session=False)
    )
    return sorted(taken, key=lambda message: message.id)
