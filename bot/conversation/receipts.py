"""Receipts: how far what was said to a customer has come, as their channel tells it."""

from typing import Literal

from sqlalchemy import update

from bot.db import Database
from bot.models import Message

Receipt = Literal["delivered", "read"]
# What each receipt can still change: a message that was read is not merely delivered again.
_BEFORE = {"delivered": ("pending", "sent"), "read": ("pending", "sent", "delivered")}


async def mark(
    db: Database, conversation_id: str, seq: int, receipt: Receipt, *, after: int = 0
) -> int | None:
    """Everything up to ``seq`` has come this far; the last place that is news, None for none.

    Args:
        after: up to where it was told before.
    """
    async with db.write() as session:
        marked = await session.scalars(
            update(Message)
            .where(
                Message.conversation_id == conversation_id,
                Message.seq > after,
                Message.seq <= seq,
                Message.author != "customer",
                Message.state.in_(_BEFORE[receipt]),
            )
            .values(state=receipt)
            .returning(Message.seq)
            .execution_options(synchronize_session=False)
        )
        return max(marked, default=None)
