"""Redemptions: the customer spends a remedy with a code, in full or in parts."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.compensation.case_lock import lock_case
from bot.compensation.voucher_code import format_code
from bot.ledger import entries, transfers
from bot.models import Account, Compensation, CompensationState, LedgerEntry, LedgerEvent
from bot.money import Money


class CannotRedeem(ValueError):
    """A remedy that cannot be spent so; ``code`` says why, ``remaining`` what could be spent."""

    def __init__(self, code: str, remaining: Money | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.remaining = remaining


@dataclass(frozen=True, slots=True)
class Redemption:
    """One redemption: what was spent, and what was left after it."""

    entry: LedgerEntry
    amount: Money
    remaining: Money


async def find_by_code(session: AsyncSession, code: str) -> Compensation | None:
    """Find a remedy by its code; case, spaces and hyphens do not matter."""
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    return await session.scalar(
        select(Compensation).where(Compensation.code == format_code(letters))
    )


async def redeem(
    session: AsyncSession,
    remedy: Compensation,
    amount: Money | None,
    key: str,
    originator: str,
    *,
    reason: str = "spent",
) -> Redemption:
    """Spend a remedy, in full or in part; the same key again returns the same redemption.

    Args:
        amount: how much to spend; None is all that is left.
        key: identifies this redemption among all.

    Raises:
        CannotRedeem: "other_currency", "bad_amount", "not_given", "expired", "spent" or
            "more_than_left".
        KeyReused: the key was used for another redemption.
    """
    if amount is not None and amount.currency != remedy.currency:
        raise CannotRedeem("other_currency")
    await lock_case(session, None, None, remedy.complaint_id)
    query = select(Compensation).where(Compensation.id == remedy.id).with_for_update()
    locked = (await session.scalars(query.execution_options(populate_existing=True))).one()
    previous = await entries.find_by_key(session, f"redeem:{key}")
    if previous is not None:
        amount_minor = previous.amount_minor if amount is None else amount.amount_minor
        return await _spend(session, locked, amount_minor, key, originator, reason=reason)
    remaining = await _spendable(session, locked)
    amount_minor = remaining.amount_minor if amount is None else amount.amount_minor
    if amount_minor < 0 or (amount_minor == 0 and locked.amount_minor):
        raise CannotRedeem("bad_amount", remaining)
    if amount_minor > remaining.amount_minor:
        raise CannotRedeem("more_than_left", remaining)
    return await _spend(session, locked, amount_minor, key, originator, reason=reason)


async def was_redeemed(session: AsyncSession, key: str) -> bool:
    """Return True if there is a redemption with this key."""
    return await entries.find_by_key(session, f"redeem:{key}") is not None


async def _spendable(session: AsyncSession, remedy: Compensation) -> Money:
    """Return what is left to spend; raise CannotRedeem if it may not be spent now."""
    if remedy.state == CompensationState.EXPIRED or (
        remedy.expires_at and remedy.expires_at < clock.now()
    ):
        raise CannotRedeem("expired")
    if remedy.state != CompensationState.ISSUED or remedy.code is None:
        raise CannotRedeem("not_given")
    remaining = await entries.spendable(session, remedy)
    if remaining is None:
        raise CannotRedeem("spent", Money(0, remedy.currency))
    return remaining


async def _spend(
    session: AsyncSession,
    remedy: Compensation,
    amount_minor: int,
    key: str,
    originator: str,
    *,
    reason: str,
) -> Redemption:
    entry = await entries.record(
        session,
        remedy,
        transfers.transfer(LedgerEvent.REDEEM, amount_minor),
        key=f"redeem:{key}",
        originator=originator,
        reason=reason,
    )
    balances = await entries.read_balances(session, remedy.id, until=entry.id)
    remaining = Money(balances[Account.OUTSTANDING], entry.currency)
    return Redemption(entry, Money(entry.amount_minor, entry.currency), remaining)
