"""Looks after the queue: gives waiting cases to people, takes them back, tells who waits.

Each case in a transaction of its own, the conversation first, so that nobody waits for anybody in
a circle, and one that fails holds up no other.
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
AT_ONCE = 50
# Whose console was open when we stopped has had no chance yet to give a sign of life.
GRACE = accounts.CASE_LEASE


async def release_absent(db: Database, context: CompanyContext) -> list[ConversationChange]:
    """Cases of people who are gone go back to the queue, and their customers are told."""
    async with db.read() as session:
        left = await assignment.find_orphaned(session, clock.now())
    steps = []
    for handoff_id in left[:AT_ONCE]:
        async with db.write() as session:
            found = await _locked(session, handoff_id)
            if found.id in await assignment.find_orphaned(session, clock.now()):
                step = await agent_actions.release(session, context, found, "bot")
                log.warning("agent_gone", handoff=found.id)
                steps += [step] if step else []
    return steps


async def assign(db: Database, context: CompanyContext) -> list[ConversationChange]:
    """Give waiting cases to whoever has the fewest, where the company wants it so."""
    if context.company.people.assignment != "automatic":
        return []
    async with db.read() as session:
        queue = list(
            await session.scalars(
                select(Handoff.id)
                .where(Handoff.state == HandoffState.WAITING)
                .order_by(*wait_estimate.QUEUE_ORDER)
                .limit(AT_ONCE)
            )
        )
    steps = []
    for handoff_id in queue:
        async with db.write() as session:
            found = await _locked(session, handoff_id)
            free = least_loaded(await accounts.list_statuses(session))
            if free is None:
                break
            try:
                steps.append(await agent_actions.claim(session, found, free.agent))
            except AlreadyClaimed:
                continue
    return steps


def least_loaded(people: list[AgentStatus]) -> AgentStatus | None:
    """Whoever is there, has room and has the fewest conversations for how many they can hold."""
    with_room = [one for one in people if one.has_room]
    return min(with_room, key=lambda one: one.load / one.agent.capacity, default=None)


async def notify_waiting(db: Database, context: CompanyContext) -> list[ConversationChange]:
    """Tell customers whom nobody has taken within the company's limit, once each."""
    now = clock.now()
    limit = context.company.people.claim_within
    async with db.read() as session:
        old = await session.execute(
            select(Handoff.id, Handoff.created_at)
            .where(
                Handoff.state == HandoffState.WAITING,
                Handoff.nudged_at.is_(None),
                Handoff.created_at < now - _shortest(limit),
            )
            .limit(AT_ONCE)
        )
        due = [one for one, since in old if context.calendar.due(since, limit) <= now]
    steps = []
    for handoff_id in due:
        async with db.write() as session:
            step = await agent_actions.notify_still_waiting(
                session, context, await _locked(session, handoff_id)
            )
            steps += [step] if step else []
    return steps


def _shortest(limit: Window) -> timedelta:
    """A span of business time takes at least as long by the wall clock."""
    return timedelta(hours=limit.business_hours or 0)


async def _locked(session: AsyncSession, handoff_id: int) -> Handoff:
    found = await session.get_one(Handoff, handoff_id)
    await conversations.lock(session, found.conversation_id)
    await session.refresh(found)
    return found
