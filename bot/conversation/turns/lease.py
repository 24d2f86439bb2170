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

from sqlalchemy import Update, bindparam, exists, or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.database.session import Database
from bot.database.statements import compare_and_set
from bot.models import RECEIVED, Conversation, Message, table_of

LENGTH = timedelta(seconds=10)
RENEW_EVERY = 3.0
# Made once, for they are asked for every message. The lease is the database's alone: no session
# looks at these columns.
_CONVERSATIONS = table_of(Conversation)
_HERE = _CONVERSATIONS.c.id == bindparam("conversation")
_OURS = update(_CONVERSATIONS).where(_HERE, _CONVERSATIONS.c.turn_owner == bindparam("owner"))
_TAKE = (
    update(_CONVERSATIONS)
    .where(
        _HERE,
        or_(
            _CONVERSATIONS.c.turn_until.is_(None),
            _CONVERSATIONS.c.turn_until < bindparam("now"),
        ),
    )
    .values(turn_owner=bindparam("owner"), turn_until=bindparam("until"))
)
_RENEW = _OURS.values(turn_until=bindparam("until"))
_GIVE_BACK = _OURS.values(turn_owner=None, turn_until=None)
_WAITING = exists().where(Message.conversation_id == bindparam("conversation"), RECEIVED)
_GIVE_BACK_IF_ALL_IS_ANSWERED = _GIVE_BACK.where(~_WAITING)


@dataclass(slots=True)
class Lease:
    """A conversation's turn; taken and given back in the transactions that begin and end it."""

    conversation_id: str
    owner: str
    is_alone: bool = False  # no other process runs turns
    held: bool = False

    async def take(self, session: AsyncSession) -> bool:
        """Hold the turn; False when somebody else holds it."""
        now = clock.now()
        self.held = self.held or await self._change(session, _TAKE, now=now, until=now + LENGTH)
        return self.held

    async def renew(self, session: AsyncSession) -> None:
        """Hold it for longer."""
        await self._change(session, _RENEW, until=clock.now() + LENGTH)

    async def give_back(self, session: AsyncSession) -> None:
        """Let go of the turn."""
        await self._change(session, _GIVE_BACK)
        self.held = False

    async def give_back_if_all_is_answered(
        self, session: AsyncSession, *, are_behind: bool
    ) -> None:
        """Let go of the turn unless another message waits for it.

        Args:
            are_behind: whether some waited behind the answered one when its turn began. Where one
                process runs all turns, it is woken for each that came since then.
        """
        if self.is_alone:
            self.held = are_behind
            return
        await session.flush()
        self.held = not await self._change(session, _GIVE_BACK_IF_ALL_IS_ANSWERED)

    async def _change(self, session: AsyncSession, statement: Update, **values: datetime) -> bool:
        if self.is_alone:
            return True
        told = {"conversation": self.conversation_id, "owner": self.owner, **values}
        return await compare_and_set(session, statement, told)


@asynccontextmanager
async def turn_lease(
    db: Database, conversation_id: str, owner: str, *, is_alone: bool = False
) -> AsyncIterator[Lease]:
    """A lease that, once taken, is kept as long as the turn takes, and given back in any case."""
    lease = Lease(conversation_id, owner, is_alone)
    if is_alone:
        yield lease
        return
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
