"""The driver made for SQLite's speed: statements in the event loop, shared commits, fair turns.

``docs/database.md`` says why, what each part buys, and how to do without.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.driver import Result
from bot.database.group_commit import GroupCommit
from bot.database.slow_reader import SlowReader
from bot.database.sqlite_session import InlineSession, begin_to_write, open_engine


class FastSqliteDriver:
    """One database file: readers in the loop, one writer at a time, slow reads in threads."""

    def __init__(self, url: str) -> None:
        self.engine = open_engine(url)
        self._writer = GroupCommit(self.engine)
        self._slow_reader = SlowReader(url)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """See ``Database.read``."""
        async with InlineSession(self.engine) as session:
            yield session

    def write(self, *, goes_first: bool) -> AbstractAsyncContextManager[AsyncSession]:
        """See ``Database.write``."""
        return self._writer.session(goes_first=goes_first)

    async def slow_read(
        self, work: Callable[[AsyncSession], Awaitable[Result]], seconds: float
    ) -> Result:
        """See ``Database.slow_read``."""
        return await self._slow_reader.read(work, seconds)

    async def run_sync(self, work: Callable[[Connection], Result]) -> Result:
        """See ``Database.run_sync``."""
        with self.engine.connect() as connection:
            await begin_to_write(connection)
            result = work(connection)
            connection.commit()
            return result

    async def close(self) -> None:
        """See ``Database.close``."""
        self._writer.close()
        await self._slow_reader.close()
        self.engine.dispose()
