"""Promises: what the customer was told would happen and by when; every wait has one."""

from datetime import datetime
from typing import Final, Literal

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.cases import audit
from bot.database.statements import compare_and_set, insert_row
from bot.models import STILL_OPEN, Agent, Complaint, Promise, PromiseState, table_of
from bot.models.transition import Transition

ANSWER = "answer"  # a person answers in this chat
COMMITMENT = "commitment"  # what an agent promised, in their words
AUTHORIZATION = "authorization"  # a supervisor answers what an agent asked for
# A promise ends once: it is kept, it is broken, or what it was for is not needed any more.
KEEP: Final = Transition({PromiseState.OPEN}, PromiseState.KEPT)
BREAK: Final = Transition({PromiseState.OPEN}, PromiseState.BROKEN)
Ending = Literal[PromiseState.KEPT, PromiseState.VOID]
# Made once, for they are asked for many messages.
_PROMISES = table_of(Promise)
_OPEN = (
    select(Promise)
    .where(Promise.complaint_id == bindparam("case"), Promise.state == PromiseState.OPEN)
    .order_by(Promise.due_at)
)
_END = (
    update(_PROMISES)
    .where(
        _PROMISES.c.complaint_id == bindparam("case"),
        _PROMISES.c.what == bindparam("promised"),
        _PROMISES.c.state == PromiseState.OPEN,
    )
    .values(state=bindparam("ended"))
)


async def make(
    session: AsyncSession,
    complaint: Complaint,
    what: str,
    due_at: datetime,
    compensation_id: int | None = None,
    *,
    words: str | None = None,
    by: Agent | None = None,
    request_id: str | None = None,
) -> Promise:
    """Promise ``what`` by ``due_at``; a commitment in the words of the agent who makes it."""
    promise = await insert_row(
        session,
        Promise,
        complaint_id=complaint.id,
        compensation_id=compensation_id,
        what=what,
        commitment=words,
        agent_id=by.id if by else None,
        request_id=request_id,
        due_at=due_at,
        state=PromiseState.OPEN,
        created_at=clock.now(),
    )
    actor = by.name if by else "bot"
    audit.note(session, complaint, actor, "promised", what=what, due_at=due_at.isoformat())
    return promise


async def open_promises(session: AsyncSession, complaint_id: int) -> list[Promise]:
    """What is promised in a case and not yet kept, the soonest first."""
    return list(await session.scalars(_OPEN, {"case": complaint_id}))


async def end(session: AsyncSession, complaint_id: int, what: str, state: Ending) -> None:
    """The open promises of one kind in a case were kept, or are void."""
    await session.flush()
    await session.execute(_END, {"case": complaint_id, "promised": what, "ended": state})


async def end_of(session: AsyncSession, compensation_id: int, state: Ending) -> None:
    """The open promise of a remedy was kept, or is void."""
    await session.execute(
        update(Promise)
        .where(Promise.compensation_id == compensation_id, Promise.state == PromiseState.OPEN)
        .values(state=state)
    )


async def keep(session: AsyncSession, promise: Promise) -> bool:
    """It was kept; False when it is no longer open."""
    return await _change(session, promise, KEEP)


async def count_broken(session: AsyncSession, complaint_id: int) -> int:
    """How many promises of a case were broken."""
    query = select(func.count()).where(
        Promise.complaint_id == complaint_id, Promise.state == PromiseState.BROKEN
    )
    return await session.scalar(query) or 0


async def falling_due(session: AsyncSession, before: datetime) -> list[int]:
    """The ids of open promises whose time comes before ``before``, the soonest first."""
    query = (
        select(Promise.id)
        .where(STILL_OPEN, Promise.due_at <= before)
        .order_by(Promise.due_at)
        .limit(50)
    )
    return list(await session.scalars(query))


async def break_(session: AsyncSession, promise: Promise) -> bool:
    """It was not kept in time; False when it is no longer open."""
    return await _change(session, promise, BREAK)


async def _change(
    session: AsyncSession, promise: Promise, transition: Transition[PromiseState]
) -> bool:
    return await compare_and_set(
        session,
        update(Promise)
        .where(Promise.id == promise.id, transition.is_allowed(Promise.state))
        .values(state=transition.target),
    )
