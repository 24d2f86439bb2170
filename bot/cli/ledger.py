"""`regalo ledger`: what was given to whom, and why."""

import asyncio
import json
import sys
from typing import Annotated

import typer

from bot.cli.failure import Failure, settings_or_fail
from bot.compensation import reversal
from bot.config.settings import Settings
from bot.context.company_context import load_company_context
from bot.database.session import Database, migrate
from bot.ledger import audit, entries

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

EXAMPLES = """\b
Examples:
  regalo ledger export > ledger.csv
  regalo ledger verify
  regalo ledger reverse 1042 --why "sent to the wrong customer" """


@app.callback()
def _ledger() -> None:
    """Print what was given to whom, check that it adds up, take back what should not be."""


@app.command(epilog=EXAMPLES)
def export() -> None:
    """Print the ledger as CSV, oldest line first; amounts are in minor units."""
    asyncio.run(_export(_settings()))


@app.command("verify", epilog=EXAMPLES)
def verify_(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Recompute every balance, state, budget and limit; say what does not add up.

    It ends with exit code 1 when something does not.
    """
    report = asyncio.run(_verify(_settings()))
    if as_json:
        told = {"lines": report.lines, "remedies": report.remedies, "budgets": report.budgets}
        print(json.dumps({**told, "findings": [one.as_dict() for one in report.findings]}))
    else:
        for one in report.findings:
            print(f"{one.check}: {one.where}: {one.what}")
        what = f"{report.lines} lines, {report.remedies} remedies, {report.budgets} budgets"
        print(f"{what}: {len(report.findings) or 'nothing'} wrong.")
    if report.findings:
        raise typer.Exit(1)


@app.command(epilog=EXAMPLES)
def reverse(
    entry: Annotated[int, typer.Argument(help="The line's entry_id, as the export has it.")],
    why: Annotated[str, typer.Option(help="The reason; it stays in the ledger.")],
    even_done: Annotated[
        bool, typer.Option("--even-done", help="It was paid or done, and it has come back.")
    ] = False,
) -> None:
    """Take back what a line gave, once: a voucher not yet spent, a refund not yet paid, a purchase.

    The customer is not told: whoever takes something back tells them.
    """
    if not why.strip():
        raise Failure("--why needs a reason: it stays in the ledger")
    for line in asyncio.run(_reverse(_settings(), entry, why.strip(), even_done=even_done)):
        print(line)


def _settings() -> Settings:
    settings = settings_or_fail()
    migrate(settings)
    return settings


async def _export(settings: Settings) -> None:
    db = Database(settings.database_url)
    try:
        async with db.read() as session:
            await entries.export(session, sys.stdout)
    finally:
        await db.close()


async def _verify(settings: Settings) -> audit.Report:
    db, context = Database(settings.database_url), load_company_context(settings)
    try:
        async with db.read() as session:
            return await audit.verify(session, context)
    finally:
        await db.close()


async def _reverse(settings: Settings, entry: int, why: str, *, even_done: bool) -> list[str]:
    db = Database(settings.database_url)
    try:
        async with db.write() as session:
            lines = await reversal.reverse(
                session, entry, "supervisor:command line", why, even_done=even_done
            )
            return [
                f"line {one.id}: {one.amount_minor} {one.currency} minor units from"
                f" {one.from_account} to {one.to_account}"
                for one in lines
            ]
    except reversal.CannotReverse as error:
        raise Failure(str(error)) from None
    finally:
        await db.close()
