"""Every reading of a case is in its history, whichever way it was read (design invariant 9)."""

from datetime import timedelta

from sqlalchemy import select

from bot import clock
from bot.cases import audit
from bot.models import Agent, CaseEvent, Complaint
from bot.runtime import Runtime

# Looking again within this time is the same reading.
READ_AGAIN = timedelta(minutes=10)


async def record(runtime: Runtime, person: Agent, case: Complaint) -> None:
    """Note that a person reads a case."""
    lately = select(CaseEvent.id).where(
        CaseEvent.complaint_id == case.id,
        CaseEvent.actor == person.name,
        CaseEvent.what == audit.READ,
        CaseEvent.at > clock.now() - READ_AGAIN,
    )
    async with runtime.db.read() as session:
        if await session.scalar(lately.limit(1)) is not None:
            return
    async with runtime.db.write() as session:
        audit.record(session, case, person.name, audit.READ)


async def record_conversation(runtime: Runtime, person: Agent, conversation_id: str) -> bool:
    """Note that a person reads a conversation, in its newest case; False when there is none."""
    newest = (
        select(Complaint)
        .where(Complaint.conversation_id == conversation_id)
        .order_by(Complaint.id.desc())
        .limit(1)
    )
    async with runtime.db.read() as session:
        case = await session.scalar(newest)
    if case is not None:
        await record(runtime, person, case)
    return case is not None
