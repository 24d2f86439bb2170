"""The transitions of a handoff, each from every state."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handoffs import transitions
from bot.models import (
    Agent,
    Conversation,
    Handoff,
    HandoffEnding,
    HandoffReason,
    HandoffState,
    table_of,
)
from bot.models.transition import IllegalTransition

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
LAURA, PEDRO = 1, 2
WAITING, ACTIVE, ENDED = HandoffState


async def handoff_in(session: AsyncSession, state: HandoffState) -> Handoff:
    """A handoff; Laura has it if it is active."""
    session.add(Conversation(id="c", channel="web", address="a", language="es", created_at=NOW))
    handoff = Handoff(
        conversation_id="c",
        complaint_id=1,
        state=state,
        reason=HandoffReason.WANTS_HUMAN,
        priority=3,
        due_at=NOW,
        agent_id=LAURA if state == ACTIVE else None,
        created_at=NOW,
    )
    session.add(handoff)
    await session.flush()
    return handoff


async def claim(session: AsyncSession, handoff: Handoff) -> bool:
    return await transitions.set_claimed(session, handoff, Agent(id=PEDRO))


async def transfer(session: AsyncSession, handoff: Handoff) -> bool:
    return await transitions.set_transferred(session, handoff, Agent(id=PEDRO))


async def end(session: AsyncSession, handoff: Handoff) -> bool:
    try:
        transitions.set_ended(handoff, HandoffEnding.RESOLVED)
    except IllegalTransition:
        return False
    await session.flush()
    return True


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        (claim, WAITING, ACTIVE),
        (claim, ACTIVE, None),
        (claim, ENDED, None),
        (transfer, WAITING, ACTIVE),
        (transfer, ACTIVE, ACTIVE),
        (transfer, ENDED, None),
        (transitions.set_released, WAITING, None),
        (transitions.set_released, ACTIVE, WAITING),
        (transitions.set_released, ENDED, None),
        (end, WAITING, ENDED),
        (end, ACTIVE, ENDED),
        (end, ENDED, None),
    ],
)
async def test_transition_is_allowed_only_from_its_source_states(
    memory_session: AsyncSession,
    change: Callable[[AsyncSession, Handoff], Awaitable[bool]],
    before: HandoffState,
    after: HandoffState | None,
) -> None:
    handoff = await handoff_in(memory_session, before)
    assert await change(memory_session, handoff) is (after is not None)
    await memory_session.refresh(handoff)
    assert handoff.state is (after or before)
    if change in {claim, transfer} and after:
        assert handoff.agent_id == PEDRO


async def test_transfer_is_refused_after_the_handoff_was_reassigned(
    memory_session: AsyncSession,
) -> None:
    handoff = await handoff_in(memory_session, ACTIVE)
    # Behind the session's back, as another process does it.
    await memory_session.execute(update(table_of(Handoff)).values(agent_id=PEDRO))
    assert handoff.agent_id == LAURA
    assert not await transitions.set_transferred(memory_session, handoff, Agent(id=3))
    assert handoff.agent_id == PEDRO
