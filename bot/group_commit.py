"""Group commit for SQLite: those that wait to write share a transaction.

SQLite has one writer at a time; beginning waits for other processes, and a commit for the disk. So
a writer that ends while others wait leaves its transaction to the next of them, and the last
commits for all; nobody goes on before that. Each but the first has a savepoint, so what goes wrong
for one undoes nothing of another's.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.session import JoinTransactionMode

from bot import sqlite
from bot.writers_gate import WritersGate

# Whoever waits for a commit, here or in another process, does not wait for many more.
MOST, LONGEST = 32, 0.025  # members, seconds


class Undone(Exception):
    """SQLite ended the transaction by itself, as it does when the disk is full."""


@dataclass(eq=False, slots=True)
class _Group:
    """A transaction, and how many have written in it."""

    connection: Connection
    began: float
    members: int = 0
    kept: "asyncio.Future[None]" = field(default_factory=asyncio.Future)

    @property
    def is_whole(self) -> bool:
        """Whether all that its members did is in it, and nothing else."""
        nested = self.connection.in_nested_transaction()
        is_open = sqlite.driver_of(self.connection).in_transaction
        return self.members > 0 and is_open and not nested


_Turn = asyncio.Future[_Group | None]


class GroupCommit:
    """The writer's place of one database in one process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        database = engine.url.database
        self._gate = WritersGate(Path(database)) if database else None
        self._disk = sqlite.Disk()
        # Whoever waits is given the transaction to go on with, or none: then it begins one.
        self._first: deque[_Turn] = deque()
        self._rest: deque[_Turn] = deque()
        self._is_taken = False
        self._kept: Connection | None = None  # open between transactions
        self._ending: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def session(self, *, first: bool = False) -> AsyncIterator[AsyncSession]:
        """A session for one writer: after it all is on the disk, or undone.

        Args:
            first: it goes before the others that wait.

        Raises:
            Undone: nothing was kept, for no fault of this writer's.
        """
        group = await self._enter(first=first)
        mode: JoinTransactionMode = "create_savepoint" if group.members else "rollback_only"
        session = sqlite.LoopSession(group.connection, mode)
        try:
            yield session
            await session.commit()
            group.members += 1
        finally:
            await session.close()
            self._leave(group)
        try:
            await asyncio.shield(group.kept)
        except asyncio.CancelledError:
            # What was written is committed all the same, and whoever asks next finds it.
            await asyncio.wait([group.kept])
            raise

    async def _enter(self, *, first: bool) -> _Group:
        if self._is_taken and (group := await self._turn(first=first)) is not None:
            return group
        self._is_taken = True
        try:
            if self._gate is not None:
                await self._gate.enter()
            return await self._begin()
        except BaseException:
            self._forget()
            self._pass_on(None)
            raise

    async def _begin(self) -> _Group:
        if self._kept is None:
            self._kept = self._engine.connect()
            self._kept.detach()  # it is nobody else's
        await sqlite.begin_to_write(self._kept)
        return _Group(self._kept, asyncio.get_running_loop().time())

    def close(self) -> None:
        """Let go of the database."""
        self._forget()
        if self._gate is not None:
            self._gate.close()

    def _forget(self) -> None:
        """Let go of the connection; what is not committed is undone."""
        if self._kept is not None:
            connection, self._kept = self._kept, None
            connection.close()
        if self._gate is not None:
            self._gate.leave()

    async def _turn(self, *, first: bool) -> _Group | None:
        turn: _Turn = asyncio.get_running_loop().create_future()
        (self._first if first else self._rest).append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # the place came at the same moment
                self._give_up(turn.result())
            raise

    def _give_up(self, group: _Group | None) -> None:
        if group is None:
            self._pass_on(None)
        else:
            self._leave(group)

    def _leave(self, group: _Group) -> None:
        """Let the next go on in this transaction, or end it."""
        loop = asyncio.get_running_loop()
        has_room = group.members < MOST and loop.time() - group.began < LONGEST
        if group.is_whole and has_room and self._pass_on(group):
            return
        ending = loop.create_task(self._end(group))
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    async def _end(self, group: _Group) -> None:
        """Commit for all, and give the place to the next."""
        try:
            if not group.is_whole:
                raise Undone
            await self._disk.commit(group.connection)
        except BaseException as error:  # noqa: BLE001 - it is every member's
            group.kept.set_exception(error)
            group.kept.exception()  # there may be nobody left who asks
            self._forget()
        else:
            if self._gate is not None:
                self._gate.leave()
            group.kept.set_result(None)
        finally:
            self._pass_on(None)

    def _pass_on(self, group: _Group | None) -> bool:
        """Give the place to the next who still waits; False when nobody does."""
        for line in (self._first, self._rest):
            while line:
                turn = line.popleft()
                if not turn.done():
                    turn.set_result(group)
                    return True
        self._is_taken = group is not None
        return False
