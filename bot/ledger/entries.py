"""The ledger: one append-only entry for every transfer of what the company gives away."""

from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.database.statements import insert_row
from bot.ledger.transfers import STATE_AFTER, Transfer, hash_inputs
from bot.models import Account, Compensation, LedgerEntry, LedgerEvent, Offer
from bot.money import Money


class KeyReused(ValueError):
    """An idempotency key was used before, with other inputs."""


async def record(
    session: AsyncSession,
    compensation: Compensation,
    transfer: Transfer,
    *,
    key: str,
    originator: str,
    reason: str,
) -> LedgerEntry:
    """Write an entry, or return the one that was written with the same key and inputs.

    Args:
        key: the idempotency key.
        originator: who caused it: "bot", or a role and a name, such as "agent:eva@example.com".

    Raises:
        KeyReused: the key was used before, with other inputs.
        DBAPIError: the account does not hold so much; the database itself checks that.
    """
    inputs_hash = hash_inputs(compensation.id, compensation.currency, transfer, originator)
    known = await find_by_key(session, key)
    if known is not None:
        if known.inputs_hash != inputs_hash:
            raise KeyReused(f"{key} was used for something else")
        return known
    offer = await session.get_one(Offer, compensation.offer_id)
    return await insert_row(
        session,
        LedgerEntry,
        created_at=clock.now(),
        complaint_id=compensation.complaint_id,
        compensation_id=compensation.id,
        kind=compensation.kind,
        state=STATE_AFTER[transfer.event],
        currency=compensation.currency,
        idempotency_key=key,
        inputs_hash=inputs_hash,
        originator=originator,
        reason=reason,
        policy_version=offer.policy_version,
        **asdict(transfer),
    )


async def find_by_key(session: AsyncSession, key: str) -> LedgerEntry | None:
    """Return the entry with an idempotency key, if there is one."""
    return await session.scalar(select(LedgerEntry).where(LedgerEntry.idempotency_key == key))


async def list_entries(session: AsyncSession, compensation_id: int) -> list[LedgerEntry]:
    """Return every entry of a compensation, oldest first."""
    query = (
        select(LedgerEntry)
        .where(LedgerEntry.compensation_id == compensation_id)
        .order_by(LedgerEntry.id)
    )
    return list(await session.scalars(query))


async def newest(
    session: AsyncSession, compensation_id: int, event: LedgerEvent
) -> LedgerEntry | None:
    """Return the newest entry of a compensation with an event, if there is one."""
    entries = await list_entries(session, compensation_id)
    return next((entry for entry in reversed(entries) if entry.event == event), None)


async def spendable(session: AsyncSession, compensation: Compensation) -> Money | None:
    """Return what the customer may still spend; None if nothing is left.

    A remedy without an amount, such as free shipping, can be spent once: its spendable amount is
    zero before that, and None after it.
    """
    balances = dict.fromkeys(Account, 0)
    times = 0
    for entry in await list_entries(session, compensation.id):
        balances[entry.from_account] -= entry.amount_minor
        balances[entry.to_account] += entry.amount_minor
        times += entry.to_account == Account.OUTSTANDING
        times -= entry.from_account == Account.OUTSTANDING
    outstanding = balances[Account.OUTSTANDING]
    has_more = outstanding > 0 if compensation.amount_minor else times > 0
    return Money(outstanding, compensation.currency) if has_more else None


async def read_balances(
    session: AsyncSession, compensation_id: int, *, until: int | None = None
) -> dict[Account, int]:
    """Return the balance of each account of a compensation, in minor units.

    The company's balance is below zero by what it has given.

    Args:
        until: the id of the last entry to count; None counts all.
    """
    query = select(LedgerEntry).where(LedgerEntry.compensation_id == compensation_id)
    if until is not None:
        query = query.where(LedgerEntry.id <= until)
    balances = dict.fromkeys(Account, 0)
    for entry in await session.scalars(query):
        balances[entry.from_account] -= entry.amount_minor
        balances[entry.to_account] += entry.amount_minor
    return balances
