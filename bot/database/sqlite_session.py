"""Statements that run in the caller's thread, behind the interface of an async session.

A statement of ours takes some ten microseconds on SQLite. To hand it to a thread, or to a greenlet
as SQLAlchemy's drivers for asyncio do, takes longer than that, so it runs where it is called: in
the event loop, or in the thread of a slow read. What waits does so elsewhere: a commit to a slow
disk in a thread, and the beginning of a transaction that writes, while another process writes, by
asking again.
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

from bot.database.driver import BUSY_SECONDS, SQLITE_PRAGMAS

# A busy database is asked again after so many seconds; each time twice as many, up to the second.
FIRST_PAUSE, LONGEST_PAUSE = 0.0005, 0.008
# A disk counts as slow for so many seconds after so many slow commits in a row.
SLOW_COMMIT_SECONDS, SLOW_COMMITS, SLOW_DISK_SECONDS = 0.002, 2, 10.0
BEGIN_TO_WRITE = "BEGIN IMMEDIATE"


class InlineSession(AsyncSession):
    """An async session that never suspends: its statements run in the thread that calls it.

    The methods that are called for every message are short-cut; the others are ``AsyncSession``'s.
    """

    def __init__(
        self,
        bind: Engine | Connection,
        join_transaction_mode: JoinTransactionMode = "rollback_only",
    ) -> None:
        super().__init__(expire_on_commit=False, join_transaction_mode=join_transaction_mode)
        self.sync_session.bind = bind  # `AsyncSession` itself takes asyncio's engines only

    async def execute(self, *args: Any, **options: Any) -> Any:
        """See ``AsyncSession``."""
        return self.sync_session.execute(*args, **options)

    async def scalar(self, *args: Any, **options: Any) -> Any:
        """See ``AsyncSession``."""
        return self.sync_session.scalar(*args, **options)

    async def scalars(self, *args: Any, **options: Any) -> Any:
        """See ``AsyncSession``."""
        return self.sync_session.scalars(*args, **options)

    async def get(self, *args: Any, **options: Any) -> Any:
        """See ``AsyncSession``."""
        return self.sync_session.get(*args, **options)

    async def get_one(self, *args: Any, **options: Any) -> Any:
        """See ``AsyncSession``."""
        return self.sync_session.get_one(*args, **options)

    async def flush(self, *args: Any, **options: Any) -> None:
        """See ``AsyncSession``."""
        self.sync_session.flush(*args, **options)

    async def refresh(self, *args: Any, **options: Any) -> None:
        """See ``AsyncSession``."""
        self.sync_session.refresh(*args, **options)

    async def commit(self) -> None:
        """See ``AsyncSession``."""
        self.sync_session.commit()

    async def close(self) -> None:
        """See ``AsyncSession``."""
        self.sync_session.close()

    async def __aexit__(self, *_error: object) -> None:
        self.sync_session.close()  # it cannot be cancelled half-way, so it needs no task of its own


def open_engine(url: str, *, read_only: bool = False) -> Engine:
    """Return the engine of a database file.

    Args:
        read_only: SQLite refuses every change on its connections.
    """
    engine = create_engine(
        url,
        hide_parameters=True,  # an error that is logged does not tell what customers wrote
        poolclass=QueuePool,
        max_overflow=-1,  # nobody waits for a connection: the loop would wait with them
        connect_args={"isolation_level": None, "check_same_thread": False},
    )
    pragmas = (*SQLITE_PRAGMAS, "query_only = ON") if read_only else SQLITE_PRAGMAS

    @event.listens_for(engine, "connect")
    def prepare(driver: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        cursor = driver.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    event.listen(engine, "begin", _begin_to_read)
    # The same commands as SQLAlchemy's, which compiles them anew each time.
    dialect: Any = engine.dialect
    dialect.do_savepoint = _savepoint_command("SAVEPOINT")
    dialect.do_release_savepoint = _savepoint_command("RELEASE")
    dialect.do_rollback_to_savepoint = _savepoint_command("ROLLBACK TO")
    return engine


def driver_of(connection: Connection) -> sqlite3.Connection:
    """Return the driver's connection below SQLAlchemy's."""
    return cast("sqlite3.Connection", connection.connection.dbapi_connection)


def _begin_to_read(connection: Connection) -> None:
    """Begin a transaction; all that is read in it is of one moment."""
    driver = driver_of(connection)
    if not driver.in_transaction:
        driver.execute("BEGIN")


def _savepoint_command(command: str) -> Callable[[Connection, str], None]:
    def run(connection: Connection, savepoint: str) -> None:
        driver_of(connection).execute(f"{command} {savepoint}")

    return run


async def begin_to_write(connection: Connection) -> None:
    """Begin a transaction with the write lock, as soon as no other process has it.

    What the transaction reads still holds when it writes.

    Raises:
        OperationalError: another process has been writing for ``BUSY_SECONDS``.
    """
    driver = driver_of(connection)
    driver.execute("PRAGMA busy_timeout = 0")  # SQLite must not wait in the event loop
    pause, waited = FIRST_PAUSE, 0.0
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
        pause = min(2 * pause, LONGEST_PAUSE)


class DiskCommit:
    """Commits the transactions of one process, in the loop or, on a slow disk, in a thread.

    A good disk has stored a commit sooner than a thread would begin; a slow one is waited for in a
    thread, so that the loop goes on. One slow commit among quick ones is SQLite's moving its log
    into the database, so it takes ``SLOW_COMMITS`` in a row to call the disk slow.
    """

    def __init__(self) -> None:
        self._slow_in_a_row = 0
        self._slow_until = 0.0  # monotonic seconds

    async def commit(self, connection: Connection) -> None:
        """Commit the connection's transaction, to the end even if the caller is cancelled."""
        began = time.monotonic()
        if began < self._slow_until:
            committing = asyncio.ensure_future(asyncio.to_thread(connection.commit))
            try:
                await asyncio.shield(committing)
            except asyncio.CancelledError:
                await asyncio.wait([committing])
                raise
            return
        connection.commit()
        is_slow = time.monotonic() - began > SLOW_COMMIT_SECONDS
        self._slow_in_a_row = self._slow_in_a_row + 1 if is_slow else 0
        if self._slow_in_a_row >= SLOW_COMMITS:
            self._slow_in_a_row, self._slow_until = 0, began + SLOW_DISK_SECONDS
