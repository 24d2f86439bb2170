"""Private notes on a case, which only the company's agents read."""

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
    """Add a note to a case.

    Args:
        request_id: the page's own id of the note; repeating it returns the note that is there.
    """
    if request_id is not None:
        stored = await session.scalar(select(Note).where(Note.request_id == request_id))
        if stored is not None:
            return stored
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
    audit.record(session, case, author.name, "noted")
    return note


async def list_notes(session: AsyncSession, complaint_id: int) -> list[tuple[Note, Agent]]:
    """Return a case's notes with their authors, oldest first."""
    rows = await session.execute(
        select(Note, Agent)
        .join(Agent, Agent.id == Note.agent_id)
        .where(Note.complaint_id == complaint_id)
        .order_by(Note.id)
    )
    return [(note, author) for note, author in rows]
