"""A case's history: every change and every reading of it, by whom and when."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.models import CaseEvent, Complaint

ASKED_KNOWN = "asked for what is known"
READ = "read"


def note(
    session: AsyncSession, complaint: Complaint, actor: str, event: str, /, **detail: Any
) -> None:
    """Add a line to the history: ``actor`` (bot, customer, an agent's name) did ``event``."""
    session.add(
        CaseEvent(complaint_id=complaint.id, at=clock.now(), actor=actor, what=event, detail=detail)
    )
