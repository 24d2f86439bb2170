"""Group commit for SQLite: those that wait to write share a transaction.

SQLite has one writer at a time; beginning waits for other processes, and a commit for the disk. So
whoever begins a transaction calls those who wait; they write in it right after each other, and the
last commits for all; nobody goes on before that. Each but the first has a savepoint, so what goes
wrong for one undoes nothing of another's.
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

from bot.database import sqlite_session
from bot.database.write_lock import WriteLock

# Whoever waits for a commit, here or in another process, does not wait for many more.
MOST, LONGEST = 32, 0.025  # members, seconds


class Undone(Exception):
    """SQLite ended the transaction by itself, as it does when the disk is full."""


@dataclass(eq=False, slots=True)
class _Group:
    """A transaction, and those who write in it: one at a time."""

    connection: Connection
    began: float
    is_busy: bool = True  # somebody writes now
    members: int = 0  # have written
    called: int = 0  # are to go on in it, and have not come yet
    waiting: "deque[asyncio.Future[None]]" = field(default_factory=deque)  # came while it was busy
    kept: "asyncio.Future[None]" = field(default_factory=asyncio.Future)

    @property
    def is_whole(self) -> bool:
        """Whether all that its members did is in it, and nothing else."""
        nested = self.connection.in_nested_transaction()
        is_open = sqlite_session.driver_of(self.connection).in_transaction
        return self.members > 0 and is_open and not nested

    @property
    def takes_more(self) -> bool:
        """Whether somebody else may write in it."""
        age = asyncio.get_running_loop().time() - self.began
        return self.is_whole and self.members < MOST and age < LONGEST

    def let_one_in(self) -> None:
        """Wake the first who came while it was busy."""
        while self.waiting:
            one = self.waiting.popleft()
            if not one.done():
                one.set_result(None)
                return


_Turn = asyncio.Future[_Group | None]


class GroupCommit:
    """The writer's place of one database in one process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        database = engine.url.database
        self._gate = WriteLock(Path(database)) if database else None
        self._disk = sqlite_session.Disk()
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
        session = sqlite_session.LoopSession(group.connection, mode)
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
        while self._is_taken:
            group = await self._turn(first=first)
            if group is None:
                break
            if await self._goes_on_in(group):
                return group
            first = True  # it was its turn
        self._is_taken = True
        try:
            if self._gate is not None:
                await self._gate.enter()
            group = await self._begin()
        except BaseException:
            self._forget()
            self._pass_on()
            raise
        # All who wait are called now, so that they write right after each other: whatever else the
        # loop has to do comes after them, or before, but not while other processes wait.
        self._call(group)
        return group

    async def _goes_on_in(self, group: _Group) -> bool:
        """Whether somebody who was called writes in the group now."""
        try:
            while group.is_busy:
                free = asyncio.get_running_loop().create_future()
                group.waiting.append(free)
                await free
        except asyncio.CancelledError:
            self._has_come(group)
            raise
        if group.takes_more:
            group.called -= 1
            group.is_busy = True
            return True
        self._has_come(group)
        return False

    async def _begin(self) -> _Group:
        if self._kept is None:
            self._kept = self._engine.connect()
            self._kept.detach()  # it is nobody else's
        await sqlite_session.begin_to_write(self._kept)
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
            if not turn.cancelled():  # it was called at the same moment
                if (group := turn.result()) is None:
                    self._pass_on()
                else:
                    self._has_come(group)
            raise

    def _call(self, group: _Group) -> None:
        while group.members + group.called < MOST and (turn := self._next()) is not None:
            group.called += 1
            turn.set_result(group)

    def _has_come(self, group: _Group) -> None:
        """Somebody who was called does not write in it after all."""
        group.called -= 1
        self._go_on(group)

    def _leave(self, group: _Group) -> None:
        group.is_busy = False
        self._go_on(group)

    def _go_on(self, group: _Group) -> None:
        """Let the next write in it, or end it when there is nobody."""
        if group.is_busy:
            return
        group.let_one_in()
        if not group.called and group.takes_more:
            self._call(group)
        if not group.called:
            ending = asyncio.get_running_loop().create_task(self._end(group))
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
            self._pass_on()

    def _pass_on(self) -> None:
        """Give the place to the next who waits, if anybody does."""
        turn = self._next()
        self._is_taken = turn is not None
        if turn is not None:
            turn.set_result(None)

    def _next(self) -> _Turn | None:
        """The next who still waits."""
        for line in (self._first, self._rest):
            while line:
                turn = line.popleft()
                if not turn.done():
                    return turn
        return None
