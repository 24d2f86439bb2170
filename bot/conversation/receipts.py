"""Receipts: how far what was said to a customer has come, as their channel tells it."""

from typing import Literal

from sqlalchemy import select, update

from bot.db import Database
from bot.models import Message

Receipt = Literal["delivered", "read"]
# What each receipt can still change: a message that was read is not merely delivered again.
_BEFORE = {"delivered": ("pending", "sent"), "read": ("pending", "sent", "delivered")}


async def mark(db: Database, conversation_id: str, seq: int, receipt: Receipt) -> bool:
    """Everything up to ``seq`` has come this far; False when that was known."""
    earlier = (
        Message.conversation_id == conversation_id,
        Message.seq <= seq,
        Message.author != "customer",
        Message.state.in_(_BEFORE[receipt]),
    )
    async with db.read() as session:
        if await session.scalar(select(Message.id).where(*earlier).limit(1)) is None:
            return False
    async with db.write() as session:
        await session.execute(update(Message).where(*earlier).values(state=receipt))
    return True
