"""The database: one engine a process, short transactions, and the migrations.

SQLite serves one machine, PostgreSQL several workers. On SQLite a transaction that writes takes
the write lock when it begins (``BEGIN IMMEDIATE``), so that what it read still holds when it
writes; on PostgreSQL the rows that matter are locked where they are read.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from sqlalchemy import CursorResult, Update, event, func, make_url, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot import sqlite
from bot.group_commit import GroupCommit
from bot.models import Base
from bot.settings import Settings

MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """The way to the database; ``read`` and ``write`` each open one transaction."""

    def __init__(self, url: str) -> None:
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgres_engine(url)
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
        if self._writer is None:
            async with self._session() as session:
                yield session
            return
        # SQLite's statements never leave the loop, so nothing can be cut off and left open.
        session = self._session()
        try:
            yield session
        finally:
            await session.close()

    def _session(self) -> AsyncSession:
        return AsyncSession(self.engine, expire_on_commit=False)

    async def close(self) -> None:
        """Let go of every connection."""
        if self._writer is not None:
            await self._writer.close()
        await self.engine.dispose()


async def changed_one(
    session: AsyncSession, statement: Update, values: Mapping[str, Any] | None = None
) -> bool:
    """Run a conditional update; whether it found its row, which nobody else then did."""
    result = await session.execute(
        statement, values, execution_options={"synchronize_session": False}
    )
    return cast("CursorResult[Any]", result).rowcount == 1


async def insert_if_absent(session: AsyncSession, model: type[Base], **values: Any) -> None:
    """Insert a row unless one with the same key is there, whoever else is doing the same now."""
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgres_insert
    await session.execute(insert(model).values(**values).on_conflict_do_nothing())


async def alone(session: AsyncSession, what: int) -> None:
    """Whoever does the same waits until this transaction ends; on SQLite every writer does."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(select(func.pg_advisory_xact_lock(what)))


# `hide_parameters`: an error that is logged tells the statement, not what customers wrote.
def _sqlite_engine(url: str) -> AsyncEngine:
    made_from = make_url(url)

    async def connect() -> sqlite.Connection:
        arguments, options = engine.dialect.create_connect_args(made_from)
        return await sqlite.connect(*arguments, **options)

    engine = create_async_engine(made_from, async_creator=connect, hide_parameters=True)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "invalidate")
    def undo(connection: Any, _record: ConnectionPoolEntry, _error: BaseException | None) -> None:
        # A task that is cancelled in the middle of a statement leaves its connection behind. Closed
        # without this, it would hold the write lock until somebody collects the garbage.
        connection.rollback()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        kind = connection.get_execution_options().get("begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {kind}")

    return engine


def _postgres_engine(url: str) -> AsyncEngine:
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
