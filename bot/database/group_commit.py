"""Group commit for SQLite: writers that wait share a transaction.

SQLite has one writer at a time. To begin a transaction takes waiting for other processes, and to
commit it waiting for the disk. So whoever begins one calls all writers that wait; they write in it
right after each other, the last one commits for all, and none of them continues before that. Each
but the first has a savepoint, so an error of one rolls back nothing of another's.
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

from bot.database.sqlite_session import DiskCommit, InlineSession, begin_to_write, driver_of
from bot.database.write_lock import WriteLock

# A shared transaction ends after so many writers, or seconds: others wait for its commit.
MOST_MEMBERS, LONGEST_SECONDS = 32, 0.025


class TransactionLostError(Exception):
    """SQLite rolled the transaction back by itself, as it does when the disk is full."""


@dataclass(eq=False, slots=True)
class _Group:
    """A transaction, and its members: the writers that share it, one at a time."""

    connection: Connection
    began: float  # the loop's time
    is_busy: bool = True  # a member is writing
    members: int = 0  # have written
    called: int = 0  # were called to join, and have not begun to write
    waiting: "deque[asyncio.Future[None]]" = field(default_factory=deque)  # called, found it busy
    committed: "asyncio.Future[None]" = field(default_factory=asyncio.Future)

    @property
    def is_intact(self) -> bool:
        """True if the transaction holds all that its members wrote, and nothing unfinished."""
        nested = self.connection.in_nested_transaction()
        is_open = driver_of(self.connection).in_transaction
        return self.members > 0 and is_open and not nested

    @property
    def takes_more(self) -> bool:
        """True if another writer may join."""
        age = asyncio.get_running_loop().time() - self.began
        return self.is_intact and self.members < MOST_MEMBERS and age < LONGEST_SECONDS

    def wake_next(self) -> None:
        """Wake the first writer that found the group busy."""
        while self.waiting:
            free = self.waiting.popleft()
            if not free.done():
                free.set_result(None)
                return


_Turn = asyncio.Future[_Group | None]


class GroupCommit:
    """The writers of one process on one database file."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        database = engine.url.database
        self._write_lock = WriteLock(Path(database)) if database else None
        self._disk = DiskCommit()
        # Writers that wait: each is given a group to join, or None to begin one.
        self._first: deque[_Turn] = deque()
        self._rest: deque[_Turn] = deque()
        self._is_taken = False  # a group of this process is open, or about to be
        self._connection: Connection | None = None  # stays open between transactions
        self._ending: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def session(self, *, goes_first: bool = False) -> AsyncIterator[AsyncSession]:
        """Give one writer a session; at the end its changes are on the disk, or rolled back.

        Args:
            goes_first: go before the others that wait.

        Raises:
            TransactionLostError: nothing was kept, through no fault of this writer.
        """
        group = await self._enter(goes_first=goes_first)
        mode: JoinTransactionMode = "create_savepoint" if group.members else "rollback_only"
        session = InlineSession(group.connection, mode)
        try:
            yield session
            await session.commit()
            group.members += 1
        finally:
            await session.close()
            self._leave(group)
        try:
            await asyncio.shield(group.committed)
        except asyncio.CancelledError:
            # The changes are committed all the same, and the next reader finds them.
            await asyncio.wait([group.committed])
            raise

    async def _enter(self, *, goes_first: bool) -> _Group:
        """Wait for this writer's turn, and return the group in which it may write now."""
        while self._is_taken:
            group = await self._turn(goes_first=goes_first)
            if group is None:
                break
            if await self._joins(group):
                return group
            goes_first = True  # it has had its turn, and is not to wait behind others again
        self._is_taken = True
        try:
            if self._write_lock is not None:
                await self._write_lock.acquire()
            group = await self._begin()
        except BaseException:
            self._drop_connection()
            self._pass_on()
            raise
        # All that wait are called now, so that they write right after each other: whatever else the
        # loop has to do comes after them, or before, but not while other processes wait.
        self._call(group)
        return group

    async def _joins(self, group: _Group) -> bool:
        """Wait until the group is free; return True if the called writer may write in it now."""
        try:
            while group.is_busy:
                free = asyncio.get_running_loop().create_future()
                group.waiting.append(free)
                await free
        except asyncio.CancelledError:
            self._decline(group)
            raise
        if group.takes_more:
            group.called -= 1
            group.is_busy = True
            return True
        self._decline(group)
        return False

    async def _begin(self) -> _Group:
        if self._connection is None:
            self._connection = self._engine.connect()
            self._connection.detach()  # no other session may get it from the pool
        await begin_to_write(self._connection)
        return _Group(self._connection, asyncio.get_running_loop().time())

    def close(self) -> None:
        """Close the connection and the lock's files."""
        self._drop_connection()
        if self._write_lock is not None:
            self._write_lock.close()

    def _drop_connection(self) -> None:
        """Close the connection, which rolls back what is not committed, and release the lock."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.close()
        if self._write_lock is not None:
            self._write_lock.release()

    async def _turn(self, *, goes_first: bool) -> _Group | None:
        turn: _Turn = asyncio.get_running_loop().create_future()
        (self._first if goes_first else self._rest).append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # it was called at the same moment
                if (group := turn.result()) is None:
                    self._pass_on()
                else:
                    self._decline(group)
            raise

    def _call(self, group: _Group) -> None:
        """Call the writers that wait, as many as the group takes."""
        while group.members + group.called < MOST_MEMBERS and (turn := self._next()) is not None:
            group.called += 1
            turn.set_result(group)

    def _decline(self, group: _Group) -> None:
        """Count out a writer that was called, and does not write in the group."""
        group.called -= 1
        self._continue(group)

    def _leave(self, group: _Group) -> None:
        """Free the group after a member has written."""
        group.is_busy = False
        self._continue(group)

    def _continue(self, group: _Group) -> None:
        """Let the next writer join, or end the group if there is none."""
        if group.is_busy:
            return
        group.wake_next()
        if not group.called and group.takes_more:
            self._call(group)
        if not group.called:
            ending = asyncio.get_running_loop().create_task(self._end(group))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)

    async def _end(self, group: _Group) -> None:
        """Commit for all members, and let the next writer begin."""
        try:
            if not group.is_intact:
                raise TransactionLostError
            await self._disk.commit(group.connection)
        except BaseException as error:  # noqa: BLE001 - each member raises it
            group.committed.set_exception(error)
            group.committed.exception()  # marks it as read: no member may be left to do so
            self._drop_connection()
        else:
            if self._write_lock is not None:
                self._write_lock.release()
            group.committed.set_result(None)
        finally:
            self._pass_on()

    def _pass_on(self) -> None:
        """Let the next writer that waits begin a transaction."""
        turn = self._next()
        self._is_taken = turn is not None
        if turn is not None:
            turn.set_result(None)

    def _next(self) -> _Turn | None:
        """Return the next turn whose writer still waits."""
        for queue in (self._first, self._rest):
            while queue:
                turn = queue.popleft()
                if not turn.done():
                    return turn
        return None
