"""Vouchers: what a code is worth now, and its spending; all of it told by the ledger."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.cases import audit
from bot.compensation import redemption
from bot.compensation.redemption import CannotRedeem, Redeemed
from bot.ledger import entries
from bot.models import Compensation, CompensationState, Complaint
from bot.money import Money
from bot.remedy_kind import KINDS

State = Literal["open", "spent", "expired", "void"]


@dataclass(frozen=True, slots=True)
class Voucher:
    """A code with what stands behind it; `amount` and `left` are None for what is no sum."""

    remedy: Compensation
    case: Complaint
    state: State
    amount: Money | None
    left: Money | None

    @property
    def code(self) -> str:
        """As it was given to the customer."""
        return self.remedy.code or ""

    @property
    def expires_at(self) -> datetime | None:
        """The end of the last day on which it can be spent."""
        return self.remedy.expires_at


async def find(session: AsyncSession, code: str) -> Voucher | None:
    """The voucher with this code, however it was typed."""
    remedy = await redemption.by_code(session, code)
    return await _told(session, remedy) if remedy is not None else None


async def _told(session: AsyncSession, remedy: Compensation) -> Voucher:
    case = await session.get_one(Complaint, remedy.complaint_id)
    left = await entries.spendable(session, remedy)
    state: State = "open"
    if remedy.state == CompensationState.EXPIRED or (
        remedy.expires_at and remedy.expires_at < clock.now()
    ):
        state = "expired"
    elif remedy.state != CompensationState.ISSUED:
        state = "void"
    elif left is None:
        state = "spent"
    nothing = Money(0, remedy.currency)
    if not KINDS[remedy.kind].has_balance:
        return Voucher(remedy, case, state, None, None)
    amount = Money(remedy.amount_minor, remedy.currency)
    return Voucher(remedy, case, state, amount, (left or nothing) if state == "open" else nothing)


async def redeem(
    session: AsyncSession,
    code: str,
    amount: Money | None,
    *,
    key: str,
    originator: str,
    actor: str,
) -> tuple[Voucher, Redeemed]:
    """Spend a voucher, in full or in part; the same key again gives the same answer.

    Args:
        amount: how much of it; None is all that is left.
        originator: who takes it, as the ledger writes it down.
        actor: the same as the case's history does.

    Raises:
        CannotRedeem: "no_voucher", and see ``redemption.redeem``.
        KeyReused: the key came before, with something else.
    """
    remedy = await redemption.by_code(session, code)
    if remedy is None:
        raise CannotRedeem("no_voucher")
    # Two at once with one key wait for each other here, and only one of them is history.
    await session.execute(
        select(Compensation.id).where(Compensation.id == remedy.id).with_for_update()
    )
    was_done = await redemption.was_redeemed(session, key)
    done = await redemption.redeem(session, remedy, amount, key, originator)
    voucher = await _told(session, remedy)
    if not was_done:
        spent = None if voucher.amount is None else done.amount
        shown = f"{spent.major:f} {spent.currency}" if spent else None
        audit.note(session, voucher.case, actor, "redeemed", kind=remedy.kind, amount=shown)
    return voucher, done
