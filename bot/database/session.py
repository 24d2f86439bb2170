"""The database: short transactions that read or write, slow reads, and the migrations.

SQLite serves one edge, PostgreSQL several workers. On SQLite a transaction that writes takes the
write lock when it begins (``BEGIN IMMEDIATE``), so that what it read still holds when it writes; on
PostgreSQL the rows that matter are locked where they are read.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from sqlalchemy import Connection, Engine, make_url
from sqlalchemy.ext.asyncio import AsyncSession

from bot.config.database_url import is_sqlite
from bot.config.settings import Settings, SqliteDriver
from bot.database.driver import Driver, Result
from bot.database.fast_sqlite import FastSqliteDriver
from bot.database.plain_driver import PlainDriver

MIGRATIONS = Path(__file__).parents[1] / "migrations"
# How long one slow read may take on SQLite, and one of its statements on PostgreSQL.
SLOW_READ_SECONDS = 10.0


class Database:
    """One process's way to its database: ``read``, ``write`` and ``slow_read``."""

    def __init__(self, url: str, sqlite_driver: SqliteDriver = "fast") -> None:
        """Open no connection yet.

        Args:
            url: as ``Settings.database_url`` has it.
            sqlite_driver: which driver serves a SQLite file; PostgreSQL has one only.
        """
        self._is_sqlite = is_sqlite(url)
        self._driver: Driver = (
            FastSqliteDriver(url)
            if self._is_sqlite and sqlite_driver == "fast"
            else PlainDriver(url)
        )

    @property
    def engine(self) -> Engine:
        """SQLAlchemy's engine below the sessions, for its events."""
        return self._driver.engine

    @property
    def has_one_edge(self) -> bool:
        """True if no other edge process can use the database: a SQLite file has a lock beside it.

        Such an edge needs no leases and no relay, and what was begun before its start has ended.
        """
        return self._is_sqlite

    @property
    def has_one_writer(self) -> bool:
        """True if writers wait for each other, so that several rows belong in one transaction."""
        return self._is_sqlite

    def write(self, *, goes_first: bool = False) -> AbstractAsyncContextManager[AsyncSession]:
        """Open a transaction that may write: committed at the end, or rolled back as a whole.

        Args:
            goes_first: go before waiting writers (fast SQLite driver), because a customer waits.
        """
        return self._driver.write(goes_first=goes_first)

    def read(self) -> AbstractAsyncContextManager[AsyncSession]:
        """Open a transaction for quick reads; nothing that it changes is kept.

        SQLite's fast driver runs its statements in the event loop: whatever grows with the data
        belongs in ``slow_read``.
        """
        return self._driver.read()

    async def slow_read(
        self,
        work: Callable[[AsyncSession], Awaitable[Result]],
        *,
        seconds: float = SLOW_READ_SECONDS,
    ) -> Result:
        """Run reads that grow with the data, while the event loop goes on; return their result.

        At most ``SLOW_READS_AT_ONCE`` run in one process; the others wait. On SQLite ``work`` runs
        in a worker thread.

        Args:
            work: given a session that can only read; it may await nothing but that session.
            seconds: the time limit; ``math.inf`` for none.

        Raises:
            ReadTimeoutError: the time was up.
        """
        return await self._driver.slow_read(work, seconds)

    async def run_sync(self, work: Callable[[Connection], Result]) -> Result:
        """Run a function on one connection, in one transaction that writes; for migrations."""
        return await self._driver.run_sync(work)

    async def close(self) -> None:
        """Close every connection."""
        await self._driver.close()


def open_database(settings: Settings) -> Database:
    """Return the database that the settings name, with the driver that they choose."""
    return Database(settings.database_url, settings.sqlite_driver)


def migrate(settings: Settings) -> None:
    """Bring the database to the newest schema; make it, and its folder, if it is missing."""
    # Alembic takes long to import: only what migrates loads it.
    from alembic import command
    from alembic.config import Config

    url = settings.database_url
    if settings.is_sqlite and (path := make_url(url).database):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    # Alembic interpolates, so a per cent sign in a password is doubled.
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    command.upgrade(config, "head")
