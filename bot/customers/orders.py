"""Orders: found by what a customer types, and what a customer has bought."""

import string
from datetime import timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.customers import queries
from bot.models import Order
from bot.money import Money
from bot.text.normalize import order_key

# A number without its prefix is looked up only if it has this many digits.
SHORTEST_BARE_NUMBER = 4
PREFIX_LETTERS = string.ascii_uppercase
YEAR = timedelta(days=365)


async def find(session: AsyncSession, number: str) -> Order | None:
    """Return the order with this number: "PED-10482", "# 10482" and "10482" are the same one.

    A number without the company's prefix, or with one that the company does not use, is accepted if
    it fits exactly one order.
    """
    key = order_key(number)
    exact: Order | None = await session.scalar(queries.ORDER_BY_NUMBER, {"number": key})
    if exact is not None:
        return exact
    bare = key.lstrip(PREFIX_LETTERS)
    if len(bare) < SHORTEST_BARE_NUMBER:
        return None
    candidates = await session.scalars(
        select(Order)
        .where(or_(Order.number_key == bare, Order.number_key.endswith(bare, autoescape=True)))
        .limit(10)
    )
    same = [order for order in candidates if order.number_key.lstrip(PREFIX_LETTERS) == bare]
    return same[0] if len(same) == 1 else None


async def find_recent(session: AsyncSession, contact_id: int) -> list[Order]:
    """Return the customer's latest orders, newest first; at most ``MOST_RECENT_ORDERS``."""
    return list(await session.scalars(queries.RECENT_ORDERS, {"contact": contact_id}))


async def total_last_year(session: AsyncSession, contact_id: int, currency: str) -> Money:
    """Return what a customer has bought in the last 365 days: what is at risk if they leave.

    Cancelled and returned orders, and those in other currencies, do not count.
    """
    parameters = {"contact": contact_id, "currency": currency, "since": clock.now() - YEAR}
    total = await session.scalar(queries.TOTAL_SINCE, parameters)
    return Money(int(total or 0), currency)


async def is_empty(session: AsyncSession) -> bool:
    """Return True if the database holds no order at all."""
    return not await session.scalar(
        select(func.count()).select_from(select(Order.id).limit(1).subquery())
    )
