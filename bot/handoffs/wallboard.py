"""The wallboard: the figures of the queue, the promises and the day, for supervisors."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.agents import accounts
from bot.agents.accounts import AgentStatus
from bot.cases import audit
from bot.context.company_context import CompanyContext
from bot.handoffs.queue_card import DUE_SOON
from bot.models import (
    Agent,
    Author,
    CaseEvent,
    Complaint,
    Handoff,
    HandoffEnding,
    HandoffState,
    Message,
    Promise,
    PromiseState,
)

APOLOGY_WINDOW = timedelta(hours=24)
# Seed text 003: apologise, take responsibility, compensate, all in sixty seconds.
APOLOGY_TARGET = timedelta(seconds=60)
MAX_PROMISES = 50


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """An open promise with its case's reference and the name of the agent who has it."""

    promise: Promise
    reference: str
    agent: str | None


@dataclass(frozen=True, slots=True)
class Wallboard:
    """Counts as of now; "today" begins at midnight in the company's time zone."""

    waiting: int
    longest_wait: timedelta | None
    active: int
    agents: list[AgentStatus]
    promises: list[PromiseLine]
    promises_open: int
    promises_due_soon: int
    promises_broken_today: int
    complaints: int  # of the last 24 hours
    within_a_minute: int
    median_seconds: float | None
    worst_seconds: float | None
    resolved_today: int
    returned_today: int
    answers_today: int  # messages of agents
    asked_known_today: int  # those that asked for a fact that was known


async def load(session: AsyncSession, context: CompanyContext) -> Wallboard:
    """Return the figures as of now."""
    now = clock.now()
    midnight = context.company.start_of_today()
    oldest = await session.scalar(
        select(func.min(Handoff.created_at)).where(Handoff.state == HandoffState.WAITING)
    )
    delays = await _apology_delays(session, now)
    on_time = [seconds for seconds in delays if seconds <= APOLOGY_TARGET.total_seconds()]
    is_open = Promise.state == PromiseState.OPEN
    ended_today = (Handoff.state == HandoffState.ENDED) & (Handoff.ended_at >= midnight)
    return Wallboard(
        waiting=await _count(session, Handoff.state == HandoffState.WAITING),
        longest_wait=now - oldest if oldest else None,
        active=await _count(session, Handoff.state == HandoffState.ACTIVE),
        agents=await accounts.list_statuses(session),
        promises=await _promises(session),
        promises_open=await _count(session, is_open),
        promises_due_soon=await _count(session, is_open, Promise.due_at < now + DUE_SOON),
        promises_broken_today=await _count(
            session, Promise.state == PromiseState.BROKEN, Promise.due_at >= midnight
        ),
        complaints=len(delays),
        within_a_minute=len(on_time),
        median_seconds=median(delays) if delays else None,
        worst_seconds=max(delays, default=None),
        resolved_today=await _count(
            session, ended_today, Handoff.ended_how == HandoffEnding.RESOLVED
        ),
        returned_today=await _count(
            session, ended_today, Handoff.ended_how == HandoffEnding.RETURNED
        ),
        answers_today=await _count(session, Message.author == Author.AGENT, Message.at >= midnight),
        asked_known_today=await _count(
            session, CaseEvent.what == audit.ASKED_KNOWN, CaseEvent.at >= midnight
        ),
    )


async def _apology_delays(session: AsyncSession, now: datetime) -> list[float]:
    """Return for each complaint of the last day the seconds until its apology, or until now."""
    rows = await session.execute(
        select(Complaint.first_message_at, Complaint.apologized_at).where(
            Complaint.first_message_at >= now - APOLOGY_WINDOW
        )
    )
    return [((apologized or now) - received).total_seconds() for received, apologized in rows]


async def _promises(session: AsyncSession) -> list[PromiseLine]:
    rows = await session.execute(
        select(Promise, Complaint.reference, Agent.name)
        .join(Complaint, Complaint.id == Promise.complaint_id)
        .outerjoin(
            Handoff, (Handoff.complaint_id == Complaint.id) & (Handoff.state == HandoffState.ACTIVE)
        )
        .outerjoin(Agent, Agent.id == Handoff.agent_id)
        .where(Promise.state == PromiseState.OPEN)
        .order_by(Promise.due_at)
        .limit(MAX_PROMISES)
    )
    return [PromiseLine(promise, reference, name) for promise, reference, name in rows]


async def _count(session: AsyncSession, *where: ColumnElement[bool]) -> int:
    return int(await session.scalar(select(func.count()).where(*where)) or 0)
