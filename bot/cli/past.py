"""What the commands that look back on past cases share: how far back, and the database."""

import re
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, tzinfo
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.cli.failure import Failure
from bot.config.settings import Settings
from bot.database.session import Database, migrate

Result = TypeVar("Result")
Since = Annotated[str, typer.Option(help="How far back: 90d, 12w, or a date such as 2026-08-01.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
DAYS = {"d": 1, "w": 7}


def moment(since: str, tz: tzinfo) -> datetime:
    """The moment that `--since` means where the company is; exit code 2 where it means none."""
    try:
        if match := re.fullmatch(r"(\d{1,5})([dw])", since.strip()):
            return clock.now() - timedelta(days=int(match.group(1)) * DAYS[match.group(2)])
        day = datetime.strptime(since.strip(), "%Y-%m-%d").replace(tzinfo=tz)
    except (ValueError, OverflowError):
        raise typer.BadParameter(
            f"{since!r} is no span of time; write 90d, 12w, or a date such as 2026-08-01",
            param_hint="--since",
        ) from None
    if day > clock.now():
        raise typer.BadParameter(f"{since} is still to come", param_hint="--since")
    return day


async def reading(settings: Settings, look: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
    """Look into the database within one transaction that changes nothing."""
    db = Database(settings.database_url)
    try:
        async with db.read() as session:
            return await look(session)
    except (SQLAlchemyError, OSError) as error:
        raise Failure(f"the database does not answer: {error}") from None
    finally:
        await db.close()


def prepared(settings: Settings) -> Settings:
    """The settings, once the database has the newest schema."""
    migrate(settings)
    return settings


def progress() -> Progress:
    """A bar on the standard error, which leaves the output as it is."""
    columns: tuple[Any, ...] = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=Console(file=sys.stderr), transient=True)
