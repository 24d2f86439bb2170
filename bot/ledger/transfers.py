"""Transfers between a compensation's accounts: what one entry of the ledger does. Pure."""

import hashlib
import json
from dataclasses import astuple, dataclass
from datetime import date

from bot.models import Account, LedgerEntry, LedgerEvent, LedgerState

# From which account an event takes, and to which it gives. An issue takes from the company if
# nothing was reserved, and gives to "settled" if there is nothing to spend later.
_ACCOUNTS = {
    LedgerEvent.RESERVE: (Account.COMPANY, Account.RESERVED),
    LedgerEvent.RELEASE: (Account.RESERVED, Account.COMPANY),
    LedgerEvent.ISSUE: (Account.RESERVED, Account.OUTSTANDING),
    LedgerEvent.REDEEM: (Account.OUTSTANDING, Account.SETTLED),
    LedgerEvent.EXPIRE: (Account.OUTSTANDING, Account.COMPANY),
}
# What the export calls a compensation after each event.
STATE_AFTER = {
    LedgerEvent.RESERVE: LedgerState.ACCEPTED,
    LedgerEvent.RELEASE: LedgerState.FAILED,
    LedgerEvent.ISSUE: LedgerState.ISSUED,
    LedgerEvent.REDEEM: LedgerState.REDEEMED,
    LedgerEvent.EXPIRE: LedgerState.EXPIRED,
    LedgerEvent.REVERSE: LedgerState.REVERSED,
}


@dataclass(frozen=True, slots=True)
class Transfer:
    """An amount that an event moves from one account to another; amounts are in minor units.

    ``budget_minor`` leaves the budgets of ``budget_day`` when the amount leaves the company, and
    returns to them when the amount returns.
    """

    event: LedgerEvent
    from_account: Account
    to_account: Account
    amount_minor: int
    budget_minor: int = 0
    budget_day: date | None = None
    reverses_id: int | None = None  # the entry that a reversal takes back


def transfer(
    event: LedgerEvent, amount_minor: int, *, was_reserved: bool = True, has_code: bool = True
) -> Transfer:
    """Return the transfer of an event other than a reversal.

    Args:
        was_reserved: True if the amount that is issued was reserved before.
        has_code: True if what is issued has a code that the customer spends later.
    """
    source, target = _ACCOUNTS[event]
    if event == LedgerEvent.ISSUE:
        source = source if was_reserved else Account.COMPANY
        target = target if has_code else Account.SETTLED
    return Transfer(event, source, target, amount_minor)


def reversal(entry: LedgerEntry, amount_minor: int) -> Transfer:
    """Return the transfer that takes back an entry, or that part of it which can be taken back.

    The budgets get the same share back, rounded down.
    """
    whole = entry.amount_minor
    return Transfer(
        LedgerEvent.REVERSE,
        entry.to_account,
        entry.from_account,
        amount_minor,
        entry.budget_minor * amount_minor // whole if whole else entry.budget_minor,
        entry.budget_day,
        entry.id,
    )


def hash_inputs(compensation_id: int, currency: str, transferred: Transfer, originator: str) -> str:
    """Return the SHA-256, in hexadecimal, of what an idempotency key was used for."""
    inputs = (compensation_id, currency, *astuple(transferred), originator)
    return hashlib.sha256(json.dumps(inputs, default=str).encode()).hexdigest()
