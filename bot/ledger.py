"""The ledger: one append-only line for everything that the company gives away."""

import csv
from collections.abc import AsyncIterator
from typing import TextIO

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.models import Compensation, Complaint, LedgerEntry, Order

COLUMNS = (
    "entry_id,created_at,complaint_reference,order_number,compensation_id,kind,state,amount_minor,"
    "currency,idempotency_key,originator,reason"
).split(",")


async def record(
    session: AsyncSession, compensation: Compensation, *, originator: str, reason: str
) -> LedgerEntry:
    """Write down what has become of a compensation.

    The key is made of what happened, so the database refuses to write the same thing twice.
    """
    entry = LedgerEntry(
        created_at=clock.now(),
        complaint_id=compensation.complaint_id,
        compensation_id=compensation.id,
        kind=compensation.kind,
        state=compensation.state,
        amount_minor=compensation.amount_minor,
        currency=compensation.currency,
        idempotency_key=f"offer-{compensation.offer_id}:{compensation.state}",
        originator=originator,
        reason=reason,
    )
    session.add(entry)
    await session.flush()
    return entry


async def rows(session: AsyncSession) -> AsyncIterator[dict[str, object]]:
    """Every line, oldest first, with the names of ``COLUMNS``."""
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


async def export(session: AsyncSession, out: TextIO) -> int:
    """Write the ledger as CSV; says how many lines."""
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    count = 0
    async for row in rows(session):
        writer.writerow(row)
        count += 1
    return count
