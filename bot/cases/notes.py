"""Private notes: what the people of the company write to each other about a case."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.cases import audit
from bot.models import Agent, Complaint, Note


async def add(
    session: AsyncSession,
    complaint_id: int,
    author: Agent,
    text: str,
    request_id: str | None = None,
) -> Note:
    """Write a note down; sent again with the same id, it is the same note."""
    if request_id is not None:
        known = await session.scalar(select(Note).where(Note.request_id == request_id))
        if known is not None:
            return known
    note = Note(
        complaint_id=complaint_id,
        agent_id=author.id,
        text=text,
        request_id=request_id,
        at=clock.now(),
    )
    session.add(note)
    await session.flush()
    case = await session.get_one(Complaint, complaint_id)
    audit.note(session, case, author.name, "noted")
    return note
