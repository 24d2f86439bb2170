"""Redemption: the customer spends what they were given, in full or bit by bit, each time once."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.compensation import acceptance
from bot.ledger import entries, transfers
from bot.models import Account, Compensation, CompensationState, LedgerEntry, LedgerEvent
from bot.money import Money


class CannotRedeem(ValueError):
    """A remedy that cannot be spent so; ``code`` names why."""

    def __init__(self, code: str, left: Money | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.left = left


@dataclass(frozen=True, slots=True)
class Redeemed:
    """What was spent of a remedy at one time, and what was left after it."""

    entry: LedgerEntry
    amount: Money
    left: Money


async def by_code(session: AsyncSession, code: str) -> Compensation | None:
    """The remedy with this code, however it was typed."""
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    return await session.scalar(
        select(Compensation).where(Compensation.code == acceptance.grouped(letters))
    )


async def redeem(
    session: AsyncSession,
    remedy: Compensation,
    amount: Money | None,
    key: str,
    originator: str,
    *,
    reason: str = "spent",
) -> Redeemed:
    """The customer spends a remedy, in full or in part; the same key again gives the same answer.

    Args:
        amount: how much of it; None is all that is left.
        key: names this one time that it is spent, among all that was ever spent.

    Raises:
        CannotRedeem: "other_currency", "bad_amount", "not_given", "expired", "spent" or
            "more_than_left".
        KeyReused: the key came before, with something else.
    """
    if amount is not None and amount.currency != remedy.currency:
        raise CannotRedeem("other_currency")
    await acceptance.lock(session, None, None, remedy.complaint_id)
    query = select(Compensation).where(Compensation.id == remedy.id).with_for_update()
    fresh = (await session.scalars(query.execution_options(populate_existing=True))).one()
    known = await entries.find_by_key(session, f"redeem:{key}")
    if known is not None:
        wanted = known.amount_minor if amount is None else amount.amount_minor
        return await _spend(session, fresh, wanted, key, originator, reason=reason)
    left = await _spendable(session, fresh)
    wanted = left.amount_minor if amount is None else amount.amount_minor
    if wanted < 0 or (wanted == 0 and fresh.amount_minor):
        raise CannotRedeem("bad_amount", left)
    if wanted > left.amount_minor:
        raise CannotRedeem("more_than_left", left)
    return await _spend(session, fresh, wanted, key, originator, reason=reason)


async def was_redeemed(session: AsyncSession, key: str) -> bool:
    """Whether a remedy was spent under this key before."""
    return await entries.find_by_key(session, f"redeem:{key}") is not None


async def _spendable(session: AsyncSession, remedy: Compensation) -> Money:
    """What is left to spend of a remedy that may be spent now."""
    if remedy.state == CompensationState.EXPIRED or (
        remedy.expires_at and remedy.expires_at < clock.now()
    ):
        raise CannotRedeem("expired")
    if remedy.state != CompensationState.ISSUED or remedy.code is None:
        raise CannotRedeem("not_given")
    left = await entries.spendable(session, remedy)
    if left is None:
        raise CannotRedeem("spent", Money(0, remedy.currency))
    return left


async def _spend(
    session: AsyncSession,
    remedy: Compensation,
    amount_minor: int,
    key: str,
    originator: str,
    *,
    reason: str,
) -> Redeemed:
    entry = await entries.record(
        session,
        remedy,
        transfers.transfer(LedgerEvent.REDEEM, amount_minor),
        key=f"redeem:{key}",
        originator=originator,
        reason=reason,
    )
    held = await entries.read_balances(session, remedy.id, until=entry.id)
    left = Money(held[Account.OUTSTANDING], entry.currency)
    return Redeemed(entry, Money(entry.amount_minor, entry.currency), left)
