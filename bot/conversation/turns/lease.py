"""One turn at a time per conversation, in the whole cluster: a short lease on its row.

A lease rather than a lock: no transaction is held while the engine thinks, and the lease of a
worker that was killed runs out by itself. Where one process runs all turns, as on SQLite, nothing
is written down: it knows itself which of them run.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.conversation.turns import queries
from bot.database.session import Database
from bot.database.statements import compare_and_set

LENGTH = timedelta(seconds=10)
RENEW_EVERY = 3.0  # seconds


@dataclass(slots=True)
class Lease:
    """The right to run a conversation's turns.

    It is acquired and released in the transactions that begin and end a turn.
    """

    conversation_id: str
    owner: str  # the name of this worker
    is_alone: bool = False  # no other process runs turns
    held: bool = False

    async def acquire(self, session: AsyncSession) -> bool:
        """Acquire the lease. Return False if another worker holds it."""
        now = clock.now()
        self.held = self.held or await self._change(
            session, queries.ACQUIRE_LEASE, now=now, until=now + LENGTH
        )
        return self.held

    async def renew(self, session: AsyncSession) -> None:
        """Hold it for another ``LENGTH`` from now."""
        await self._change(session, queries.RENEW_LEASE, until=clock.now() + LENGTH)

    async def release(self, session: AsyncSession) -> None:
        """Release the lease."""
        await self._change(session, queries.RELEASE_LEASE)
        self.held = False

    async def release_if_all_answered(self, session: AsyncSession, *, has_queued: bool) -> None:
        """Release the lease unless another message waits.

        Args:
            has_queued: some waited behind the answered message when its turn began. Where one
                process runs all turns, it is woken for each message that came since then.
        """
        if self.is_alone:
            self.held = has_queued
            return
        await session.flush()
        self.held = not await self._change(session, queries.RELEASE_LEASE_IF_ALL_ANSWERED)

    async def _change(self, session: AsyncSession, statement: Update, **values: datetime) -> bool:
        if self.is_alone:
            return True
        ids = {"conversation": self.conversation_id, "owner": self.owner}
        return await compare_and_set(session, statement, ids | values)


@asynccontextmanager
async def turn_lease(
    db: Database, conversation_id: str, owner: str, *, is_alone: bool = False
) -> AsyncIterator[Lease]:
    """Yield a lease. Once acquired, it is renewed until the block ends, and then released."""
    lease = Lease(conversation_id, owner, is_alone)
    if is_alone:
        yield lease
        return
    renewing = asyncio.create_task(_keep_renewing(db, lease))
    try:
        yield lease
    finally:
        renewing.cancel()
        with suppress(asyncio.CancelledError):
            await renewing
        if lease.held:
            async with db.write() as session:
                await lease.release(session)


async def _keep_renewing(db: Database, lease: Lease) -> None:
    while True:
        await asyncio.sleep(RENEW_EVERY)
        if lease.held:
            async with db.write() as session:
                await lease.renew(session)
