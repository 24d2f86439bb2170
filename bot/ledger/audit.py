"""Recomputes from the ledger's lines alone what the database says of money: does it add up?"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context.company_context import CompanyContext
from bot.ledger import audit_limits, budgets, entries
from bot.models import (
    Account,
    Budget,
    Compensation,
    CompensationState,
    LedgerEntry,
    LedgerEvent,
    Period,
)

# What a remedy is after each event; a purchase leaves it as it is, a reversal as it goes.
AFTER = {
    LedgerEvent.RESERVE: CompensationState.ACCEPTED,
    LedgerEvent.ISSUE: CompensationState.ISSUED,
    LedgerEvent.RELEASE: CompensationState.FAILED,
    LedgerEvent.EXPIRE: CompensationState.EXPIRED,
}
NEVER_GIVEN = {CompensationState.OFFERED, CompensationState.DECLINED, CompensationState.VOID}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not add up."""

    check: str
    where: str
    what: str

    def as_dict(self) -> Mapping[str, str]:
        """As JSON has it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Report:
    """How much was looked at, and what does not add up."""

    lines: int
    remedies: int
    budgets: int
    findings: tuple[Finding, ...]


async def verify(session: AsyncSession, context: CompanyContext) -> Report:
    """Look at every line, remedy, budget and limit."""
    lines = list(await session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)))
    remedies = list(await session.scalars(select(Compensation).order_by(Compensation.id)))
    kept = list(await session.scalars(select(Budget)))
    of_remedy: dict[int, list[LedgerEntry]] = defaultdict(list)
    for line in lines:
        of_remedy[line.compensation_id].append(line)
    found = [*_keys(lines), *_reversals(lines)]
    for remedy in remedies:
        found += _remedy(remedy, of_remedy[remedy.id])
    found += _paid_twice(remedies, of_remedy)
    found += _budgets(lines, kept)
    for where, what in audit_limits.of_budgets(context.policy, lines, kept):
        found.append(Finding("limit", where, what))
    given = [(of_remedy[one.id][0], one) for one in remedies if of_remedy[one.id]]
    for where, what in await audit_limits.of_remedies(session, context.policy, given):
        found.append(Finding("limit", where, what))
    return Report(len(lines), len(remedies), len(kept), tuple(found))


def _keys(lines: Sequence[LedgerEntry]) -> Iterator[Finding]:
    """Each key once, and the hash is that of what stands in the line; older lines have none."""
    for key, times in Counter(one.idempotency_key for one in lines).items():
        if times > 1:
            yield Finding("key", key, f"used {times} times")
    for one in lines:
        asked = entries.Move(
            one.event,
            one.from_account,
            one.to_account,
            one.amount_minor,
            one.budget_minor,
            one.budget_day,
            one.reverses_id,
        )
        right = entries.hash_of(one.compensation_id, one.currency, asked, one.originator)
        if one.inputs_hash and one.inputs_hash != right:
            yield Finding("key", f"line {one.id}", "says something else than what was asked")


def _reversals(lines: Sequence[LedgerEntry]) -> Iterator[Finding]:
    """A reversal takes back one line, once, from where it went, and no more than that."""
    by_id = {one.id: one for one in lines}
    for one in lines:
        where = f"line {one.id}"
        taken_back = by_id.get(one.reverses_id or 0)
        if (one.event == LedgerEvent.REVERSE) != (one.reverses_id is not None):
            yield Finding("reversal", where, "does not say what it reverses")
        elif one.reverses_id is not None and taken_back is None:
            yield Finding("reversal", where, f"reverses line {one.reverses_id}, which is not there")
        elif taken_back is not None and (
            (one.from_account, one.to_account) != (taken_back.to_account, taken_back.from_account)
            or (one.compensation_id, one.currency)
            != (taken_back.compensation_id, taken_back.currency)
            or one.amount_minor > taken_back.amount_minor
            or one.budget_minor > taken_back.budget_minor
            or one.id < taken_back.id
        ):
            yield Finding("reversal", where, f"does not mirror line {taken_back.id}")


def _remedy(remedy: Compensation, lines: Sequence[LedgerEntry]) -> Iterator[Finding]:
    """Its accounts are never below nothing, and its state is what its lines say."""
    where = f"remedy {remedy.id}"
    held = dict.fromkeys(Account, 0)
    state, has_code_to_spend = CompensationState.OFFERED, 0
    by_id = {one.id: one for one in lines}
    for one in lines:
        held[one.from_account] -= one.amount_minor
        held[one.to_account] += one.amount_minor
        has_code_to_spend += (one.to_account == Account.OUTSTANDING) - (
            one.from_account == Account.OUTSTANDING
        )
        below = [name for name in Account if name != Account.COMPANY and held[name] < 0]
        if below:
            yield Finding("balance", where, f"{below[0]} is below nothing after line {one.id}")
        if one.currency != remedy.currency:
            yield Finding("balance", where, f"line {one.id} is in {one.currency}")
        state = _state_after(state, one, by_id)
    if not lines:
        if remedy.state not in NEVER_GIVEN:
            yield Finding("state", where, f"is {remedy.state}, and no line gave it")
        return
    left = held[Account.OUTSTANDING] if remedy.amount_minor else has_code_to_spend
    if remedy.state != state and not (
        (remedy.state, state) == (CompensationState.EXPIRED, CompensationState.ISSUED)
        and remedy.code
        and not left
    ):
        yield Finding("state", where, f"is {remedy.state}, and its lines say {state}")
    yield from _amounts(remedy, held)


def _state_after(
    state: CompensationState, line: LedgerEntry, by_id: Mapping[int, LedgerEntry]
) -> CompensationState:
    if line.event != LedgerEvent.REVERSE:
        return AFTER.get(line.event, state)
    taken_back = by_id.get(line.reverses_id or 0)
    if taken_back is not None and taken_back.event == LedgerEvent.REDEEM:
        return CompensationState.ISSUED
    return (
        CompensationState.VOID if line.to_account == Account.COMPANY else CompensationState.ACCEPTED
    )


def _amounts(remedy: Compensation, held: Mapping[Account, int]) -> Iterator[Finding]:
    """What each account must hold in the remedy's state."""
    where, whole = f"remedy {remedy.id}", remedy.amount_minor
    reserved = whole if remedy.state == CompensationState.ACCEPTED else 0
    if held[Account.RESERVED] != reserved:
        yield Finding("balance", where, f"reserved is {held[Account.RESERVED]}, not {reserved}")
    if (
        remedy.state == CompensationState.ISSUED
        and held[Account.OUTSTANDING] + held[Account.SETTLED] != whole
    ):
        given = held[Account.OUTSTANDING] + held[Account.SETTLED]
        yield Finding("balance", where, f"the customer was given {given}, not {whole}")
    if (
        remedy.state
        in {
            CompensationState.FAILED,
            CompensationState.VOID,
            CompensationState.EXPIRED,
        }
        and held[Account.OUTSTANDING]
    ):
        yield Finding("balance", where, f"outstanding is {held[Account.OUTSTANDING]}, not 0")
    if remedy.state == CompensationState.FAILED and held[Account.SETTLED]:
        yield Finding("balance", where, f"settled is {held[Account.SETTLED]}, not 0")


def _paid_twice(
    remedies: Sequence[Compensation], of_remedy: Mapping[int, Sequence[LedgerEntry]]
) -> Iterator[Finding]:
    """Of an offer's alternatives one is given."""
    given = Counter(one.offer_id for one in remedies if of_remedy[one.id])
    for offer_id, count in given.items():
        if count > 1:
            yield Finding("twice", f"offer {offer_id}", f"{count} of its alternatives were given")


def _budgets(lines: Sequence[LedgerEntry], kept: Sequence[Budget]) -> Iterator[Finding]:
    """Each counter is what its lines took, less what came back, and what was never told."""
    told: Counter[tuple[Period, date, str]] = Counter()
    for one in lines:
        if one.budget_minor and one.budget_day is None:
            yield Finding("budget", f"line {one.id}", "takes from a budget of no day")
        elif one.budget_minor and one.budget_day is not None:
            sign = (one.from_account == Account.COMPANY) - (one.to_account == Account.COMPANY)
            for period in budgets.PERIODS:
                begin = budgets.start(period, one.budget_day)
                told[period, begin, one.currency] += sign * one.budget_minor
    counted = {(one.period, one.starts_on, one.currency): one for one in kept}
    for key in sorted({*told, *counted}, key=str):
        row = counted.get(key)
        spent = row.spent_minor - row.untold_minor if row else 0
        if spent != told[key] or (row is not None and row.spent_minor < 0):
            where = " ".join(map(str, key))
            yield Finding("budget", where, f"counts {spent}, and the lines say {told[key]}")
