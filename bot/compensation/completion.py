"""Ends a promised remedy: it was carried out, or it cannot be."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cases import audit, complaints, promises
from bot.compensation import transitions
from bot.compensation.bookkeeping import record_transfer
from bot.compensation.case_lock import lock_case
from bot.handoffs import queue
from bot.ledger import budgets, entries, transfers
from bot.models import (
    Compensation,
    HandoffEnding,
    HandoffReason,
    LedgerEvent,
    PromiseState,
)
from bot.money import Money


async def fulfil(session: AsyncSession, remedy: Compensation, originator: str) -> bool:
    """Record that a promised remedy was carried out; return False if it is not promised any more.

    The promise is kept. If the case waits in the queue only because the promise was broken, that
    handoff ends.
    """
    case = await lock_case(session, None, None, remedy.complaint_id)
    if not await transitions.fulfil(session, remedy.id):
        return False
    await session.refresh(remedy)
    transfer = transfers.transfer(
        LedgerEvent.ISSUE, remedy.amount_minor, has_code=remedy.code is not None
    )
    await record_transfer(session, case, remedy, transfer, originator)
    await promises.settle(session, case.id, remedy.kind, PromiseState.KEPT)
    if await queue.end_waiting_for(
        session, case, HandoffReason.PROMISE_BROKEN, HandoffEnding.RESOLVED, originator
    ):
        await promises.settle(session, case.id, promises.ANSWER, PromiseState.KEPT)
    audit.record(session, case, originator, "fulfilled", kind=remedy.kind)
    return True


async def fail(session: AsyncSession, remedy: Compensation, originator: str, why: str) -> bool:
    """Record that a promised remedy cannot be carried out; False if it is not promised any more.

    The reserved amount returns to the company and its cost to the budgets of its day. The promise
    becomes void, and the case is open again, because the customer still has nothing.
    """
    case = await lock_case(session, remedy.contact_id, remedy.order_id, remedy.complaint_id)
    if not await transitions.fail(session, remedy.id):
        return False
    remedy = await session.get_one(Compensation, remedy.id, populate_existing=True)
    reserved = await entries.newest(session, remedy.id, LedgerEvent.RESERVE)
    transfer = replace(
        transfers.transfer(LedgerEvent.RELEASE, remedy.amount_minor),
        budget_minor=reserved.budget_minor if reserved else 0,
        budget_day=reserved.budget_day if reserved else None,
    )
    await record_transfer(session, case, remedy, transfer, originator, reason=why)
    if transfer.budget_day is not None:
        cost = Money(transfer.budget_minor, remedy.currency)
        await budgets.release(session, transfer.budget_day, cost)
    await promises.settle_for_remedy(session, remedy.id, PromiseState.VOID)
    complaints.reopen(session, case, originator)
    audit.record(session, case, originator, "failed", kind=remedy.kind, why=why)
    return True
