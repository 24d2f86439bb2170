"""Fulfilments: remedies that the company's own system carries out, asked for until it answers."""

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

# So long an answer is asked for; whoever has accepted a remedy has until its promised date, too.
PATIENCE = timedelta(days=1)
# The wait doubles with every try up to this. What was accepted is asked about as often.
LONGEST_WAIT = timedelta(hours=1)
AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider says of a remedy, asked or by itself."""

    outcome: ProviderOutcome
    why: str = ""
    reference: str | None = None  # its own name for it
    after: timedelta | None = None  # when it wants to be asked again


@dataclass(frozen=True, slots=True)
class Wanted:
    """All that the provider needs to know of a remedy."""

    fulfilment: Fulfilment
    remedy: Compensation
    case: Complaint
    order: Order | None
    contact: Contact | None


def begin(session: AsyncSession, remedy: Compensation, provider: str, due_at: datetime) -> None:
    """Have a remedy carried out that is promised by ``due_at``."""
    now = clock.now()
    session.add(
        Fulfilment(
            compensation_id=remedy.id,
            provider=provider,
            idempotency_key=str(uuid.uuid4()),
            state=FulfilmentState.PENDING,
            next_at=now,
            give_up_at=now + PATIENCE,
            due_at=due_at,
            created_at=now,
        )
    )


async def take(session: AsyncSession, owner: str, lease: timedelta) -> list[Wanted]:
    """Those that are due to be asked for, ours for a while; whoever asks at once gets others."""
    now = clock.now()
    free = or_(Fulfilment.owned_until.is_(None), Fulfilment.owned_until < now)
    due = await session.scalars(
        select(Fulfilment)
        .where(Fulfilment.state == FulfilmentState.PENDING, Fulfilment.next_at <= now, free)
        .order_by(Fulfilment.next_at)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    taken = list(due)
    for one in taken:
        one.owner, one.owned_until, one.tries = owner, now + lease, one.tries + 1
    return [await _wanted(session, one) for one in taken]


async def _wanted(session: AsyncSession, one: Fulfilment) -> Wanted:
    remedy = await session.get_one(Compensation, one.compensation_id)
    return Wanted(
        one,
        remedy,
        await session.get_one(Complaint, remedy.complaint_id),
        await session.get(Order, remedy.order_id) if remedy.order_id else None,
        await session.get(Contact, remedy.contact_id) if remedy.contact_id else None,
    )


async def lock(session: AsyncSession, *where: ColumnElement[bool]) -> Fulfilment | None:
    """One fulfilment, held until the transaction ends."""
    query = select(Fulfilment).where(*where).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def is_known(session: AsyncSession, event_id: str) -> bool:
    """Whether the provider has called back with this event before."""
    query = select(ProviderTry.id).where(ProviderTry.event_id == event_id)
    return await session.scalar(query) is not None


def hear(
    session: AsyncSession, one: Fulfilment, answer: Answer, *, event_id: str | None = None
) -> FulfilmentState | None:
    """Take in what the provider says; the state that it ends in by this, if it does.

    Args:
        event_id: the callback's own id; None for the answer to what we asked.
    """
    now = clock.now()
    was_open = one.state == FulfilmentState.PENDING
    session.add(
        ProviderTry(
            fulfilment_id=one.id,
            at=now,
            event_id=event_id,
            is_error=answer.outcome == ProviderOutcome.LATER,
            outcome=f"{answer.outcome}: {answer.why}" if answer.why else answer.outcome,
        )
    )
    if event_id is None:
        one.owner = one.owned_until = None
    if not was_open:
        return None
    one.reference = answer.reference or one.reference
    one.problem = answer.why or None
    if answer.outcome in {ProviderOutcome.ACCEPTED, ProviderOutcome.LATER}:
        return _wait(one, answer, now)
    return _end(one, FulfilmentState(answer.outcome), now)


def _wait(one: Fulfilment, answer: Answer, now: datetime) -> FulfilmentState | None:
    """When it is asked for next; "lost" when there is no time left."""
    if answer.outcome == ProviderOutcome.ACCEPTED and not one.is_accepted:
        one.is_accepted = True
        one.give_up_at = max(one.give_up_at, one.due_at)
    if now >= one.give_up_at:
        return _end(one, FulfilmentState.LOST, now)
    longest = LONGEST_WAIT if one.is_accepted else min(LONGEST_WAIT, _doubled(one.tries))
    wait = max(longest * random.uniform(0.5, 1), answer.after or timedelta())  # noqa: S311
    one.next_at = min(now + wait, one.give_up_at)  # the last word is heard at the very end
    return None


def _doubled(tries: int) -> timedelta:
    return timedelta(seconds=2 ** min(tries, 20))


def _end(one: Fulfilment, state: FulfilmentState, now: datetime) -> FulfilmentState:
    one.state, one.ended_at = state, now
    return state


async def release_all(session: AsyncSession) -> None:
    """Let go of all: for a start on SQLite, where nobody else can be asking."""
    await session.execute(
        update(Fulfilment).where(Fulfilment.owner.is_not(None)).values(owner=None, owned_until=None)
    )


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is still to be carried out."""

    pending: int
    oldest: timedelta


async def backlog(session: AsyncSession) -> Backlog:
    """How many are pending, and for how long the oldest of them."""
    query = select(func.count(), func.min(Fulfilment.created_at)).where(
        Fulfilment.state == FulfilmentState.PENDING
    )
    count, since = (await session.execute(query)).one()
    return Backlog(count, clock.now() - since if count else timedelta())
