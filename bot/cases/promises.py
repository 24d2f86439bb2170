"""Promises to customers: what will happen and by when; every wait has one."""

from datetime import datetime
from typing import Final, Literal

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.cases import audit, queries
from bot.database.statements import compare_and_set, insert_row
from bot.models import STILL_OPEN, Agent, Complaint, Promise, PromiseState, table_of
from bot.models.transition import Transition

# The kinds of promises beside those of remedies, which have the remedy's kind.
ANSWER = "answer"  # an agent answers in this chat
COMMITMENT = "commitment"  # what an agent promised, in their words
AUTHORIZATION = "authorization"  # a supervisor answers an agent's request
MAX_DUE = 50
# A promise ends once: it is kept, or broken, or void because it is not needed any more.
KEEP: Final = Transition({PromiseState.OPEN}, PromiseState.KEPT)
BREAK: Final = Transition({PromiseState.OPEN}, PromiseState.BROKEN)
Ending = Literal[PromiseState.KEPT, PromiseState.VOID]
# End a case's open promises of one kind. Built once: it runs in many turns.
_PROMISES = table_of(Promise)
_SETTLE = (
    update(_PROMISES)
    .where(
        _PROMISES.c.complaint_id == bindparam("case"),
        _PROMISES.c.what == bindparam("kind"),
        _PROMISES.c.state == PromiseState.OPEN,
    )
    .values(state=bindparam("ending"))
)


async def make(
    session: AsyncSession,
    complaint: Complaint,
    kind: str,
    due_at: datetime,
    compensation_id: int | None = None,
    *,
    words: str | None = None,
    by: Agent | None = None,
    request_id: str | None = None,
) -> Promise:
    """Make a promise to a case's customer.

    Args:
        kind: ANSWER, COMMITMENT, AUTHORIZATION, or the kind of a remedy.
        words: a commitment, as the agent wrote it.
        by: the agent who promises; None for the bot.
        request_id: the page's own id of a commitment, unique.

    Raises:
        IntegrityError: a promise with this ``request_id`` is there already.
    """
    promise = await insert_row(
        session,
        Promise,
        complaint_id=complaint.id,
        compensation_id=compensation_id,
        what=kind,
        commitment=words,
        agent_id=by.id if by else None,
        request_id=request_id,
        due_at=due_at,
        state=PromiseState.OPEN,
        created_at=clock.now(),
    )
    actor = by.name if by else "bot"
    audit.record(session, complaint, actor, "promised", what=kind, due_at=due_at.isoformat())
    return promise


async def list_all(session: AsyncSession, complaint_id: int) -> list[Promise]:
    """Return a case's promises in every state, oldest first."""
    query = select(Promise).where(Promise.complaint_id == complaint_id).order_by(Promise.id)
    return list(await session.scalars(query))


async def list_open(session: AsyncSession, complaint_id: int) -> list[Promise]:
    """Return a case's open promises, the soonest first."""
    return list(await session.scalars(queries.OPEN_PROMISES, {"case": complaint_id}))


async def list_due(session: AsyncSession, before: datetime) -> list[int]:
    """Return the ids of up to 50 open promises that fall due by ``before``, the soonest first."""
    query = (
        select(Promise.id)
        .where(STILL_OPEN, Promise.due_at <= before)
        .order_by(Promise.due_at)
        .limit(MAX_DUE)
    )
    return list(await session.scalars(query))


async def count_broken(session: AsyncSession, complaint_id: int) -> int:
    """Return how many promises of a case were broken."""
    query = select(func.count()).where(
        Promise.complaint_id == complaint_id, Promise.state == PromiseState.BROKEN
    )
    return await session.scalar(query) or 0


async def settle(session: AsyncSession, complaint_id: int, kind: str, ending: Ending) -> None:
    """End a case's open promises of one kind, as kept or void."""
    await session.flush()
    values = {"case": complaint_id, "kind": kind, "ending": ending}
    await session.execute(_SETTLE, values)


async def settle_for_remedy(session: AsyncSession, compensation_id: int, ending: Ending) -> None:
    """End a remedy's open promise, as kept or void."""
    await session.execute(
        update(Promise)
        .where(Promise.compensation_id == compensation_id, Promise.state == PromiseState.OPEN)
        .values(state=ending)
    )


async def mark_kept(session: AsyncSession, promise: Promise) -> bool:
    """Mark an open promise as kept; return False if it is no longer open."""
    return await _change(session, promise, KEEP)


async def mark_broken(session: AsyncSession, promise: Promise) -> bool:
    """Mark an open promise as broken; return False if it is no longer open."""
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
