"""Receipts: how far what was said to a customer has come, as their channel tells it."""

from typing import Literal

from sqlalchemy import bindparam, update

from bot.db import Database
from bot.models import Base, Message

Receipt = Literal["delivered", "read"]
# What each receipt can still change: a message that was read is not merely delivered again.
_BEFORE = {"delivered": ("pending", "sent"), "read": ("pending", "sent", "delivered")}

_MESSAGES = Base.metadata.tables[Message.__tablename__]
# Made once, for it is asked for every message.
_MARK = (
    update(_MESSAGES)
    .where(
        _MESSAGES.c.conversation_id == bindparam("conversation"),
        _MESSAGES.c.seq > bindparam("after"),
        _MESSAGES.c.seq <= bindparam("up_to"),
        _MESSAGES.c.author != "customer",
        _MESSAGES.c.state.in_(bindparam("before", expanding=True)),
    )
    .values(state=bindparam("receipt"))
    .returning(_MESSAGES.c.seq)
)


async def mark(
    db: Database, conversation_id: str, seq: int, receipt: Receipt, *, after: int = 0
) -> int | None:
    """Everything up to ``seq`` has come this far; the last place that is news, None for none.

    Args:
        after: up to where it was told before.
    """
    async with db.write() as session:
        marked = await session.scalars(
            _MARK,
            {
                "conversation": conversation_id,
                "after": after,
                "up_to": seq,
                "before": _BEFORE[receipt],
                "receipt": receipt,
            },
        )
        return max(marked, default=None)
