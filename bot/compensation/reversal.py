"""Reversals: a supervisor takes back a line of the ledger, with a reason."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cases import audit, promises
from bot.compensation import transitions
from bot.compensation.case_lock import lock_case
from bot.ledger import budgets, entries, transfers
from bot.models import (
    Account,
    Compensation,
    LedgerEntry,
    LedgerEvent,
    PromiseState,
)
from bot.money import Money


class CannotReverse(ValueError):
    """A line that cannot be reversed; the text says why."""


async def reverse(
    session: AsyncSession, entry_id: int, originator: str, why: str, *, even_done: bool = False
) -> list[LedgerEntry]:
    """Reverse a line and return the reversing lines; called again, it changes nothing.

    The amount of a reversed redemption can be spent again. When a line that gave a remedy is
    reversed, what is reserved or outstanding goes back to the company and to the day's budgets,
    and the remedy is void; what the customer has spent stays spent.

    Args:
        even_done: also reverse what is paid or done, because it has come back.

    Raises:
        CannotReverse: the line gave nothing, the remedy has ended, all of it is spent, or it is
            done and ``even_done`` is False.
    """
    entry = await session.get(LedgerEntry, entry_id)
    if entry is None:
        raise CannotReverse(f"there is no line {entry_id}")
    remedy = await session.get_one(Compensation, entry.compensation_id)
    case = await lock_case(session, remedy.contact_id, remedy.order_id, remedy.complaint_id)
    remedy = await session.get_one(Compensation, remedy.id, populate_existing=True)
    reversal = await session.scalar(select(LedgerEntry).where(LedgerEntry.reverses_id == entry_id))
    if reversal is not None:
        return [reversal]
    if entry.event not in {LedgerEvent.RESERVE, LedgerEvent.ISSUE, LedgerEvent.REDEEM}:
        raise CannotReverse(f"line {entry_id} gave nothing: {entry.event}")
    is_purchase = entry.event == LedgerEvent.REDEEM
    change = transitions.RETURN_PURCHASE if is_purchase else transitions.TAKE_BACK
    if remedy.state not in change.sources:
        raise CannotReverse(f"the remedy of line {entry_id} is {remedy.state} already")
    if is_purchase:
        lines = [await _take_back(session, remedy, entry, entry.amount_minor, originator, why=why)]
        transitions.return_purchase(remedy)
    else:
        lines = await _take_back_all(session, remedy, originator, why, even_done=even_done)
        transitions.take_back(remedy)
        await promises.settle_for_remedy(session, remedy.id, PromiseState.VOID)
    details = {"line": entry.id, "kind": entry.kind, "why": why}
    audit.record(session, case, originator, "taken back", **details)
    await session.flush()
    return lines


async def _take_back_all(
    session: AsyncSession, remedy: Compensation, originator: str, why: str, *, even_done: bool
) -> list[LedgerEntry]:
    """Move the remedy's balance back to the company, reversing its lines from the newest."""
    lines = await entries.list_entries(session, remedy.id)
    steps = [
        line for line in reversed(lines) if line.event in {LedgerEvent.RESERVE, LedgerEvent.ISSUE}
    ]
    newest = steps[0]
    if newest.to_account == Account.SETTLED and not even_done:
        raise CannotReverse(f"line {newest.id} is paid or done: say so if it has come back")
    if (
        newest.to_account == Account.OUTSTANDING
        and await entries.spendable(session, remedy) is None
    ):
        raise CannotReverse(f"all of line {newest.id} is spent: take back the purchases")
    balance = (await entries.read_balances(session, remedy.id))[newest.to_account]
    return [await _take_back(session, remedy, line, balance, originator, why=why) for line in steps]


async def _take_back(
    session: AsyncSession,
    remedy: Compensation,
    entry: LedgerEntry,
    amount_minor: int,
    originator: str,
    *,
    why: str,
) -> LedgerEntry:
    transfer = transfers.reversal(entry, amount_minor)
    line = await entries.record(
        session, remedy, transfer, key=f"reversed:{entry.id}", originator=originator, reason=why
    )
    if transfer.budget_day is not None and transfer.budget_minor:
        cost = Money(transfer.budget_minor, remedy.currency)
        await budgets.release(session, transfer.budget_day, cost)
    return line
