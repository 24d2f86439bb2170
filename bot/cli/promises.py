"""`regalo promises`: what customers were promised, and what has been done."""

from typing import Annotated

import typer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.cli.case import case_or_fail, reference_or_fail
from bot.cli.database import run_read, run_write
from bot.cli.failure import Failure, settings_or_fail
from bot.cli.tables import print_table, text_table
from bot.compensation import compensations
from bot.context.company_context import CompanyContext, load_company_context
from bot.conversation.agents.agent_offers import confirm_fulfilment
from bot.models import Complaint, Promise, PromiseState

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

EXAMPLES = """\b
Examples:
  regalo promises list
  regalo promises kept Q-4827-3916"""


@app.callback()
def _promises() -> None:
    """Show what customers were promised, and tell them when it is done."""


@app.command("list", epilog=EXAMPLES)
def list_() -> None:
    """Print the open promises, the soonest first."""
    settings = settings_or_fail()
    context = load_company_context(settings)
    run_read(settings, lambda session: _print_open(session, context))


@app.command(epilog=EXAMPLES)
def kept(
    reference: Annotated[str, typer.Argument(help="The case, such as Q-4827-3916.")],
) -> None:
    """Say that a case's promised remedy is done: the ledger and the customer learn of it."""
    known = reference_or_fail(reference)
    settings = settings_or_fail()
    context = load_company_context(settings)
    run_write(settings, lambda session: _fulfil(session, context, known))
    print(f"{known}: done, and the customer is told.")


async def _print_open(session: AsyncSession, context: CompanyContext) -> None:
    query = (
        select(Promise, Complaint.reference, Complaint.category)
        .join(Complaint, Complaint.id == Promise.complaint_id)
        .where(Promise.state == PromiseState.OPEN)
        .order_by(Promise.due_at)
    )
    table = text_table("due", "case", "about", "promised")
    for promise, reference, category in await session.execute(query):
        due = context.responses.show_at(promise.due_at, "en", clock.now())
        table.add_row(due, reference, category, promise.what)
    print_table(table)


async def _fulfil(session: AsyncSession, context: CompanyContext, reference: str) -> None:
    case = await case_or_fail(session, reference)
    remedy = await compensations.find_given(session, case)
    if remedy is None or not await confirm_fulfilment(
        session, context, case, remedy, "command line"
    ):
        raise Failure(f"case {reference} has no promised remedy that is still to be done")
