"""`regalo promises`: what customers were promised, and what has been done."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from bot import clock
from bot.cli.failure import Failure, settings_or_fail
from bot.compensation import acceptance
from bot.config.settings import Settings
from bot.context.company_context import load_company_context
from bot.conversation.agents.agent_offers import fulfilled
from bot.database.session import Database, migrate
from bot.models import Complaint, Promise
from bot.text.case_reference import read_reference

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
    asyncio.run(_list(_settings()))


@app.command(epilog=EXAMPLES)
def kept(
    reference: Annotated[str, typer.Argument(help="The case, such as Q-4827-3916.")],
) -> None:
    """Say that a case's promised remedy is done: the ledger and the customer learn of it."""
    known = read_reference(reference)
    if known is None:
        raise Failure(f"{reference} is no case: a reference looks like Q-4827-3916")
    print(asyncio.run(_kept(_settings(), known)))


def _settings() -> Settings:
    settings = settings_or_fail()
    migrate(settings)
    return settings


async def _list(settings: Settings) -> None:
    db, context = Database(settings.database_url), load_company_context(settings)
    query = (
        select(Promise, Complaint.reference, Complaint.category)
        .join(Complaint, Complaint.id == Promise.complaint_id)
        .where(Promise.state == "open")
        .order_by(Promise.due_at)
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("due", "case", "about", "promised"):
        table.add_column(heading, overflow="fold")
    async with db.read() as session:
        for promise, reference, category in await session.execute(query):
            due = context.responses.show_at(promise.due_at, "en", clock.now())
            table.add_row(due, reference, category, promise.what)
    await db.close()
    Console(highlight=False).print(table)


async def _kept(settings: Settings, reference: str) -> str:
    db, context = Database(settings.database_url), load_company_context(settings)
    try:
        async with db.write() as session:
            case = await session.scalar(select(Complaint).where(Complaint.reference == reference))
            if case is None:
                raise Failure(f"there is no case {reference}")
            given = await acceptance.taken(session, case)
            if given is None or not await fulfilled(session, context, case, given, "command line"):
                raise Failure(f"case {reference} has no promised remedy that is still to be done")
    finally:
        await db.close()
    return f"{reference}: done, and the customer is told."
