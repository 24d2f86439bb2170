"""Locks a case with its customer and order, so that nothing else can change what was counted."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.compensation import queries
from bot.database.statements import lock_row
from bot.models import Complaint, Contact, Order


async def lock_case(
    session: AsyncSession, contact_id: int | None, order_id: int | None, complaint_id: int
) -> Complaint:
    """Lock customer, order and case, always in this order, and return the case.

    Args:
        contact_id: None leaves the customer unlocked.
        order_id: None leaves the order unlocked.
    """
    await lock_row(session, Contact, contact_id)
    await lock_row(session, Order, order_id)
    return (await session.execute(queries.LOCK_CASE, {"case": complaint_id})).scalar_one()
