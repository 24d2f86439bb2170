"""Database access for a command: the newest schema first, then one transaction."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cli.failure import Failure
from bot.config.settings import Settings
from bot.database.session import migrate, open_database

Result = TypeVar("Result")
Work = Callable[[AsyncSession], Awaitable[Result]]


def run_read(settings: Settings, work: Work[Result]) -> Result:
    """Return what ``work`` returns, run in one transaction that changes nothing, however long.

    ``work`` may await nothing but its session, see ``Database.slow_read``.

    Raises:
        Failure: the database does not answer.
    """
    migrate(settings)

    async def run() -> Result:
        db = open_database(settings)
        try:
            return await db.slow_read(work, seconds=math.inf)
        except BrokenPipeError:
            raise  # the reader of the output, not the database, has gone away
        except (SQLAlchemyError, OSError) as error:
            raise Failure(f"the database does not answer: {error}") from None
        finally:
            await db.close()

    return asyncio.run(run())


def run_write(settings: Settings, work: Work[Result]) -> Result:
    """Return what ``work`` returns, run in one transaction that is committed at its end."""
    migrate(settings)

    async def run() -> Result:
        db = open_database(settings)
        try:
            async with db.write() as session:
                return await work(session)
        finally:
            await db.close()

    return asyncio.run(run())
