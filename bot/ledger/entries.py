"""The ledger: one append-only line for every move of what the company gives away."""

import csv
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import asdict, astuple, dataclass
from datetime import date
from typing import TextIO

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.database.statements import insert_row
from bot.models import (
    Account,
    Compensation,
    Complaint,
    LedgerEntry,
    LedgerEvent,
    LedgerState,
    Offer,
    Order,
)
from bot.money import Money

COLUMNS = (
    "entry_id,created_at,complaint_reference,order_number,compensation_id,kind,state,amount_minor,"
    "currency,idempotency_key,originator,reason"
).split(",")


# From which account an event takes, and to which it gives. An issue takes from the company where
# nothing was reserved, and gives to "settled" where there is nothing left to spend.
MOVES = {
    LedgerEvent.RESERVE: (Account.COMPANY, Account.RESERVED),
    LedgerEvent.RELEASE: (Account.RESERVED, Account.COMPANY),
    LedgerEvent.ISSUE: (Account.RESERVED, Account.OUTSTANDING),
    LedgerEvent.REDEEM: (Account.OUTSTANDING, Account.SETTLED),
    LedgerEvent.EXPIRE: (Account.OUTSTANDING, Account.COMPANY),
}
# What the export calls a compensation after each event.
STATES = {
    LedgerEvent.RESERVE: LedgerState.ACCEPTED,
    LedgerEvent.RELEASE: LedgerState.FAILED,
    LedgerEvent.ISSUE: LedgerState.ISSUED,
    LedgerEvent.REDEEM: LedgerState.REDEEMED,
    LedgerEvent.EXPIRE: LedgerState.EXPIRED,
    LedgerEvent.REVERSE: LedgerState.REVERSED,
}


class KeyReused(ValueError):
    """An idempotency key came again with other inputs than the first time."""


@dataclass(frozen=True, slots=True)
class Move:
    """What happens to a compensation: the event, the accounts, and how much moves between them.

    `budget_minor` leaves the budget of `budget_day` when the amount leaves the company, and comes
    back to it when the amount comes back.
    """

    event: LedgerEvent
    from_account: Account
    to_account: Account
    amount_minor: int
    budget_minor: int = 0
    budget_day: date | None = None
    reverses_id: int | None = None


def move(
    event: LedgerEvent, amount_minor: int, *, was_reserved: bool = True, is_spent: bool = True
) -> Move:
    """The move of an event other than a reversal.

    Args:
        was_reserved: whether what is issued was reserved before.
        is_spent: whether what is issued has a code that the customer spends later.
    """
    source, target = MOVES[event]
    if event == LedgerEvent.ISSUE:
        source = source if was_reserved else Account.COMPANY
        target = target if is_spent else Account.SETTLED
    return Move(event, source, target, amount_minor)


def reversal(entry: LedgerEntry, amount_minor: int) -> Move:
    """The move that takes an entry back, or as much of it as is still where it went.

    The budget gets the same share back, and never more than it gave.
    """
    whole = entry.amount_minor
    return Move(
        LedgerEvent.REVERSE,
        entry.to_account,
        entry.from_account,
        amount_minor,
        entry.budget_minor * amount_minor // whole if whole else entry.budget_minor,
        entry.budget_day,
        entry.id,
    )


def hash_of(compensation_id: int, currency: str, asked: Move, originator: str) -> str:
    """What was asked under an idempotency key, in 64 letters."""
    inputs = (compensation_id, currency, *astuple(asked), originator)
    return hashlib.sha256(json.dumps(inputs, default=str).encode()).hexdigest()


async def record(
    session: AsyncSession,
    compensation: Compensation,
    done: Move,
    *,
    key: str,
    originator: str,
    reason: str,
) -> LedgerEntry:
    """Write down a move; the same key again gives the first entry and writes nothing.

    Raises:
        KeyReused: the key came before, with something else.
        DBAPIError: the account does not hold so much; the database itself says so.
    """
    inputs_hash = hash_of(compensation.id, compensation.currency, done, originator)
    known = await by_key(session, key)
    if known is not None:
        if known.inputs_hash != inputs_hash:
            raise KeyReused(f"{key} was used for something else")
        return known
    offered = await session.get_one(Offer, compensation.offer_id)
    return await insert_row(
        session,
        LedgerEntry,
        created_at=clock.now(),
        complaint_id=compensation.complaint_id,
        compensation_id=compensation.id,
        kind=compensation.kind,
        state=STATES[done.event],
        currency=compensation.currency,
        idempotency_key=key,
        inputs_hash=inputs_hash,
        originator=originator,
        reason=reason,
        policy_version=offered.policy_version,
        **asdict(done),
    )


async def by_key(session: AsyncSession, key: str) -> LedgerEntry | None:
    """The line that was written under an idempotency key."""
    return await session.scalar(select(LedgerEntry).where(LedgerEntry.idempotency_key == key))


async def lines(session: AsyncSession, compensation_id: int) -> list[LedgerEntry]:
    """Every line of a compensation, oldest first."""
    query = (
        select(LedgerEntry)
        .where(LedgerEntry.compensation_id == compensation_id)
        .order_by(LedgerEntry.id)
    )
    return list(await session.scalars(query))


async def last(
    session: AsyncSession, compensation_id: int, event: LedgerEvent
) -> LedgerEntry | None:
    """The newest line of a compensation with that event."""
    found = [one for one in await lines(session, compensation_id) if one.event == event]
    return found[-1] if found else None


async def spendable(session: AsyncSession, remedy: Compensation) -> Money | None:
    """What the customer may still spend of a remedy; None when nothing is left.

    What is no sum of money (free shipping) can be spent once, and holds nothing before and after.
    """
    held = dict.fromkeys(Account, 0)
    times = 0
    for entry in await lines(session, remedy.id):
        held[entry.from_account] -= entry.amount_minor
        held[entry.to_account] += entry.amount_minor
        times += (entry.to_account == Account.OUTSTANDING) - (
            entry.from_account == Account.OUTSTANDING
        )
    has_more = held[Account.OUTSTANDING] > 0 if remedy.amount_minor else times > 0
    return Money(held[Account.OUTSTANDING], remedy.currency) if has_more else None


async def balances(
    session: AsyncSession, compensation_id: int, *, until: int | None = None
) -> dict[Account, int]:
    """What each account of a compensation holds, in minor units; "company" is what it gave.

    Args:
        until: the last line to count; None is all of them.
    """
    query = select(LedgerEntry).where(LedgerEntry.compensation_id == compensation_id)
    if until is not None:
        query = query.where(LedgerEntry.id <= until)
    held = dict.fromkeys(Account, 0)
    for entry in await session.scalars(query):
        held[entry.from_account] -= entry.amount_minor
        held[entry.to_account] += entry.amount_minor
    return held


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
