"""Writes what becomes of an offered remedy to the ledger."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.ledger import entries, transfers
from bot.models import Compensation, Complaint


async def record_transfer(
    session: AsyncSession,
    case: Complaint,
    compensation: Compensation,
    transfer: transfers.Transfer,
    originator: str,
    *,
    reason: str | None = None,
) -> None:
    """Record a transfer of a compensation, once for each offer and resulting state.

    Args:
        originator: who caused it, as the ledger names them.
        reason: default is the case's category and reference.
    """
    await entries.record(
        session,
        compensation,
        transfer,
        # An offer pays once, so its id and the state identify the transfer.
        key=f"offer-{compensation.offer_id}:{transfers.STATE_AFTER[transfer.event]}",
        originator=originator,
        reason=reason or f"{case.category}, {case.reference}",
    )
