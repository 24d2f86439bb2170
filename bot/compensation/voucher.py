"""Vouchers: what a code is worth now, and spending it. The ledger decides both."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.cases import audit
from bot.compensation import redemption
from bot.compensation.redemption import CannotRedeem, Redemption
from bot.ledger import entries
from bot.models import Compensation, CompensationState, Complaint
from bot.money import Money
from bot.remedy_kind import KINDS

VoucherState = Literal["open", "spent", "expired", "void"]


@dataclass(frozen=True, slots=True)
class Voucher:
    """A code and its remedy; `amount` and `remaining` are None if it is no sum of money."""

    remedy: Compensation
    case: Complaint
    state: VoucherState
    amount: Money | None
    remaining: Money | None

    @property
    def code(self) -> str:
        """The code, as the customer has it."""
        return self.remedy.code or ""

    @property
    def expires_at(self) -> datetime | None:
        """The end of the last day on which it can be spent, in UTC; None if it never expires."""
        return self.remedy.expires_at


async def find(session: AsyncSession, code: str) -> Voucher | None:
    """Find a voucher by its code; case, spaces and hyphens do not matter."""
    remedy = await redemption.find_by_code(session, code)
    return await _load_voucher(session, remedy) if remedy is not None else None


async def _load_voucher(session: AsyncSession, remedy: Compensation) -> Voucher:
    case = await session.get_one(Complaint, remedy.complaint_id)
    remaining = await entries.spendable(session, remedy)
    state: VoucherState = "open"
    if remedy.state == CompensationState.EXPIRED or (
        remedy.expires_at and remedy.expires_at < clock.now()
    ):
        state = "expired"
    elif remedy.state != CompensationState.ISSUED:
        state = "void"
    elif remaining is None:
        state = "spent"
    nothing = Money(0, remedy.currency)
    if not KINDS[remedy.kind].has_balance:
        return Voucher(remedy, case, state, None, None)
    amount = Money(remedy.amount_minor, remedy.currency)
    return Voucher(
        remedy, case, state, amount, (remaining or nothing) if state == "open" else nothing
    )


async def redeem(
    session: AsyncSession,
    code: str,
    amount: Money | None,
    *,
    key: str,
    originator: str,
    actor: str,
) -> tuple[Voucher, Redemption]:
    """Spend a voucher, in full or in part; the same key again returns the same redemption.

    Args:
        amount: how much to spend; None is all that is left.
        originator: who takes it in payment, as the ledger names them.
        actor: the same for the case's history.

    Raises:
        CannotRedeem: "no_voucher", and see ``redemption.redeem``.
        KeyReused: the key was used for another redemption.
    """
    remedy = await redemption.find_by_code(session, code)
    if remedy is None:
        raise CannotRedeem("no_voucher")
    # Of two requests with one key, the second waits here, so that only one is in the history.
    await session.execute(
        select(Compensation.id).where(Compensation.id == remedy.id).with_for_update()
    )
    was_done = await redemption.was_redeemed(session, key)
    redeemed = await redemption.redeem(session, remedy, amount, key, originator)
    voucher = await _load_voucher(session, remedy)
    if not was_done:
        amount_spent = None if voucher.amount is None else redeemed.amount
        shown = f"{amount_spent.major:f} {amount_spent.currency}" if amount_spent else None
        audit.record(session, voucher.case, actor, "redeemed", kind=remedy.kind, amount=shown)
    return voucher, redeemed
