"""The interface of the drivers behind ``Database``: the plain one, and the fast one for SQLite."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

Result = TypeVar("Result")

# Slow reads that one process runs at the same time; the next ones wait.
SLOW_READS_AT_ONCE = 4
# SQLite waits for another writer instead of failing: longer than any transaction of ours (seconds).
BUSY_SECONDS = 20.0
# How often SQLite asks whether a slow read is to stop: each so many steps of its virtual machine,
# which take about a millisecond.
STEPS_BETWEEN_CHECKS = 10_000
SQLITE_PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON")

_QUERY_CANCELED = "57014"  # PostgreSQL's SQLSTATE for a statement that passed its time limit
_SQLITE_INTERRUPT = 9  # SQLite's result code for a statement that was told to stop


class ReadTimeoutError(Exception):
    """A slow read passed its time limit."""


def is_timeout(error: DBAPIError) -> bool:
    """Return True if the database stopped a statement because its time was up."""
    return (
        getattr(error.orig, "sqlstate", None) == _QUERY_CANCELED
        or getattr(error.orig, "sqlite_errorcode", None) == _SQLITE_INTERRUPT
    )


class Driver(Protocol):
    """The five ways to one database; ``Database`` documents them."""

    engine: Engine

    def read(self) -> AbstractAsyncContextManager[AsyncSession]:
        """Open a transaction that reads."""

    def write(self, *, goes_first: bool) -> AbstractAsyncContextManager[AsyncSession]:
        """Open a transaction that may write."""

    async def slow_read(
        self, work: Callable[[AsyncSession], Awaitable[Result]], seconds: float
    ) -> Result:
        """Run reads that may take long, without holding up the event loop."""

    async def run_sync(self, work: Callable[[Connection], Result]) -> Result:
        """Run a function on one connection, in one transaction that writes."""

    async def close(self) -> None:
        """Close every connection."""
