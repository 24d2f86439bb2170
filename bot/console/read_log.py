"""Recording in a case's history who read it, in whichever way (design: private stays private)."""

from datetime import timedelta

from sqlalchemy import select

from bot import clock
from bot.cases import audit
from bot.models import Agent, CaseEvent, Complaint
from bot.runtime import Runtime

# Reading a case again within this time counts as the same reading.
SAME_READING = timedelta(minutes=10)


async def record_reading(runtime: Runtime, agent: Agent, case: Complaint) -> None:
    """Record that an agent reads a case."""
    recent = select(CaseEvent.id).where(
        CaseEvent.complaint_id == case.id,
        CaseEvent.actor == agent.name,
        CaseEvent.what == audit.READ,
        CaseEvent.at > clock.now() - SAME_READING,
    )
    async with runtime.db.read() as session:
        if await session.scalar(recent.limit(1)) is not None:
            return
    async with runtime.db.write() as session:
        audit.record(session, case, agent.name, audit.READ)


async def record_conversation(runtime: Runtime, agent: Agent, conversation_id: str) -> bool:
    """Record the reading of a conversation in its newest case; return False if it has no case."""
    newest = (
        select(Complaint)
        .where(Complaint.conversation_id == conversation_id)
        .order_by(Complaint.id.desc())
        .limit(1)
    )
    async with runtime.db.read() as session:
        case = await session.scalar(newest)
    if case is not None:
        await record_reading(runtime, agent, case)
    return case is not None
