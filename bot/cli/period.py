"""What the commands that look back on past cases share: the options and a progress bar."""

import re
import sys
from datetime import datetime, timedelta, tzinfo
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot import clock

Since = Annotated[str, typer.Option(help="How far back: 90d, 12w, or a date such as 2026-08-01.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
DAYS = {"d": 1, "w": 7}


def parse_since(since: str, tz: tzinfo) -> datetime:
    """Return the moment that `--since` names; a date begins at midnight in ``tz``.

    Raises:
        typer.BadParameter: it is neither a span nor a date, or lies in the future (exit code 2).
    """
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


def progress_bar() -> Progress:
    """Return a progress bar on the standard error, which leaves the output clean."""
    columns: tuple[Any, ...] = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=Console(file=sys.stderr), transient=True)
