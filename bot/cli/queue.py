"""`regalo queue`: the cases that wait for a person."""

import asyncio
from datetime import datetime

from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from bot import clock
from bot.cli.failure import settings_or_fail
from bot.config.settings import Settings
from bot.context.company_context import load_company_context
from bot.database.session import Database, migrate
from bot.handoffs.wait_estimate import QUEUE_ORDER
from bot.models import Complaint, Handoff, Promise

EXAMPLES = ("regalo queue",)


def main() -> None:
    """Print the cases that wait for a person, the most urgent first."""
    settings = settings_or_fail()
    migrate(settings)
    asyncio.run(_print(settings))


async def _print(settings: Settings) -> None:
    db, context = Database(settings.database_url), load_company_context(settings)
    due = (
        select(func.min(Promise.due_at))
        .where(Promise.complaint_id == Complaint.id, Promise.state == "open")
        .scalar_subquery()
    )
    query = (
        select(Handoff, Complaint, due)
        .join(Complaint, Complaint.id == Handoff.complaint_id)
        .where(Handoff.state == "waiting")
        .order_by(*QUEUE_ORDER)
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("priority", "case", "about", "because", "since", "promised"):
        table.add_column(heading, overflow="fold")
    async with db.read() as session:
        for handoff, case, due_at in await session.execute(query):
            now = clock.now()
            promised: datetime | None = due_at
            table.add_row(
                str(handoff.priority),
                case.reference,
                case.category,
                handoff.reason,
                context.responses.show_at(handoff.created_at, "en", now),
                context.responses.show_at(promised, "en", now) if promised else "",
            )
    await db.close()
    Console(highlight=False).print(table)
