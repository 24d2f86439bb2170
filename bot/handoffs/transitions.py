"""The states of a handoff: every change from one to another is made here.

All but ``set_ended`` are a compare-and-set under the conversation's lock. So a bot's turn that ends
at the same moment comes either before the change or sees it, and of twenty agents who claim at once
one succeeds. Callers of ``set_ended`` hold that lock already.
"""

from typing import Final

from sqlalchemy import ColumnElement, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.customers import conversations
from bot.database.statements import compare_and_set
from bot.models import Agent, Handoff, HandoffEnding, HandoffState
from bot.models.transition import Transition

CLAIM: Final = Transition({HandoffState.WAITING}, HandoffState.ACTIVE)
TRANSFER: Final = Transition({HandoffState.WAITING, HandoffState.ACTIVE}, HandoffState.ACTIVE)
RELEASE: Final = Transition({HandoffState.ACTIVE}, HandoffState.WAITING)
END: Final = Transition({HandoffState.WAITING, HandoffState.ACTIVE}, HandoffState.ENDED)


async def set_claimed(session: AsyncSession, handoff: Handoff, agent: Agent) -> bool:
    """Assign a waiting handoff to the agent; return False if it is not waiting any more."""
    return await change(
        session,
        handoff,
        CLAIM.is_allowed(Handoff.state),
        state=CLAIM.target,
        agent_id=agent.id,
        claimed_at=clock.now(),
        read_at=None,
    )


async def set_transferred(session: AsyncSession, handoff: Handoff, to: Agent) -> bool:
    """Assign a handoff to another agent; return False if it has ended or changed hands."""
    before = handoff.agent_id
    return await change(
        session,
        handoff,
        TRANSFER.is_allowed(Handoff.state),
        Handoff.agent_id.is_(None) if before is None else Handoff.agent_id == before,
        state=TRANSFER.target,
        agent_id=to.id,
        claimed_at=handoff.claimed_at or clock.now(),
        read_at=None,
    )


async def set_released(session: AsyncSession, handoff: Handoff) -> bool:
    """Put a handoff back into the queue; return False if its agent does not have it any more."""
    return await change(
        session,
        handoff,
        RELEASE.is_allowed(Handoff.state),
        Handoff.agent_id == handoff.agent_id,
        state=RELEASE.target,
        agent_id=None,
        claimed_at=None,
        read_at=None,
        nudged_at=None,
    )


def set_ended(handoff: Handoff, how: HandoffEnding) -> None:
    """End a handoff.

    Raises:
        IllegalTransition: it has ended before.
    """
    handoff.state = END.after(handoff.state)
    handoff.ended_at, handoff.ended_how = clock.now(), how


async def change(
    session: AsyncSession, handoff: Handoff, *where: ColumnElement[bool], **values: object
) -> bool:
    """Lock the conversation and set columns if the conditions hold; return True if they did.

    The handoff is read anew.
    """
    await conversations.lock(session, handoff.conversation_id)
    statement = update(Handoff).where(Handoff.id == handoff.id, *where).values(**values)
    changed = await compare_and_set(session, statement)
    await session.refresh(handoff)
    return changed
