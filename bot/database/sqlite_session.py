"""SQLite for one event loop: statements run in it, and only what waits for the disk leaves it.

A statement of ours takes some ten microseconds. To hand it to a thread, or to a greenlet as
SQLAlchemy's drivers for asyncio do, takes longer than that, so it runs where it is called. What
waits does so elsewhere: a commit to a slow disk in a thread, and the beginning of a transaction
that writes, while another process writes, by asking again.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.session import JoinTransactionMode
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

# A writer waits for its turn instead of failing: longer than any transaction of ours.
BUSY_SECONDS = 20.0
# How soon a busy database is asked again; twice as late each time, up to the second.
SOON, LATE = 0.0005, 0.008
# Commits that take so long (in seconds), so many in a row, make the disk a slow one for a while.
SLOW, SLOW_TIMES, SLOW_FOR = 0.002, 2, 10.0
BEGIN_TO_WRITE = "BEGIN IMMEDIATE"


class LoopSession(AsyncSession):
    """A session whose statements run in the loop; what is not asked for often is as it was."""

    def __init__(
        self,
        bind: Engine | Connection,
        join_transaction_mode: JoinTransactionMode = "rollback_only",
    ) -> None:
        super().__init__(expire_on_commit=False, join_transaction_mode=join_transaction_mode)
        self.sync_session.bind = bind  # `AsyncSession` itself takes asyncio's engines only

    async def execute(self, *args: Any, **options: Any) -> Any:
        """As in `AsyncSession`."""
        return self.sync_session.execute(*args, **options)

    async def scalar(self, *args: Any, **options: Any) -> Any:
        """As in `AsyncSession`."""
        return self.sync_session.scalar(*args, **options)

    async def scalars(self, *args: Any, **options: Any) -> Any:
        """As in `AsyncSession`."""
        return self.sync_session.scalars(*args, **options)

    async def get(self, *args: Any, **options: Any) -> Any:
        """As in `AsyncSession`."""
        return self.sync_session.get(*args, **options)

    async def get_one(self, *args: Any, **options: Any) -> Any:
        """As in `AsyncSession`."""
        return self.sync_session.get_one(*args, **options)

    async def flush(self, *args: Any, **options: Any) -> None:
        """As in `AsyncSession`."""
        self.sync_session.flush(*args, **options)

    async def refresh(self, *args: Any, **options: Any) -> None:
        """As in `AsyncSession`."""
        self.sync_session.refresh(*args, **options)

    async def commit(self) -> None:
        """As in `AsyncSession`."""
        self.sync_session.commit()

    async def close(self) -> None:
        """As in `AsyncSession`."""
        self.sync_session.close()

    async def __aexit__(self, *_error: object) -> None:
        self.sync_session.close()  # nothing of it can be cut off, so it needs no task of its own


def open_engine(url: str) -> Engine:
    """The engine of a database file."""
    engine = create_engine(
        url,
        hide_parameters=True,  # an error that is logged does not tell what customers wrote
        poolclass=QueuePool,
        max_overflow=-1,  # nobody waits for a connection: the loop would stand still
        connect_args={"isolation_level": None, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin_to_read)
    # As they are, but that SQLAlchemy need not compile them each time.
    dialect: Any = engine.dialect
    dialect.do_savepoint = _bare("SAVEPOINT")
    dialect.do_release_savepoint = _bare("RELEASE")
    dialect.do_rollback_to_savepoint = _bare("ROLLBACK TO")
    return engine


def _prepare(driver: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    cursor = driver.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def driver_of(connection: Connection) -> sqlite3.Connection:
    """The driver's connection below SQLAlchemy's."""
    return cast("sqlite3.Connection", connection.connection.dbapi_connection)


def _begin_to_read(connection: Connection) -> None:
    """All that is read in a transaction is of one moment."""
    driver = driver_of(connection)
    if not driver.in_transaction:
        driver.execute("BEGIN")


def _bare(command: str) -> Callable[[Connection, str], None]:
    def run(connection: Connection, savepoint: str) -> None:
        driver_of(connection).execute(f"{command} {savepoint}")

    return run


async def begin_to_write(connection: Connection) -> None:
    """Begin a transaction as soon as nobody else writes: what it reads still holds when it writes.

    Raises:
        OperationalError: somebody has been writing for very long.
    """
    driver = driver_of(connection)
    driver.execute("PRAGMA busy_timeout = 0")  # the loop does not wait inside of SQLite
    pause, waited = SOON, 0.0
    while True:
        try:
            driver.execute(BEGIN_TO_WRITE)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or waited > BUSY_SECONDS:
                raise OperationalError(BEGIN_TO_WRITE, None, error) from error
        else:
            connection.begin()
            return
        await asyncio.sleep(pause)
        waited += pause
        pause = min(2 * pause, LATE)


class Disk:
    """Where one process's transactions are kept.

    A commit waits for the disk. That of a good one is there sooner than a thread would be; what
    another one takes is waited for in a thread, so that the loop goes on. One slow commit among
    quick ones is SQLite's moving the log into the database.
    """

    def __init__(self) -> None:
        self._slow_in_a_row = 0
        self._slow_until = 0.0

    async def commit(self, connection: Connection) -> None:
        """Keep what was done. Once begun it comes to its end, even if nobody waits for it."""
        began = time.monotonic()
        if began < self._slow_until:
            kept = asyncio.ensure_future(asyncio.to_thread(connection.commit))
            try:
                await asyncio.shield(kept)
            except asyncio.CancelledError:
                await asyncio.wait([kept])
                raise
            return
        connection.commit()
        is_slow = time.monotonic() - began > SLOW
        self._slow_in_a_row = self._slow_in_a_row + 1 if is_slow else 0
        if self._slow_in_a_row >= SLOW_TIMES:
            self._slow_in_a_row, self._slow_until = 0, began + SLOW_FOR
