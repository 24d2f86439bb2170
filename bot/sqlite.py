"""SQLite for one event loop: statements run in it, and only what waits for the disk leaves it.

A statement of ours takes some ten microseconds; handing it to a thread and back, as drivers do that
must be ready for long ones, takes ten times that. So only a commit, which waits for the disk, goes
to a thread. A database that another process writes to is asked for again, and nothing is blocked
meanwhile. SQLAlchemy's aiosqlite dialect takes this driver for aiosqlite's.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable
from typing import Any, Self

# A writer waits for its turn instead of failing: longer than any transaction of ours.
BUSY_SECONDS = 20.0
# How soon a busy database is asked again; twice as late each time, up to the second.
SOON, LATE = 0.0005, 0.008


class Cursor:
    """A cursor; its results are there at once."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._cursor = database.cursor()

    async def __aenter__(self) -> Self:
        return self

    @property
    def description(self) -> Any:
        """What the columns of the result are called."""
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        """The id of the row that was inserted last."""
        return self._cursor.lastrowid

    async def execute(self, statement: str, parameters: Any = ()) -> Self:
        """Run a statement."""
        await _when_free(lambda: self._cursor.execute(statement, parameters))
        return self

    async def executemany(self, statement: str, rows: Iterable[Any]) -> Self:
        """Run a statement once for each row."""
        self._cursor.executemany(statement, rows)
        return self

    async def fetchall(self) -> list[Any]:
        """All rows of the result."""
        return self._cursor.fetchall()

    async def fetchone(self) -> Any:
        """The next row of a long result; None after the last."""
        return self._cursor.fetchone()

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        """The next rows of a long result."""
        return self._cursor.fetchmany(self._cursor.arraysize if size is None else size)

    async def close(self) -> None:
        """Let go of the result."""
        self._cursor.close()


class Connection:
    """A connection, with the part of aiosqlite's face that SQLAlchemy looks at."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._connection = database

    def cursor(self) -> Cursor:
        """A new cursor."""
        return Cursor(self._connection)

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open; SQLite itself ends one when the disk is full."""
        return self._connection.in_transaction

    async def create_function(self, *arguments: Any, **options: Any) -> None:
        """Give SQL a function of ours."""
        self._connection.create_function(*arguments, **options)

    async def commit(self) -> None:
        """Keep what was done. Once begun it comes to its end, even if nobody waits for it."""
        if not self._connection.in_transaction:
            return
        kept = asyncio.ensure_future(asyncio.to_thread(self._connection.commit))
        try:
            await asyncio.shield(kept)
        except asyncio.CancelledError:
            await asyncio.wait([kept])
            raise

    async def rollback(self) -> None:
        """Undo what was done; a transaction that only looked ends so, too."""
        self._connection.rollback()

    async def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def stop(self) -> None:
        """End the connection where nothing can be awaited, and free what it holds."""
        self._connection.close()


async def connect(*arguments: Any, **options: Any) -> Connection:
    """Connect as `sqlite3.connect` does; transactions are the caller's business.

    It does not wait for a busy database: ``_when_free`` does, and blocks nobody.
    """
    options |= {"timeout": 0, "isolation_level": None, "check_same_thread": False}
    return Connection(sqlite3.connect(*arguments, **options))


async def _when_free(run: Callable[[], object]) -> None:
    pause, waited = SOON, 0.0
    while True:
        try:
            run()
        except sqlite3.OperationalError as error:
            # What was read before another wrote cannot become right by waiting.
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or waited > BUSY_SECONDS:
                raise
        else:
            return
        await asyncio.sleep(pause)
        waited += pause
        pause = min(2 * pause, LATE)
