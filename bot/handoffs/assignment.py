"""Assigning cases to agents: claim, transfer, release; never to two agents at once."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.agents.accounts import CASE_LEASE
from bot.cases import audit
from bot.handoffs import transitions
from bot.models import Agent, Complaint, Handoff, HandoffState


class AlreadyClaimed(Exception):
    """Another agent was faster; ``by`` is their name, None if the handoff has ended."""

    def __init__(self, by: str | None) -> None:
        super().__init__(by)
        self.by = by


async def claim(session: AsyncSession, handoff: Handoff, agent: Agent) -> Handoff:
    """Assign a waiting case to the agent; claiming it again changes nothing.

    Raises:
        AlreadyClaimed: the case is no longer waiting.
    """
    if await transitions.set_claimed(session, handoff, agent):
        await _record(session, handoff, agent.name, "claimed")
    elif handoff.state != HandoffState.ACTIVE or handoff.agent_id != agent.id:
        raise AlreadyClaimed(await _agent_name(session, handoff))
    return handoff


async def transfer(session: AsyncSession, handoff: Handoff, to: Agent, actor: str) -> Agent | None:
    """Assign the case to ``to``, from another agent or from the queue. Return the previous agent.

    Raises:
        AlreadyClaimed: the case has ended or was assigned to another agent at the same moment.
    """
    previous_id = handoff.agent_id
    previous = await session.get(Agent, previous_id) if previous_id else None
    if not await transitions.set_transferred(session, handoff, to):
        raise AlreadyClaimed(await _agent_name(session, handoff))
    await _record(session, handoff, actor, "passed on", to=to.name)
    return previous


async def release(session: AsyncSession, handoff: Handoff, actor: str) -> bool:
    """Put a case back into the queue at its old position. Return False if it is not active."""
    released = await transitions.set_released(session, handoff)
    if released:
        await _record(session, handoff, actor, "released")
    return released


async def mark_read(session: AsyncSession, handoff: Handoff, agent: Agent) -> bool:
    """Note that the agent who has the case opened it; return True the first time."""
    is_first = await transitions.change(
        session,
        handoff,
        Handoff.state == HandoffState.ACTIVE,
        Handoff.agent_id == agent.id,
        Handoff.read_at.is_(None),
        read_at=clock.now(),
    )
    if is_first:
        await _record(session, handoff, agent.name, "opened")
    return is_first


async def _agent_name(session: AsyncSession, handoff: Handoff) -> str | None:
    agent = await session.get(Agent, handoff.agent_id) if handoff.agent_id else None
    return agent.name if agent and handoff.state == HandoffState.ACTIVE else None


async def agent_first_name(session: AsyncSession, handoff: Handoff | None) -> str | None:
    """Return the first name of the agent who has the conversation, the only name customers see."""
    if handoff is None or handoff.state != HandoffState.ACTIVE or handoff.agent_id is None:
        return None
    return (await session.get_one(Agent, handoff.agent_id)).first_name


async def find_orphaned(session: AsyncSession, now: datetime) -> list[int]:
    """Return the ids of active handoffs whose agent is absent or may no longer sign in.

    Absent: no request or ping from the agent's console for longer than ``CASE_LEASE``.
    """
    query = (
        select(Handoff.id)
        .join(Agent, Agent.id == Handoff.agent_id)
        .where(
            Handoff.state == HandoffState.ACTIVE,
            or_(
                Agent.seen_at.is_(None),
                Agent.seen_at < now - CASE_LEASE,
                Agent.is_active.is_(False),
            ),
        )
        .order_by(Handoff.id)
    )
    return list(await session.scalars(query))


async def _record(
    session: AsyncSession, handoff: Handoff, actor: str, event: str, **detail: object
) -> None:
    case = await session.get_one(Complaint, handoff.complaint_id)
    audit.record(session, case, actor, event, **detail)
