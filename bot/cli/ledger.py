"""`regalo ledger`: what was given to whom, and why."""

import asyncio
import sys

import typer

from bot import ledger
from bot.cli.failure import settings_or_fail
from bot.db import Database, migrate
from bot.settings import Settings

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

EXAMPLES = """\b
Examples:
  regalo ledger export > ledger.csv"""


@app.callback()
def _ledger() -> None:
    """Print what was given to whom, and why."""


@app.command(epilog=EXAMPLES)
def export() -> None:
    """Print the ledger as CSV, oldest line first; amounts are in minor units."""
    settings = settings_or_fail()
    migrate(settings)
    asyncio.run(_export(settings))


async def _export(settings: Settings) -> None:
    db = Database(settings.database_url)
    try:
        async with db.read() as session:
            await ledger.export(session, sys.stdout)
    finally:
        await db.close()
