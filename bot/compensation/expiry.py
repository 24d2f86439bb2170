"""Expires remedies that were not spent in time; an expired remedy still counts as given."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.cases import audit
from bot.compensation import transitions
from bot.compensation.case_lock import lock_case
from bot.database.session import Database
from bot.ledger import entries, transfers
from bot.models import Compensation, CompensationState, LedgerEvent

BATCH = 100


async def expire_due(db: Database) -> int:
    """Expire a batch of overdue remedies, each in its own transaction. Return how many."""
    query = (
        select(Compensation.id)
        .where(
            Compensation.state == CompensationState.ISSUED,
            Compensation.code.is_not(None),
            Compensation.expires_at < clock.now(),
        )
        .order_by(Compensation.expires_at)
        .limit(BATCH)
    )
    async with db.read() as session:
        remedy_ids = list(await session.scalars(query))
    count = 0
    for remedy_id in remedy_ids:
        async with db.write() as session:
            count += await expire(session, remedy_id)
    return count


async def expire(session: AsyncSession, remedy_id: int) -> bool:
    """Expire a remedy; return False if it is not issued any more, or not overdue.

    What is left goes back to the company. The day's budget gets nothing back: it was used that day.
    """
    remedy = await session.get_one(Compensation, remedy_id)
    case = await lock_case(session, None, None, remedy.complaint_id)
    if not await transitions.expire(session, remedy_id):
        return False
    remaining = await entries.spendable(session, remedy)
    if remaining is not None:
        *_, newest = await entries.list_entries(session, remedy_id)
        await entries.record(
            session,
            remedy,
            transfers.transfer(LedgerEvent.EXPIRE, remaining.amount_minor),
            key=f"expired:{remedy_id}:{newest.id}",
            originator="bot",
            reason="not spent in time",
        )
    audit.record(session, case, "bot", "expired", kind=remedy.kind)
    return True
