"""Fulfilments: remedies that the company's own system carries out. It is asked until it answers."""

import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.models import (
    Compensation,
    Complaint,
    Contact,
    Fulfilment,
    FulfilmentState,
    Order,
    ProviderOutcome,
    ProviderTry,
)

# After this time without an answer, the remedy has failed. A provider that accepted it has until
# the promised date, if that is later.
MAX_ASKING_TIME = timedelta(days=1)
# The wait doubles with each try up to this one, which also applies once the provider has accepted.
MAX_WAIT = timedelta(hours=1)
BATCH = 20  # fulfilments claimed at once


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """The provider's report on a remedy, as an answer or in a callback."""

    outcome: ProviderOutcome
    why: str = ""
    reference: str | None = None  # the provider's own id of it
    after: timedelta | None = None  # how long not to ask again


@dataclass(frozen=True, slots=True)
class FulfilmentTask:
    """A fulfilment with all rows that the request to the provider is built from."""

    fulfilment: Fulfilment
    remedy: Compensation
    case: Complaint
    order: Order | None
    contact: Contact | None


def schedule(session: AsyncSession, remedy: Compensation, provider: str, due_at: datetime) -> None:
    """Schedule a remedy to be carried out by ``due_at``, the promised date."""
    now = clock.now()
    session.add(
        Fulfilment(
            compensation_id=remedy.id,
            provider=provider,
            idempotency_key=str(uuid.uuid4()),
            state=FulfilmentState.PENDING,
            next_at=now,
            give_up_at=now + MAX_ASKING_TIME,
            due_at=due_at,
            created_at=now,
        )
    )


async def claim_due(session: AsyncSession, owner: str, lease: timedelta) -> list[FulfilmentTask]:
    """Lease the fulfilments that are due, so that no other worker asks for them meanwhile.

    Args:
        owner: names this worker.
        lease: after this time another worker may ask.
    """
    now = clock.now()
    free = or_(Fulfilment.owned_until.is_(None), Fulfilment.owned_until < now)
    due = await session.scalars(
        select(Fulfilment)
        .where(Fulfilment.state == FulfilmentState.PENDING, Fulfilment.next_at <= now, free)
        .order_by(Fulfilment.next_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    fulfilments = list(due)
    for fulfilment in fulfilments:
        fulfilment.owner, fulfilment.owned_until, fulfilment.tries = (
            owner,
            now + lease,
            fulfilment.tries + 1,
        )
    return [await _load_task(session, fulfilment) for fulfilment in fulfilments]


async def _load_task(session: AsyncSession, fulfilment: Fulfilment) -> FulfilmentTask:
    remedy = await session.get_one(Compensation, fulfilment.compensation_id)
    return FulfilmentTask(
        fulfilment,
        remedy,
        await session.get_one(Complaint, remedy.complaint_id),
        await session.get(Order, remedy.order_id) if remedy.order_id else None,
        await session.get(Contact, remedy.contact_id) if remedy.contact_id else None,
    )


async def lock(session: AsyncSession, *where: ColumnElement[bool]) -> Fulfilment | None:
    """Lock one fulfilment until the transaction ends; None if there is none."""
    query = select(Fulfilment).where(*where).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def has_event(session: AsyncSession, event_id: str) -> bool:
    """Return True if a callback with this event id was stored before."""
    query = select(ProviderTry.id).where(ProviderTry.event_id == event_id)
    return await session.scalar(query) is not None


def apply_answer(
    session: AsyncSession,
    fulfilment: Fulfilment,
    answer: ProviderAnswer,
    *,
    event_id: str | None = None,
) -> FulfilmentState | None:
    """Store an answer and apply it. Return the final state if the answer ends the fulfilment.

    Args:
        event_id: the id of a callback; None for the answer to a request.
    """
    now = clock.now()
    was_open = fulfilment.state == FulfilmentState.PENDING
    session.add(
        ProviderTry(
            fulfilment_id=fulfilment.id,
            at=now,
            event_id=event_id,
            is_error=answer.outcome == ProviderOutcome.LATER,
            outcome=f"{answer.outcome}: {answer.why}" if answer.why else answer.outcome,
        )
    )
    if event_id is None:
        fulfilment.owner = fulfilment.owned_until = None
    if not was_open:
        return None
    fulfilment.reference = answer.reference or fulfilment.reference
    fulfilment.problem = answer.why or None
    if answer.outcome in {ProviderOutcome.ACCEPTED, ProviderOutcome.LATER}:
        return _wait(fulfilment, answer, now)
    return _end(fulfilment, FulfilmentState(answer.outcome), now)


def _wait(fulfilment: Fulfilment, answer: ProviderAnswer, now: datetime) -> FulfilmentState | None:
    """Set when to ask next; end it as lost if there is no time left."""
    if answer.outcome == ProviderOutcome.ACCEPTED and not fulfilment.is_accepted:
        fulfilment.is_accepted = True
        fulfilment.give_up_at = max(fulfilment.give_up_at, fulfilment.due_at)
    if now >= fulfilment.give_up_at:
        return _end(fulfilment, FulfilmentState.LOST, now)
    longest = MAX_WAIT if fulfilment.is_accepted else min(MAX_WAIT, _backoff(fulfilment.tries))
    wait = max(longest * random.uniform(0.5, 1), answer.after or timedelta())  # noqa: S311
    fulfilment.next_at = min(now + wait, fulfilment.give_up_at)  # ask once more at the very end
    return None


def _backoff(tries: int) -> timedelta:
    return timedelta(seconds=2 ** min(tries, 20))


def _end(fulfilment: Fulfilment, state: FulfilmentState, now: datetime) -> FulfilmentState:
    fulfilment.state, fulfilment.ended_at = state, now
    return state


async def release_all(session: AsyncSession) -> None:
    """Release all leases. For a start on SQLite, where there is no other worker."""
    await session.execute(
        update(Fulfilment).where(Fulfilment.owner.is_not(None)).values(owner=None, owned_until=None)
    )


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many fulfilments are pending, and the age of the oldest."""

    pending: int
    oldest: timedelta


async def measure_backlog(session: AsyncSession) -> Backlog:
    """Count the pending fulfilments."""
    query = select(func.count(), func.min(Fulfilment.created_at)).where(
        Fulfilment.state == FulfilmentState.PENDING
    )
    count, since = (await session.execute(query)).one()
    return Backlog(count, clock.now() - since if count else timedelta())
