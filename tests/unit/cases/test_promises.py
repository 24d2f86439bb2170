"""The endings of a promise, each from every state."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cases import promises
from bot.models import Promise, PromiseState

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


async def end_kept(session: AsyncSession, promise: Promise) -> None:
    await promises.settle(session, promise.complaint_id, promise.what, PromiseState.KEPT)


async def end_void(session: AsyncSession, promise: Promise) -> None:
    await promises.settle_for_remedy(session, promise.compensation_id or 0, PromiseState.VOID)


@pytest.mark.parametrize("before", PromiseState)
@pytest.mark.parametrize(
    ("change", "after"),
    [
        (promises.mark_kept, PromiseState.KEPT),
        (promises.mark_broken, PromiseState.BROKEN),
        (end_kept, PromiseState.KEPT),
        (end_void, PromiseState.VOID),
    ],
)
async def test_open_promise_ends_once(
    memory_session: AsyncSession,
    change: Callable[[AsyncSession, Promise], Awaitable[bool | None]],
    after: PromiseState,
    before: PromiseState,
) -> None:
    promise = Promise(
        complaint_id=1,
        compensation_id=7,
        what=promises.ANSWER,
        due_at=NOW,
        state=before,
        created_at=NOW,
    )
    memory_session.add(promise)
    await memory_session.flush()
    is_open = before is PromiseState.OPEN
    assert await change(memory_session, promise) in {is_open, None}
    await memory_session.refresh(promise)
    assert promise.state is (after if is_open else before)
