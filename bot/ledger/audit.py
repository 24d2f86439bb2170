"""Audits the ledger: recomputes from its entries alone what the database says of money."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context.company_context import CompanyContext
from bot.ledger import audit_limits
from bot.ledger.budgets import period_start
from bot.ledger.queries import PERIODS
from bot.ledger.transfers import Transfer, hash_inputs
from bot.models import (
    Account,
    Budget,
    Compensation,
    CompensationState,
    LedgerEntry,
    LedgerEvent,
    Period,
)

# What a compensation is after each event. A purchase leaves its state; what a reversal leaves
# depends on the entry that it takes back.
_STATE_AFTER = {
    LedgerEvent.RESERVE: CompensationState.ACCEPTED,
    LedgerEvent.ISSUE: CompensationState.ISSUED,
    LedgerEvent.RELEASE: CompensationState.FAILED,
    LedgerEvent.EXPIRE: CompensationState.EXPIRED,
}
# A compensation in one of these states needs no entry.
_NEVER_GIVEN = {CompensationState.OFFERED, CompensationState.DECLINED, CompensationState.VOID}
# What the customer has not spent of these must have returned to the company.
_TAKEN_BACK = {CompensationState.FAILED, CompensationState.VOID, CompensationState.EXPIRED}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not add up."""

    check: str  # key, reversal, balance, state, twice, budget or limit
    where: str  # such as "line 17" or "remedy 4"
    what: str

    def as_dict(self) -> Mapping[str, str]:
        """Return the finding as JSON shows it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class AuditReport:
    """How many rows were checked, and what does not add up."""

    lines: int
    remedies: int
    budgets: int
    findings: tuple[Finding, ...]


async def verify(session: AsyncSession, context: CompanyContext) -> AuditReport:
    """Check every entry, compensation, budget and limit; it reads all of them."""
    entries = list(await session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)))
    remedies = list(await session.scalars(select(Compensation).order_by(Compensation.id)))
    budgets = list(await session.scalars(select(Budget)))
    entries_of: dict[int, list[LedgerEntry]] = defaultdict(list)
    for entry in entries:
        entries_of[entry.compensation_id].append(entry)
    findings = [*_check_keys(entries), *_check_reversals(entries)]
    for remedy in remedies:
        findings += _check_remedy(remedy, entries_of[remedy.id])
    findings += _check_given_once(remedies, entries_of)
    findings += _check_budgets(entries, budgets)
    given_remedies = [
        (entries_of[remedy.id][0], remedy) for remedy in remedies if entries_of[remedy.id]
    ]
    exceeded = [
        *audit_limits.exceeded_budgets(context.policy, entries, budgets),
        *await audit_limits.exceeded_limits(session, context.policy, given_remedies),
    ]
    findings += [Finding("limit", where, what) for where, what in exceeded]
    return AuditReport(len(entries), len(remedies), len(budgets), tuple(findings))


def _check_keys(entries: Sequence[LedgerEntry]) -> Iterator[Finding]:
    """Each key is used once, and its hash is that of the entry; the oldest entries have no hash."""
    for key, times in Counter(entry.idempotency_key for entry in entries).items():
        if times > 1:
            yield Finding("key", key, f"used {times} times")
    for entry in entries:
        transfer = Transfer(
            entry.event,
            entry.from_account,
            entry.to_account,
            entry.amount_minor,
            entry.budget_minor,
            entry.budget_day,
            entry.reverses_id,
        )
        expected = hash_inputs(entry.compensation_id, entry.currency, transfer, entry.originator)
        if entry.inputs_hash and entry.inputs_hash != expected:
            yield Finding("key", f"line {entry.id}", "says something else than what was asked")


def _check_reversals(entries: Sequence[LedgerEntry]) -> Iterator[Finding]:
    """A reversal takes back one earlier entry, from where it went, and no more than that."""
    by_id = {entry.id: entry for entry in entries}
    for entry in entries:
        where = f"line {entry.id}"
        reversed_entry = by_id.get(entry.reverses_id or 0)
        if (entry.event == LedgerEvent.REVERSE) != (entry.reverses_id is not None):
            yield Finding("reversal", where, "does not say what it reverses")
        elif entry.reverses_id is not None and reversed_entry is None:
            problem = f"reverses line {entry.reverses_id}, which is not there"
            yield Finding("reversal", where, problem)
        elif reversed_entry is not None and not _mirrors(entry, reversed_entry):
            yield Finding("reversal", where, f"does not mirror line {reversed_entry.id}")


def _mirrors(reversal: LedgerEntry, entry: LedgerEntry) -> bool:
    """Return True if a reversal goes the opposite way, with no more than the entry moved."""
    return (
        (reversal.from_account, reversal.to_account) == (entry.to_account, entry.from_account)
        and (reversal.compensation_id, reversal.currency) == (entry.compensation_id, entry.currency)
        and reversal.amount_minor <= entry.amount_minor
        and reversal.budget_minor <= entry.budget_minor
        and reversal.id >= entry.id
    )


def _check_remedy(remedy: Compensation, entries: Sequence[LedgerEntry]) -> Iterator[Finding]:
    """Its balances are never below zero, and its state is what its entries say."""
    where = f"remedy {remedy.id}"
    balances = dict.fromkeys(Account, 0)
    state, codes_to_spend = CompensationState.OFFERED, 0
    by_id = {entry.id: entry for entry in entries}
    for entry in entries:
        balances[entry.from_account] -= entry.amount_minor
        balances[entry.to_account] += entry.amount_minor
        codes_to_spend += entry.to_account == Account.OUTSTANDING
        codes_to_spend -= entry.from_account == Account.OUTSTANDING
        negative = [
            account for account in Account if account != Account.COMPANY and balances[account] < 0
        ]
        if negative:
            problem = f"{negative[0]} is below nothing after line {entry.id}"
            yield Finding("balance", where, problem)
        if entry.currency != remedy.currency:
            yield Finding("balance", where, f"line {entry.id} is in {entry.currency}")
        state = _state_after(state, entry, by_id)
    if not entries:
        if remedy.state not in _NEVER_GIVEN:
            yield Finding("state", where, f"is {remedy.state}, and no line gave it")
        return
    # A code that was spent completely may expire without an entry.
    unspent = balances[Account.OUTSTANDING] if remedy.amount_minor else codes_to_spend
    expired_spent = (
        (remedy.state, state) == (CompensationState.EXPIRED, CompensationState.ISSUED)
        and remedy.code
        and not unspent
    )
    if remedy.state != state and not expired_spent:
        yield Finding("state", where, f"is {remedy.state}, and its lines say {state}")
    yield from _check_balances(remedy, balances)


def _state_after(
    state: CompensationState, entry: LedgerEntry, by_id: Mapping[int, LedgerEntry]
) -> CompensationState:
    """Return what a compensation in ``state`` is after one more entry."""
    if entry.event != LedgerEvent.REVERSE:
        return _STATE_AFTER.get(entry.event, state)
    reversed_entry = by_id.get(entry.reverses_id or 0)
    if reversed_entry is not None and reversed_entry.event == LedgerEvent.REDEEM:
        return CompensationState.ISSUED
    if entry.to_account == Account.COMPANY:
        return CompensationState.VOID
    return CompensationState.ACCEPTED


def _check_balances(remedy: Compensation, balances: Mapping[Account, int]) -> Iterator[Finding]:
    """Each account holds what it must in the compensation's state."""
    where, whole, state = f"remedy {remedy.id}", remedy.amount_minor, remedy.state
    outstanding, settled = balances[Account.OUTSTANDING], balances[Account.SETTLED]
    reserved = whole if state == CompensationState.ACCEPTED else 0
    if balances[Account.RESERVED] != reserved:
        problem = f"reserved is {balances[Account.RESERVED]}, not {reserved}"
        yield Finding("balance", where, problem)
    if state == CompensationState.ISSUED and outstanding + settled != whole:
        problem = f"the customer was given {outstanding + settled}, not {whole}"
        yield Finding("balance", where, problem)
    if state in _TAKEN_BACK and outstanding:
        yield Finding("balance", where, f"outstanding is {outstanding}, not 0")
    if state == CompensationState.FAILED and settled:
        yield Finding("balance", where, f"settled is {settled}, not 0")


def _check_given_once(
    remedies: Sequence[Compensation], entries_of: Mapping[int, Sequence[LedgerEntry]]
) -> Iterator[Finding]:
    """Of an offer's alternatives at most one is given."""
    given_counts = Counter(remedy.offer_id for remedy in remedies if entries_of[remedy.id])
    for offer_id, count in given_counts.items():
        if count > 1:
            yield Finding("twice", f"offer {offer_id}", f"{count} of its alternatives were given")


def _check_budgets(entries: Sequence[LedgerEntry], budgets: Sequence[Budget]) -> Iterator[Finding]:
    """Each budget counts what its entries took and returned, plus what no entry records."""
    expected: Counter[tuple[Period, date, str]] = Counter()
    for entry in entries:
        if entry.budget_minor and entry.budget_day is None:
            yield Finding("budget", f"line {entry.id}", "takes from a budget of no day")
        elif entry.budget_minor and entry.budget_day is not None:
            sign = (entry.from_account == Account.COMPANY) - (entry.to_account == Account.COMPANY)
            for period in PERIODS:
                start = period_start(period, entry.budget_day)
                expected[period, start, entry.currency] += sign * entry.budget_minor
    by_key = {(budget.period, budget.starts_on, budget.currency): budget for budget in budgets}
    for key in sorted({*expected, *by_key}, key=str):
        budget = by_key.get(key)
        spent = budget.spent_minor - budget.untold_minor if budget else 0
        if spent != expected[key] or (budget is not None and budget.spent_minor < 0):
            where = " ".join(map(str, key))
            yield Finding("budget", where, f"counts {spent}, and the lines say {expected[key]}")
