"""One turn at a time per conversation, in the whole cluster: a short lease on its row.

A lease rather than a lock: no transaction is held while the engine thinks, and the lease of a
worker that was killed runs out by itself.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, exists, or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.db import Database, changed_one
from bot.models import RECEIVED, Conversation, Message

LENGTH = timedelta(seconds=10)
RENEW_EVERY = 3.0


@dataclass(slots=True)
class Lease:
    """A conversation's turn; taken and given back in the transactions that begin and end it."""

    conversation_id: str
    owner: str
    held: bool = False

    async def take(self, session: AsyncSession) -> bool:
        """Hold the turn; False when somebody else holds it."""
        now = clock.now()
        free = or_(Conversation.turn_until.is_(None), Conversation.turn_until < now)
        self.held = self.held or await changed_one(
            session,
            update(Conversation)
            .where(Conversation.id == self.conversation_id, free)
            .values(turn_owner=self.owner, turn_until=now + LENGTH),
        )
        return self.held

    async def renew(self, session: AsyncSession) -> None:
        """Hold it for longer."""
        await changed_one(
            session,
            update(Conversation).where(*self._ours()).values(turn_until=clock.now() + LENGTH),
        )

    async def give_back(self, session: AsyncSession) -> None:
        """Let go of the turn."""
        await self._give_back(session)
        self.held = False

    async def give_back_if_all_is_answered(self, session: AsyncSession) -> None:
        """Let go of the turn unless another message waits for it."""
        await session.flush()
        waiting = exists().where(Message.conversation_id == self.conversation_id, RECEIVED)
        self.held = not await self._give_back(session, ~waiting)

    async def _give_back(self, session: AsyncSession, *where: ColumnElement[bool]) -> bool:
        return await changed_one(
            session,
            update(Conversation)
            .where(*self._ours(), *where)
            .values(turn_owner=None, turn_until=None),
        )

    def _ours(self) -> tuple[ColumnElement[bool], ...]:
        return Conversation.id == self.conversation_id, Conversation.turn_owner == self.owner


@asynccontextmanager
async def turn_lease(db: Database, conversation_id: str, owner: str) -> AsyncIterator[Lease]:
    """A lease that, once taken, is kept as long as the turn takes, and given back in any case."""
    lease = Lease(conversation_id, owner)
    renewing = asyncio.create_task(_renew(db, lease))
    try:
        yield lease
    finally:
        renewing.cancel()
        with suppress(asyncio.CancelledError):
            await renewing
        if lease.held:
            async with db.write() as session:
                await lease.give_back(session)


async def _renew(db: Database, lease: Lease) -> None:
    while True:
        await asyncio.sleep(RENEW_EVERY)
        if lease.held:
            async with db.write() as session:
                await lease.renew(session)


async def release_all(db: Database) -> None:
    """Give every turn free: for a start on SQLite, where nobody else can be running one."""
    async with db.write() as session:
        await session.execute(
            update(Conversation)
            .where(Conversation.turn_owner.is_not(None))
            .values(turn_owner=None, turn_until=None)
        )
