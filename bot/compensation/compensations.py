"""Reads the compensations of a case: what was given, and what failed."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.models import GIVEN_STATES, Compensation, CompensationState, Complaint


async def find_given(session: AsyncSession, case: Complaint) -> Compensation | None:
    """Return the last compensation that was given in a case, if any."""
    query = (
        select(Compensation)
        .where(Compensation.complaint_id == case.id, Compensation.state.in_(GIVEN_STATES))
        .order_by(Compensation.id.desc())
        .limit(1)
    )
    return await session.scalar(query)


async def list_given_since(
    session: AsyncSession, case: Complaint, since: datetime
) -> list[Compensation]:
    """Return the compensations that were accepted at or after ``since``, oldest first."""
    query = (
        select(Compensation)
        .where(
            Compensation.complaint_id == case.id,
            Compensation.state.in_(GIVEN_STATES),
            Compensation.accepted_at >= since,
        )
        .order_by(Compensation.id)
    )
    return list(await session.scalars(query))


async def list_failed_kinds(session: AsyncSession, case: Complaint) -> set[str]:
    """Return the kinds of remedy that were accepted in a case and could not be carried out."""
    query = select(Compensation.kind).where(
        Compensation.complaint_id == case.id, Compensation.state == CompensationState.FAILED
    )
    return set(await session.scalars(query))
