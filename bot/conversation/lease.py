"""One turn at a time per conversation, in the whole cluster: a short lease on its row.

A lease rather than a lock: no transaction is held while the engine thinks, and the lease of a
worker that was killed runs out by itself.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from sqlalchemy import or_, update

from bot import clock
from bot.db import Database, changed_one
from bot.models import Conversation

LENGTH = timedelta(seconds=10)
RENEW_EVERY = 3.0


@asynccontextmanager
async def turn_lease(db: Database, conversation_id: str, owner: str) -> AsyncIterator[bool]:
    """Hold the conversation's turn; False when somebody else holds it."""
    if not await _take(db, conversation_id, owner):
        yield False
        return
    renewing = asyncio.create_task(_renew(db, conversation_id, owner))
    try:
        yield True
    finally:
        renewing.cancel()
        with suppress(asyncio.CancelledError):
            await renewing
        await _set(db, conversation_id, owner, until=None)


async def release_all(db: Database) -> None:
    """Give every turn free: for a start on SQLite, where nobody else can be running one."""
    async with db.write() as session:
        await session.execute(
            update(Conversation)
            .where(Conversation.turn_owner.is_not(None))
            .values(turn_owner=None, turn_until=None)
        )


async def _take(db: Database, conversation_id: str, owner: str) -> bool:
    now = clock.now()
    async with db.write() as session:
        return await changed_one(
            session,
            update(Conversation)
            .where(
                Conversation.id == conversation_id,
                or_(Conversation.turn_until.is_(None), Conversation.turn_until < now),
            )
            .values(turn_owner=owner, turn_until=now + LENGTH),
        )


async def _renew(db: Database, conversation_id: str, owner: str) -> None:
    while True:
        await asyncio.sleep(RENEW_EVERY)
        await _set(db, conversation_id, owner, until=LENGTH)


async def _set(db: Database, conversation_id: str, owner: str, until: timedelta | None) -> None:
    async with db.write() as session:
        await session.execute(
            update(Conversation)
            .where(Conversation.id == conversation_id, Conversation.turn_owner == owner)
            .values(
                turn_owner=owner if until else None,
                turn_until=clock.now() + until if until else None,
            )
        )
