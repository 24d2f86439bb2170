"""A case's history: every change and every reading of it, by whom and when (append-only)."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.models import CaseEvent, Complaint

ASKED_KNOWN = "asked for what is known"
READ = "read"


def record(
    session: AsyncSession, complaint: Complaint, actor: str, event: str, /, **detail: Any
) -> None:
    """Add a line to a case's history.

    Args:
        actor: "bot", "customer", "system", or an agent's name.
        event: what was done, in words that supervisors read.
        detail: JSON values.
    """
    session.add(
        CaseEvent(complaint_id=complaint.id, at=clock.now(), actor=actor, what=event, detail=detail)
    )


async def list_events(session: AsyncSession, complaint_id: int) -> list[CaseEvent]:
    """Return a case's whole history, oldest first."""
    query = select(CaseEvent).where(CaseEvent.complaint_id == complaint_id).order_by(CaseEvent.id)
    return list(await session.scalars(query))
