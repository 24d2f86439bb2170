"""Budgets of a day, a week and a month: reserved together, so that no race can pass any of them."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from sqlalchemy import ColumnElement, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.statements import compare_and_set, insert_if_absent
from bot.models import Budget, Period
from bot.money import Money

# Always in this order: whoever waits for one holds none that the other waits for.
PERIODS: Final = (Period.DAY, Period.WEEK, Period.MONTH)

# Made once, for it is asked for every decision.
_SPENT = select(Budget.period, Budget.spent_minor).where(
    Budget.currency == bindparam("currency"),
    or_(
        *(
            (Budget.period == period) & (Budget.starts_on == bindparam(f"{period}_start"))
            for period in PERIODS
        )
    ),
)


def start(period: Period, day: date) -> date:
    """The first day of the period that a day belongs to; a week begins on Monday."""
    if period == Period.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if period == Period.MONTH else day


async def reserve(
    session: AsyncSession, day: date, amount: Money, limits: Mapping[str, Money | None]
) -> bool:
    """Take ``amount`` from each budget of that day; False, and nothing taken, when one is short.

    Every period is counted, also one without a limit: so that a limit set later finds its sum.

    Args:
        day: the day in the company's time zone.
        limits: what the bot may give away in each period, in the same currency.
    """
    for place, period in enumerate(PERIODS):
        if not await _take(session, period, day, amount, limits.get(period)):
            await _return(session, PERIODS[:place], day, amount)
            return False
    return True


async def give_back(session: AsyncSession, day: date, amount: Money) -> None:
    """What was reserved of that day's budgets has not been given after all."""
    await _return(session, PERIODS, day, amount)


async def left(
    session: AsyncSession, day: date, currency: str, limits: Mapping[str, Money | None]
) -> Money | None:
    """What the tightest of the day's budgets still allows; None where none is limited."""
    limited = {period: limit.amount_minor for period, limit in limits.items() if limit is not None}
    if not limited:
        return None
    told = {f"{period}_start": start(period, day) for period in PERIODS}
    rows = await session.execute(_SPENT, {"currency": currency, **told})
    spent = {row.period: row.spent_minor for row in rows}
    rooms = [most - spent.get(period, 0) for period, most in limited.items()]
    return Money(max(min(rooms), 0), currency)


async def _take(
    session: AsyncSession, period: Period, day: date, amount: Money, limit: Money | None
) -> bool:
    await insert_if_absent(
        session,
        Budget,
        period=period,
        starts_on=start(period, day),
        currency=amount.currency,
        spent_minor=0,
        untold_minor=0,
    )
    after = Budget.spent_minor + amount.amount_minor
    fits = [] if limit is None else [after <= limit.amount_minor]
    return await compare_and_set(
        session,
        update(Budget).where(*_row(period, day, amount.currency), *fits).values(spent_minor=after),
    )


async def _return(
    session: AsyncSession, periods: tuple[Period, ...], day: date, amount: Money
) -> None:
    for period in periods:
        await session.execute(
            update(Budget)
            .where(*_row(period, day, amount.currency))
            .values(spent_minor=Budget.spent_minor - amount.amount_minor)
            .execution_options(synchronize_session=False)
        )


def _row(period: Period, day: date, currency: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Budget.period == period,
        Budget.starts_on == start(period, day),
        Budget.currency == currency,
    )
