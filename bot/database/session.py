"""The database: one engine a process, short transactions, and the migrations.

SQLite serves one machine, PostgreSQL several workers. On SQLite a transaction that writes takes
the write lock when it begins (``BEGIN IMMEDIATE``), so that what it read still holds when it
writes; on PostgreSQL the rows that matter are locked where they are read.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from bot.config.settings import Settings
from bot.database import sqlite_session
from bot.database.group_commit import GroupCommit

Result = TypeVar("Result")
MIGRATIONS = Path(__file__).parents[1] / "migrations"


class Database:
    """The way to the database; ``read`` and ``write`` each open one transaction."""

    def __init__(self, url: str) -> None:
        self.is_sqlite = url.startswith("sqlite")
        self._postgres = None if self.is_sqlite else _postgres_engine(url)
        self.engine = (
            self._postgres.sync_engine if self._postgres else sqlite_session.open_engine(url)
        )
        self._writer = GroupCommit(self.engine) if self.is_sqlite else None

    @asynccontextmanager
    async def write(self, *, first: bool = False) -> AsyncIterator[AsyncSession]:
        """A transaction that may change rows: committed at the end, or wholly undone.

        Args:
            first: on SQLite it goes before the others that wait, because somebody waits for it.
        """
        if self._writer is not None:
            async with self._writer.session(first=first) as session:
                yield session
        else:
            async with self._session() as session, session.begin():
                yield session

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A transaction that only looks; nothing it does is kept."""
        async with self._session() as session:
            yield session

    def _session(self) -> AsyncSession:
        if self._postgres is None:
            return sqlite_session.LoopSession(self.engine)
        return AsyncSession(self._postgres, expire_on_commit=False)

    async def run(self, work: Callable[[Connection], Result]) -> Result:
        """What ``work`` does, in one transaction that writes, for what wants the whole database."""
        if self._postgres is not None:
            async with self._postgres.begin() as connection:
                return await connection.run_sync(work)
        with self.engine.connect() as here:
            await sqlite_session.begin_to_write(here)
            done = work(here)
            here.commit()
            return done

    async def close(self) -> None:
        """Let go of every connection."""
        if self._writer is not None:
            self._writer.close()
        if self._postgres is not None:
            await self._postgres.dispose()
        else:
            self.engine.dispose()


def _postgres_engine(url: str) -> AsyncEngine:
    # `hide_parameters`: an error that is logged tells the statement, not what customers wrote.
    return create_async_engine(
        url, pool_size=10, max_overflow=20, pool_pre_ping=True, hide_parameters=True
    )


def migrate(settings: Settings) -> None:
    """Bring the database to the newest schema, making it if it is not there."""
    # Whoever only serves need not load it.
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
