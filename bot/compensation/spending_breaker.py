"""The spending breaker: pauses the assistant's spending on errors, bursts and unusual hours.

A supervisor resumes it. What agents give is never paused.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import structlog
from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.company.profile import Company
from bot.compensation import queries
from bot.context.company_context import CompanyContext
from bot.database.session import Database
from bot.database.statements import compare_and_set, insert_if_absent
from bot.models import (
    Agent,
    Compensation,
    LedgerEntry,
    PauseReason,
    SpendingPause,
)
from bot.policy.breaker_spec import BurstSpec, UnusualHourSpec

log = structlog.get_logger()
# The usual value of an hour is its mean over so many days before today.
USUAL_DAYS = 28
# With fewer days of history, no hour counts as unusual.
MIN_DAYS = 7


@dataclass(frozen=True, slots=True)
class TripReason:
    """Why the breaker trips, with the figures for the supervisor who resumes the spending."""

    reason: PauseReason
    detail: dict[str, Any]


async def find_pause(session: AsyncSession) -> SpendingPause | None:
    """Return the open pause; None while the assistant may spend."""
    return await session.scalar(queries.OPEN_PAUSE)


async def is_paused(session: AsyncSession) -> bool:
    """Return True if the assistant's spending is paused."""
    return await find_pause(session) is not None


async def pause(
    session: AsyncSession, reason: PauseReason, detail: dict[str, Any], by: Agent | None = None
) -> SpendingPause:
    """Pause the assistant's spending; return the pause, which may have been open before.

    Args:
        by: the supervisor; None is the breaker or the command line.
    """
    known = await find_pause(session)
    if known is not None:
        return known
    values = {"reason": reason, "detail": detail, "at": clock.now()}
    await insert_if_absent(
        session, SpendingPause, is_open=True, paused_by=by.id if by else None, **values
    )
    paused = (await session.scalars(queries.OPEN_PAUSE)).one()
    log.warning("spending_paused", reason=paused.reason, **paused.detail)
    return paused


async def resume(session: AsyncSession, by: Agent | None) -> bool:
    """End the pause. Return False if the spending was not paused.

    Args:
        by: the supervisor; None is the command line.
    """
    resumed = await compare_and_set(
        session,
        update(SpendingPause)
        .where(SpendingPause.is_open)
        .values(is_open=False, resumed_at=clock.now(), resumed_by=by.id if by else None),
    )
    if resumed:
        log.warning("spending_resumed", by=by.email if by else "command line")
    return resumed


async def trip_if_needed(session: AsyncSession, context: CompanyContext) -> SpendingPause | None:
    """Trip the breaker if a limit is passed. Return the open pause, if there is one.

    Only what happened after the last pause counts: whoever ended it has seen the rest.
    """
    open_pause = await find_pause(session)
    if open_pause is not None or context.policy.breaker is None:
        return open_pause
    reason = await _find_reason(session, context)
    return await pause(session, reason.reason, reason.detail) if reason else None


async def watch(db: Database, context: CompanyContext) -> bool:
    """Trip the breaker if a limit is passed, and commit. Return True if spending is paused."""
    async with db.read() as session:
        if await is_paused(session):
            return True
        if context.policy.breaker is None or await _find_reason(session, context) is None:
            return False
    async with db.write() as session:
        return await trip_if_needed(session, context) is not None


async def _find_reason(session: AsyncSession, context: CompanyContext) -> TripReason | None:
    spec = context.policy.breaker
    since = await session.scalar(queries.LAST_RESUMED)
    since = since or datetime.min.replace(tzinfo=UTC)
    if spec is None:
        return None
    if spec.errors_in_a_row and await _are_last_tries_errors(session, since, spec.errors_in_a_row):
        return TripReason(PauseReason.ERRORS, {"in_a_row": spec.errors_in_a_row})
    if spec.burst and (reason := await _check_burst(session, since, spec.burst)):
        return reason
    if spec.unusual_hour:
        return await _check_unusual_hour(session, context.company, since, spec.unusual_hour)
    return None


async def _are_last_tries_errors(session: AsyncSession, since: datetime, times: int) -> bool:
    """Return True if the last tries with the provider all failed."""
    last = list(await session.scalars(queries.LAST_TRIES, {"since": since, "times": times}))
    return len(last) == times and all(last)


async def _check_burst(
    session: AsyncSession, since: datetime, burst: BurstSpec
) -> TripReason | None:
    begin = max(since, clock.now() - timedelta(minutes=burst.minutes))
    count = await session.scalar(queries.COUNT_GIVEN, {"since": begin}) or 0
    if count < burst.remedies:
        return None
    return TripReason(PauseReason.BURST, {"remedies": count, "minutes": burst.minutes})


async def _check_unusual_hour(
    session: AsyncSession, company: Company, since: datetime, spec: UnusualHourSpec
) -> TripReason | None:
    """Compare the value given in this hour of the company's day with the usual one."""
    now = clock.now()
    local = now.astimezone(company.tz)
    hour = local.replace(minute=0, second=0, microsecond=0)
    value = await _value(session, [(max(since, hour.astimezone(UTC)), now)])
    if value < spec.at_least.amount_minor:
        return None
    first = await session.scalar(queries.FIRST_GIVEN)
    today = local.date()
    known = (today - company.local_date(first)).days if first else 0
    if known < MIN_DAYS:
        return None
    days = [today - timedelta(days=back) for back in range(1, min(known, USUAL_DAYS) + 1)]
    usual = await _value(session, [_hour(company, day, local.hour) for day in days]) // len(days)
    if value <= spec.times * usual:
        return None
    currency = spec.at_least.currency
    return TripReason(
        PauseReason.UNUSUAL_HOUR, {"given": value, "usual": usual, "currency": currency}
    )


def _hour(company: Company, day: date, hour: int) -> tuple[datetime, datetime]:
    begin = datetime.combine(day, time(hour), company.tz).astimezone(UTC)
    return begin, begin + timedelta(hours=1)


async def _value(session: AsyncSession, spans: list[tuple[datetime, datetime]]) -> int:
    """Return the face value of what the assistant gave in these spans, in minor units."""
    within = [
        (LedgerEntry.created_at >= begin) & (LedgerEntry.created_at < end) for begin, end in spans
    ]
    query = (
        select(func.coalesce(func.sum(Compensation.value_minor), 0))
        .select_from(LedgerEntry)
        .join(Compensation, Compensation.id == LedgerEntry.compensation_id)
        .where(*queries.GIVEN_BY_BOT, or_(*within))
    )
    return int(await session.scalar(query) or 0)
