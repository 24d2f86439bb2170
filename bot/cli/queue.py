"""`regalo queue`: the cases that wait for a person."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.cli.database import run_read
from bot.cli.failure import settings_or_fail
from bot.cli.tables import print_table, text_table
from bot.context.company_context import CompanyContext, load_company_context
from bot.handoffs.wait_estimate import QUEUE_ORDER
from bot.models import Complaint, Handoff, HandoffState, Promise, PromiseState

EXAMPLES = ("regalo queue",)


def main() -> None:
    """Print the cases that wait for a person, the most urgent first."""
    settings = settings_or_fail()
    context = load_company_context(settings)
    run_read(settings, lambda session: _print_queue(session, context))


async def _print_queue(session: AsyncSession, context: CompanyContext) -> None:
    due = (
        select(func.min(Promise.due_at))
        .where(Promise.complaint_id == Complaint.id, Promise.state == PromiseState.OPEN)
        .scalar_subquery()
    )
    query = (
        select(Handoff, Complaint, due)
        .join(Complaint, Complaint.id == Handoff.complaint_id)
        .where(Handoff.state == HandoffState.WAITING)
        .order_by(*QUEUE_ORDER)
    )
    now = clock.now()
    table = text_table("priority", "case", "about", "because", "since", "promised")
    for handoff, case, due_at in await session.execute(query):
        promised: datetime | None = due_at
        table.add_row(
            str(handoff.priority),
            case.reference,
            case.category,
            handoff.reason,
            context.responses.show_at(handoff.created_at, "en", now),
            context.responses.show_at(promised, "en", now) if promised else "",
        )
    print_table(table)
