"""Other cases of the same customer, conversation or order, and merging two that are one."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.cases import audit, complaints, queries
from bot.models import Compensation, Complaint


async def has_earlier_case(session: AsyncSession, complaint: Complaint) -> bool:
    """Return True if the conversation has an earlier case about an order."""
    query = (
        select(Complaint.id)
        .where(
            Complaint.conversation_id == complaint.conversation_id,
            Complaint.order_id.is_not(None),
            Complaint.id < complaint.id,
        )
        .limit(1)
    )
    return await session.scalar(query) is not None


async def count_failures(session: AsyncSession, complaint: Complaint, days: int) -> int:
    """Count the contact's other complaints of the last ``days`` days, on any channel.

    Cases that were merged count once; an unknown contact has none.
    """
    if complaint.contact_id is None:
        return 0
    since = clock.now() - timedelta(days=days)
    values = {"contact": complaint.contact_id, "case": complaint.id, "since": since}
    return int(await session.scalar(queries.FAILURE_COUNT, values) or 0)


async def find_duplicate(session: AsyncSession, complaint: Complaint) -> Complaint | None:
    """Return an earlier open case of the same proven customer about the same order."""
    return await session.scalar(
        queries.DUPLICATE_CASE,
        {"order": complaint.order_id, "contact": complaint.contact_id, "case": complaint.id},
    )


async def find_other_remedy(session: AsyncSession, complaint: Complaint) -> Compensation | None:
    """Return the newest remedy that another case about the same order has been given."""
    if complaint.order_id is None:
        return None
    values = {"order": complaint.order_id, "case": complaint.id}
    return await session.scalar(queries.REMEDY_OF_OTHER_CASES, values)


def merge(session: AsyncSession, earlier: Complaint, later: Complaint) -> Complaint:
    """Close the later case, and continue the earlier one, which is returned, in its conversation.

    The earlier case takes over the later one's categories.
    """
    earlier.conversation_id = later.conversation_id
    for category in (later.category, *later.also):
        complaints.add_category(earlier, category, "", instead=False)
    complaints.close_merged(session, later, earlier)
    audit.record(session, earlier, "customer", "went on elsewhere", told_again=later.reference)
    return earlier
