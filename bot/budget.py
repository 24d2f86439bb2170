"""The daily budget: reserved in one conditional update, so that no race can pass it."""

from datetime import date

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db import changed_one, insert_if_absent
from bot.models import Budget
from bot.money import Money


async def reserve(session: AsyncSession, day: date, amount: Money, limit: Money) -> bool:
    """Take ``amount`` from the day's budget; False, and nothing taken, when it does not suffice.

    Args:
        day: the day in the company's time zone.
        limit: what the bot may give away on one day, in the same currency.
    """
    of_day = {"period": "day", "starts_on": day, "currency": amount.currency}
    await insert_if_absent(session, Budget, **of_day, spent_minor=0, untold_minor=0)
    return await changed_one(
        session,
        update(Budget)
        .where(
            *(getattr(Budget, name) == value for name, value in of_day.items()),
            Budget.spent_minor + amount.amount_minor <= limit.amount_minor,
        )
        .values(spent_minor=Budget.spent_minor + amount.amount_minor),
    )
