"""`regalo ledger`: print, verify and correct what was given to whom, and why."""

import json
import sys
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cli.database import run_read, run_write
from bot.cli.failure import Failure, settings_or_fail
from bot.compensation import reversal
from bot.context.company_context import load_company_context
from bot.ledger import audit, csv_export

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
# Who a correction from here is written down as.
ORIGINATOR = "supervisor:command line"

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
    run_read(settings_or_fail(), lambda session: csv_export.write_csv(session, sys.stdout))


@app.command("verify", epilog=EXAMPLES)
def verify_(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Recompute every balance, state, budget and limit; say what does not add up.

    It ends with exit code 1 when something does not.
    """
    settings = settings_or_fail()
    context = load_company_context(settings)
    report = run_read(settings, lambda session: audit.verify(session, context))
    if as_json:
        counts = {"lines": report.lines, "remedies": report.remedies, "budgets": report.budgets}
        findings = [finding.as_dict() for finding in report.findings]
        print(json.dumps({**counts, "findings": findings}))
    else:
        for finding in report.findings:
            print(f"{finding.check}: {finding.where}: {finding.what}")
        checked = f"{report.lines} lines, {report.remedies} remedies, {report.budgets} budgets"
        print(f"{checked}: {len(report.findings) or 'nothing'} wrong.")
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

    async def reverse_entry(session: AsyncSession) -> list[str]:
        lines = await reversal.reverse(session, entry, ORIGINATOR, why.strip(), even_done=even_done)
        return [
            f"line {line.id}: {line.amount_minor} {line.currency} minor units from"
            f" {line.from_account} to {line.to_account}"
            for line in lines
        ]

    try:
        printed = run_write(settings_or_fail(), reverse_entry)
    except reversal.CannotReverse as error:
        raise Failure(str(error)) from None
    print("\n".join(printed))
