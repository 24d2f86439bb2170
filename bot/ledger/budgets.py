"""Budgets of a day, a week and a month: reserved together, so that no race can exceed any."""

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import ColumnElement, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.statements import compare_and_set, insert_if_absent
from bot.ledger.queries import PERIODS, SPENT_OF_BUDGETS
from bot.models import Budget, Period
from bot.money import Money


def period_start(period: Period, day: date) -> date:
    """Return the first day of the period that a day belongs to; a week begins on Monday."""
    if period == Period.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if period == Period.MONTH else day


async def reserve(
    session: AsyncSession, day: date, amount: Money, limits: Mapping[str, Money | None]
) -> bool:
    """Take ``amount`` from each budget of a day; return False, and take nothing, if one is short.

    Periods without a limit are counted, too, so that a limit set later finds its sum.

    Args:
        day: the day in the company's time zone.
        limits: what the bot may give away in each period, in the same currency.
    """
    for index, period in enumerate(PERIODS):
        if not await _take(session, period, day, amount, limits.get(period)):
            await _return(session, PERIODS[:index], day, amount)
            return False
    return True


async def release(session: AsyncSession, day: date, amount: Money) -> None:
    """Put ``amount`` back into the budgets of the day that it was reserved on."""
    await _return(session, PERIODS, day, amount)


async def remaining(
    session: AsyncSession, day: date, currency: str, limits: Mapping[str, Money | None]
) -> Money | None:
    """Return what the tightest budget of a day still allows; None if no period has a limit."""
    limited = {period: limit.amount_minor for period, limit in limits.items() if limit is not None}
    if not limited:
        return None
    starts = {f"{period}_start": period_start(period, day) for period in PERIODS}
    rows = await session.execute(SPENT_OF_BUDGETS, {"currency": currency, **starts})
    spent = {row.period: row.spent_minor for row in rows}
    smallest = min(limit - spent.get(period, 0) for period, limit in limited.items())
    return Money(max(smallest, 0), currency)


async def _take(
    session: AsyncSession, period: Period, day: date, amount: Money, limit: Money | None
) -> bool:
    await insert_if_absent(
        session,
        Budget,
        period=period,
        starts_on=period_start(period, day),
        currency=amount.currency,
        spent_minor=0,
        untold_minor=0,
    )
    spent = Budget.spent_minor + amount.amount_minor
    within_limit = [] if limit is None else [spent <= limit.amount_minor]
    statement = update(Budget).where(*_key(period, day, amount.currency), *within_limit)
    return await compare_and_set(session, statement.values(spent_minor=spent))


async def _return(
    session: AsyncSession, periods: tuple[Period, ...], day: date, amount: Money
) -> None:
    for period in periods:
        await session.execute(
            update(Budget)
            .where(*_key(period, day, amount.currency))
            .values(spent_minor=Budget.spent_minor - amount.amount_minor)
            .execution_options(synchronize_session=False)
        )


def _key(period: Period, day: date, currency: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that select one budget."""
    return (
        Budget.period == period,
        Budget.starts_on == period_start(period, day),
        Budget.currency == currency,
    )
