"""SQLAlchemy's ordinary async sessions: for PostgreSQL, and for SQLite without our own fast paths.

On SQLite every statement is handed to the connection's thread (aiosqlite), each transaction commits
by itself, and SQLite's own busy timeout decides which writer goes next.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Connection, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from bot.database.driver import (
    BUSY_SECONDS,
    SLOW_READS_AT_ONCE,
    SQLITE_PRAGMAS,
    STEPS_BETWEEN_CHECKS,
    ReadTimeoutError,
    Result,
    is_timeout,
)

_BEGIN = "begin_sqlite"  # the execution option that says how SQLite begins a transaction
# Both last until the transaction ends.
_READ_ONLY = text(
    "SELECT set_config('statement_timeout', :timeout, true),"
    " set_config('transaction_read_only', 'on', true)"
)
_DEADLINE = "deadline"  # until when a connection's statements may run (monotonic seconds)


class PlainDriver:
    """One async engine; one session per transaction."""

    def __init__(self, url: str) -> None:
        self._is_sqlite = url.startswith("sqlite")
        self._async_engine = _sqlite_engine(url) if self._is_sqlite else _postgresql_engine(url)
        # A writer takes the write lock as it begins, so that what it has read still holds.
        self._writing_engine = (
            self._async_engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
            if self._is_sqlite
            else self._async_engine
        )
        self._slow_reads = asyncio.Semaphore(SLOW_READS_AT_ONCE)
        self.engine = self._async_engine.sync_engine

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """See ``Database.read``."""
        async with AsyncSession(self._async_engine, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def write(self, *, goes_first: bool) -> AsyncIterator[AsyncSession]:  # noqa: ARG002 - no queue
        """See ``Database.write``; the database decides who goes first."""
        async with (
            AsyncSession(self._writing_engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            if self._is_sqlite:
                await session.connection()  # begins now, and so takes the write lock
            yield session

    async def slow_read(
        self, work: Callable[[AsyncSession], Awaitable[Result]], seconds: float
    ) -> Result:
        """See ``Database.slow_read``; the async session never runs a statement in the loop."""
        try:
            async with self._slow_reads, self.read() as session:
                await self._limit(session, seconds)
                return await work(session)
        except DBAPIError as error:
            if is_timeout(error):
                raise ReadTimeoutError from error
            raise

    async def _limit(self, session: AsyncSession, seconds: float) -> None:
        """Let the transaction read only, and stop its statements when the time is up."""
        if self._is_sqlite:
            connection = await session.connection()
            connection.info[_DEADLINE] = time.monotonic() + seconds
            return
        milliseconds = 0 if math.isinf(seconds) else int(seconds * 1000)  # 0: no limit
        await session.execute(_READ_ONLY, {"timeout": str(milliseconds)})

    async def run_sync(self, work: Callable[[Connection], Result]) -> Result:
        """See ``Database.run_sync``."""
        async with self._writing_engine.begin() as connection:
            return await connection.run_sync(work)

    async def close(self) -> None:
        """See ``Database.close``."""
        await self._async_engine.dispose()


def _postgresql_engine(url: str) -> AsyncEngine:
    # `hide_parameters`: a logged error has the statement, but not what customers wrote.
    return create_async_engine(
        url, pool_size=10, max_overflow=20, pool_pre_ping=True, hide_parameters=True
    )


def _sqlite_engine(url: str) -> AsyncEngine:
    async_engine = create_async_engine(
        make_url(url).set(drivername="sqlite+aiosqlite"),
        connect_args={"timeout": BUSY_SECONDS},
        max_overflow=-1,
        hide_parameters=True,
    )
    engine = async_engine.sync_engine
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "invalidate", _undo)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "checkin", _forget_deadline)
    return async_engine


def _prepare(driver: Any, record: ConnectionPoolEntry) -> None:
    driver.isolation_level = None  # we send BEGIN ourselves: the driver never does for reads
    cursor = driver.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()

    def is_past_deadline() -> bool:
        deadline: float = record.info.get(_DEADLINE, math.inf)
        return time.monotonic() > deadline

    driver.run_async(
        lambda connection: connection.set_progress_handler(is_past_deadline, STEPS_BETWEEN_CHECKS)
    )


def _undo(
    driver: DBAPIConnection, _record: ConnectionPoolEntry, _error: BaseException | None
) -> None:
    # A task that is cancelled within a statement leaves its connection behind: without this it
    # would hold the write lock until it is garbage-collected.
    driver.rollback()


def _begin(connection: Connection) -> None:
    """Begin a transaction; its reads see one snapshot."""
    connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))


def _forget_deadline(
    _driver: DBAPIConnection | PoolProxiedConnection | None, record: ConnectionPoolEntry
) -> None:
    record.info.pop(_DEADLINE, None)
