"""The breaker: when something looks wrong, the assistant spends nothing until a person says so.

What people give is not stopped.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import structlog
from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.company.profile import Company
from bot.context.company_context import CompanyContext
from bot.database.session import Database
from bot.database.statements import compare_and_set, insert_if_absent
from bot.models import (
    Account,
    Agent,
    Compensation,
    LedgerEntry,
    PauseReason,
    ProviderTry,
    SpendingPause,
)
from bot.policy.breaker_spec import BurstSpec, UnusualHourSpec

log = structlog.get_logger()
# What is usual at an hour is its mean over so many days before.
USUAL_DAYS = 28
# Sooner nobody knows what is usual.
KNOWN_DAYS = 7
GIVEN_BY_THE_BOT = (LedgerEntry.from_account == Account.COMPANY, LedgerEntry.originator == "bot")
# Made once, for they are asked for each offer and choice.
_OPEN = select(SpendingPause).where(SpendingPause.is_open)
_LAST_RESUMED = select(func.max(SpendingPause.resumed_at))
_ONLY_ERRORS = (
    select(ProviderTry.is_error)
    .where(ProviderTry.at > bindparam("since"))
    .order_by(ProviderTry.id.desc())
    .limit(bindparam("times"))
)
_BURST = select(func.count()).where(*GIVEN_BY_THE_BOT, LedgerEntry.created_at > bindparam("since"))
_FIRST_GIVEN = select(func.min(LedgerEntry.created_at)).where(*GIVEN_BY_THE_BOT)


@dataclass(frozen=True, slots=True)
class Tripped:
    """Why the spending must stop, and the figures that say so."""

    reason: PauseReason
    detail: dict[str, Any]


async def open_pause(session: AsyncSession) -> SpendingPause | None:
    """The pause that stands; None while the assistant may spend."""
    return await session.scalar(_OPEN)


async def is_paused(session: AsyncSession) -> bool:
    """Whether the assistant gives nothing now."""
    return await open_pause(session) is not None


async def pause(
    session: AsyncSession, reason: PauseReason, detail: dict[str, Any], by: Agent | None = None
) -> SpendingPause:
    """Stop the assistant's spending; paused before, that pause stands."""
    known = await open_pause(session)
    if known is not None:
        return known
    values = {"reason": reason, "detail": detail, "at": clock.now()}
    await insert_if_absent(
        session, SpendingPause, is_open=True, paused_by=by.id if by else None, **values
    )
    paused = (await session.scalars(select(SpendingPause).where(SpendingPause.is_open))).one()
    log.warning("spending_paused", reason=paused.reason, **paused.detail)
    return paused


async def resume(session: AsyncSession, by: Agent | None) -> bool:
    """Let the assistant spend again; False when it was not paused.

    Args:
        by: the supervisor; None is somebody at the command line.
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


async def look(session: AsyncSession, context: CompanyContext) -> SpendingPause | None:
    """The pause that stands, or that must stand from now on.

    What happened before the last pause ended counts no more: whoever ended it has seen it.
    """
    standing = await open_pause(session)
    if standing is not None or context.policy.breaker is None:
        return standing
    tripped = await _tripped(session, context)
    return await pause(session, tripped.reason, tripped.detail) if tripped else None


async def watch(db: Database, context: CompanyContext) -> bool:
    """Stop the spending where it must stop, and commit that; whether it stands still."""
    async with db.read() as session:
        if await is_paused(session):
            return True
        if context.policy.breaker is None or await _tripped(session, context) is None:
            return False
    async with db.write() as session:
        return await look(session, context) is not None


async def _tripped(session: AsyncSession, context: CompanyContext) -> Tripped | None:
    spec = context.policy.breaker
    since = await session.scalar(_LAST_RESUMED)
    since = since or datetime.min.replace(tzinfo=UTC)
    if spec is None:
        return None
    if spec.errors_in_a_row and await _only_errors(session, since, spec.errors_in_a_row):
        return Tripped(PauseReason.ERRORS, {"in_a_row": spec.errors_in_a_row})
    if spec.burst and (tripped := await _burst(session, since, spec.burst)):
        return tripped
    if spec.unusual_hour:
        return await _unusual(session, context.company, since, spec.unusual_hour)
    return None


async def _only_errors(session: AsyncSession, since: datetime, times: int) -> bool:
    """Whether the last tries with the providers all failed."""
    last = list(await session.scalars(_ONLY_ERRORS, {"since": since, "times": times}))
    return len(last) == times and all(last)


async def _burst(session: AsyncSession, since: datetime, burst: BurstSpec) -> Tripped | None:
    begin = max(since, clock.now() - timedelta(minutes=burst.minutes))
    count = await session.scalar(_BURST, {"since": begin}) or 0
    if count < burst.remedies:
        return None
    return Tripped(PauseReason.BURST, {"remedies": count, "minutes": burst.minutes})


async def _unusual(
    session: AsyncSession, company: Company, since: datetime, spec: UnusualHourSpec
) -> Tripped | None:
    """Whether this hour's sum is far above what is usual at this hour where the company is."""
    now = clock.now()
    local = now.astimezone(company.tz)
    hour = local.replace(minute=0, second=0, microsecond=0)
    given = await _value(session, [(max(since, hour.astimezone(UTC)), now)])
    if given < spec.at_least.amount_minor:
        return None
    first = await session.scalar(_FIRST_GIVEN)
    today = local.date()
    known = (today - company.local_date(first)).days if first else 0
    if known < KNOWN_DAYS:
        return None
    days = [today - timedelta(days=back) for back in range(1, min(known, USUAL_DAYS) + 1)]
    usual = await _value(session, [_hour(company, day, local.hour) for day in days]) // len(days)
    if given <= spec.times * usual:
        return None
    currency = spec.at_least.currency
    return Tripped(PauseReason.UNUSUAL_HOUR, {"given": given, "usual": usual, "currency": currency})


def _hour(company: Company, day: date, hour: int) -> tuple[datetime, datetime]:
    begin = datetime.combine(day, time(hour), company.tz).astimezone(UTC)
    return begin, begin + timedelta(hours=1)


async def _value(session: AsyncSession, spans: list[tuple[datetime, datetime]]) -> int:
    """What the assistant gave in these spans, in value to the customers."""
    within = [
        (LedgerEntry.created_at >= begin) & (LedgerEntry.created_at < end) for begin, end in spans
    ]
    query = (
        select(func.coalesce(func.sum(Compensation.value_minor), 0))
        .select_from(LedgerEntry)
        .join(Compensation, Compensation.id == LedgerEntry.compensation_id)
        .where(*GIVEN_BY_THE_BOT, or_(*within))
    )
    return int(await session.scalar(query) or 0)
