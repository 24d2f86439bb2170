"""Looks after the queue: assigns cases, releases those of absent agents, tells who waits too long.

Each case has a transaction of its own, which locks the conversation first, so that there is no
deadlock. One that fails does not stop the others.
"""

from datetime import timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.agents import accounts
from bot.agents.accounts import AgentStatus
from bot.company.business_hours import Window
from bot.context.company_context import CompanyContext
from bot.conversation.agents import agent_actions
from bot.conversation.change import ConversationChange
from bot.customers import conversations
from bot.database.session import Database
from bot.handoffs import assignment, wait_estimate
from bot.handoffs.assignment import AlreadyClaimed
from bot.models import Handoff, HandoffState

log = structlog.get_logger()
AT_ONCE = 50  # cases
# After a start, consoles need so long to give a sign of life.
GRACE = accounts.CASE_LEASE


async def release_absent(db: Database, context: CompanyContext) -> list[ConversationChange]:
    """Put the cases of absent agents back into the queue, and tell their customers."""
    async with db.read() as session:
        orphaned = await assignment.find_orphaned(session, clock.now())
    changes = []
    for handoff_id in orphaned[:AT_ONCE]:
        async with db.write() as session:
            handoff = await _lock(session, handoff_id)
            if handoff.id in await assignment.find_orphaned(session, clock.now()):
                change = await agent_actions.release(session, context, handoff, "bot")
                log.warning("agent_gone", handoff=handoff.id)
                changes += [change] if change else []
    return changes


async def assign(db: Database, context: CompanyContext) -> list[ConversationChange]:
    """Assign waiting cases to the least loaded agents, if the company's profile says so."""
    if context.company.people.assignment != "automatic":
        return []
    async with db.read() as session:
        handoff_ids = list(
            await session.scalars(
                select(Handoff.id)
                .where(Handoff.state == HandoffState.WAITING)
                .order_by(*wait_estimate.QUEUE_ORDER)
                .limit(AT_ONCE)
            )
        )
    changes = []
    for handoff_id in handoff_ids:
        async with db.write() as session:
            handoff = await _lock(session, handoff_id)
            free = least_loaded(await accounts.list_statuses(session))
            if free is None:
                break
            try:
                changes.append(await agent_actions.claim(session, handoff, free.agent))
            except AlreadyClaimed:
                continue
    return changes


def least_loaded(statuses: list[AgentStatus]) -> AgentStatus | None:
    """Return the agent with room whose load is the smallest part of their capacity, if any."""
    with_room = [status for status in statuses if status.has_room]
    return min(with_room, key=lambda status: status.load / status.agent.capacity, default=None)


async def notify_waiting(db: Database, context: CompanyContext) -> list[ConversationChange]:
    """Tell customers whose case nobody has claimed within the company's limit, once each."""
    now = clock.now()
    limit = context.company.people.claim_within
    async with db.read() as session:
        candidates = await session.execute(
            select(Handoff.id, Handoff.created_at)
            .where(
                Handoff.state == HandoffState.WAITING,
                Handoff.nudged_at.is_(None),
                Handoff.created_at < now - _shortest(limit),
            )
            .limit(AT_ONCE)
        )
        due = [
            handoff_id
            for handoff_id, since in candidates
            if context.calendar.due(since, limit) <= now
        ]
    changes = []
    for handoff_id in due:
        async with db.write() as session:
            change = await agent_actions.notify_still_waiting(
                session, context, await _lock(session, handoff_id)
            )
            changes += [change] if change else []
    return changes


def _shortest(limit: Window) -> timedelta:
    """Return the shortest wall-clock time that a span of business time can take."""
    return timedelta(hours=limit.business_hours or 0)


async def _lock(session: AsyncSession, handoff_id: int) -> Handoff:
    handoff = await session.get_one(Handoff, handoff_id)
    await conversations.lock(session, handoff.conversation_id)
    await session.refresh(handoff)
    return handoff
