"""Slow reads of SQLite: in worker threads, on read-only connections of their own, limited in time.

The event loop goes on meanwhile: SQLite gives Python's lock away while it works, and Python's own
part, such as making objects of rows, takes turns with the loop.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, cast

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.driver import (
    SLOW_READS_AT_ONCE,
    STEPS_BETWEEN_CHECKS,
    ReadTimeoutError,
    Result,
    is_timeout,
)
from bot.database.sqlite_session import InlineSession, driver_of, open_engine


class SlowReader:
    """The threads and connections for slow reads of one database file."""

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url, read_only=True)
        self._threads = ThreadPoolExecutor(SLOW_READS_AT_ONCE, thread_name_prefix="slow-read")
        self._is_closing = False

    async def read(
        self, work: Callable[[AsyncSession], Awaitable[Result]], seconds: float
    ) -> Result:
        """Run ``work`` with a session in a worker thread; see ``Database.slow_read``."""
        reading = _Reading(lambda: self._is_closing, seconds)
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(
                self._threads, copy_context().run, self._run, work, reading
            )
        except asyncio.CancelledError:
            reading.is_cancelled = True
            raise

    def _run(
        self, work: Callable[[AsyncSession], Awaitable[Result]], reading: "_Reading"
    ) -> Result:
        reading.begin()
        with self._engine.connect() as connection:
            driver = driver_of(connection)
            driver.set_progress_handler(reading.is_over, STEPS_BETWEEN_CHECKS)
            try:
                return _run_to_end(_with_session(InlineSession(connection), work))
            except DBAPIError as error:
                if is_timeout(error):
                    raise ReadTimeoutError from error
                raise
            finally:
                driver.set_progress_handler(None, 0)

    async def close(self) -> None:
        """Stop what still runs, and close the connections."""
        self._is_closing = True
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)
        self._engine.dispose()


class _Reading:
    """When one slow read has to stop."""

    def __init__(self, is_closing: Callable[[], bool], seconds: float) -> None:
        self.is_cancelled = False
        self._is_closing = is_closing
        self._seconds = seconds
        self._deadline = 0.0  # monotonic seconds

    def begin(self) -> None:
        """Start the clock: the time in the queue does not count."""
        self._deadline = time.monotonic() + self._seconds

    def is_over(self) -> bool:
        """Return True if SQLite is to stop the statement that runs."""
        return self.is_cancelled or self._is_closing() or time.monotonic() > self._deadline


async def _with_session(
    session: InlineSession, work: Callable[[AsyncSession], Awaitable[Result]]
) -> Result:
    async with session:
        return await work(session)


def _run_to_end(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine that never suspends, and return its result.

    Raises:
        RuntimeError: it awaits something other than its session.
    """
    try:
        coroutine.send(None)
    except StopIteration as end:
        return cast("Result", end.value)
    coroutine.close()
    raise RuntimeError("a slow read may await nothing but its session")
