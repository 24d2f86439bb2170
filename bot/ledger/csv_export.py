"""The ledger as CSV, for accounting; the columns are a contract with those who read it."""

import csv
from collections.abc import AsyncIterator
from typing import TextIO

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.models import Complaint, LedgerEntry, Order

COLUMNS = (
    "entry_id,created_at,complaint_reference,order_number,compensation_id,kind,state,amount_minor,"
    "currency,idempotency_key,originator,reason"
).split(",")


async def write_csv(session: AsyncSession, out: TextIO) -> int:
    """Write every entry, oldest first, below a header; return how many."""
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    count = 0
    async for row in _rows(session):
        writer.writerow(row)
        count += 1
    return count


async def _rows(session: AsyncSession) -> AsyncIterator[dict[str, object]]:
    """Yield each entry by the names of ``COLUMNS``."""
    query = (
        select(LedgerEntry, Complaint.reference, Order.number)
        .join(Complaint, Complaint.id == LedgerEntry.complaint_id)
        .outerjoin(Order, Order.id == Complaint.order_id)
        .order_by(LedgerEntry.id)
    )
    async for entry, reference, number in await session.stream(query):
        yield {
            "entry_id": entry.id,
            "created_at": entry.created_at.isoformat(),
            "complaint_reference": reference,
            "order_number": number or "",
            "compensation_id": entry.compensation_id,
            "kind": entry.kind,
            "state": entry.state,
            "amount_minor": entry.amount_minor,
            "currency": entry.currency,
            "idempotency_key": entry.idempotency_key,
            "originator": entry.originator,
            "reason": entry.reason,
        }
