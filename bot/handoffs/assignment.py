"""Who has a case: taken by one person, passed on, given back to the queue, never by two at once."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.agents.accounts import LEASE
from bot.cases import audit
from bot.handoffs import transitions
from bot.models import Agent, Complaint, Handoff, HandoffState


class ClaimedBefore(Exception):
    """Somebody was faster; ``by`` is their name, None when nobody is needed any more."""

    def __init__(self, by: str | None) -> None:
        super().__init__(by)
        self.by = by


async def claim(session: AsyncSession, handoff: Handoff, person: Agent) -> Handoff:
    """Take a waiting case. Taking again what one has changes nothing.

    Raises:
        ClaimedBefore: it is no longer waiting.
    """
    if await transitions.claim(session, handoff, person):
        await _note(session, handoff, person.name, "claimed")
    elif handoff.state != HandoffState.ACTIVE or handoff.agent_id != person.id:
        raise ClaimedBefore(await holder(session, handoff))
    return handoff


async def transfer(session: AsyncSession, handoff: Handoff, to: Agent, actor: str) -> Agent | None:
    """Pass a case to ``to``, from whoever has it or from the queue; who had it before.

    Raises:
        ClaimedBefore: it has ended, or changed hands at the same moment.
    """
    before = handoff.agent_id
    had = await session.get(Agent, before) if before else None
    if not await transitions.transfer(session, handoff, to):
        raise ClaimedBefore(await holder(session, handoff))
    await _note(session, handoff, actor, "passed on", to=to.name)
    return had


async def release(session: AsyncSession, handoff: Handoff, actor: str) -> bool:
    """Put a case back into the queue, at the place it had; False when it is not in use."""
    released = await transitions.release(session, handoff)
    if released:
        await _note(session, handoff, actor, "released")
    return released


async def read(session: AsyncSession, handoff: Handoff, person: Agent) -> bool:
    """The person who has the case opened it; True the first time."""
    first = await transitions.change(
        session,
        handoff,
        Handoff.state == HandoffState.ACTIVE,
        Handoff.agent_id == person.id,
        Handoff.read_at.is_(None),
        read_at=clock.now(),
    )
    if first:
        await _note(session, handoff, person.name, "opened")
    return first


async def holder(session: AsyncSession, handoff: Handoff) -> str | None:
    """The name of the person who has a case."""
    person = await session.get(Agent, handoff.agent_id) if handoff.agent_id else None
    return person.name if person and handoff.state == HandoffState.ACTIVE else None


async def first_name(session: AsyncSession, handoff: Handoff | None) -> str | None:
    """What the customer may call the person who has the conversation."""
    if handoff is None or handoff.state != HandoffState.ACTIVE or handoff.agent_id is None:
        return None
    return (await session.get_one(Agent, handoff.agent_id)).first_name


async def left_behind(session: AsyncSession, now: datetime) -> list[int]:
    """The cases of people who are gone for longer than their lease, or may no longer sign in."""
    query = (
        select(Handoff.id)
        .join(Agent, Agent.id == Handoff.agent_id)
        .where(
            Handoff.state == HandoffState.ACTIVE,
            or_(Agent.seen_at.is_(None), Agent.seen_at < now - LEASE, Agent.is_active.is_(False)),
        )
        .order_by(Handoff.id)
    )
    return list(await session.scalars(query))


async def _note(
    session: AsyncSession, handoff: Handoff, actor: str, what: str, **detail: object
) -> None:
    case = await session.get_one(Complaint, handoff.complaint_id)
    audit.note(session, case, actor, what, **detail)
