"""The audit of the ledger, and what it must accept: expiry, purchases and reversals."""

import asyncio
import json
import os
import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.compensation import completion, expiry, redemption, reversal
from bot.compensation.reversal import CannotReverse
from bot.config.settings import ROOT, Settings
from bot.ledger import audit
from bot.models import (
    Account,
    Budget,
    Compensation,
    CompensationState,
    LedgerEntry,
    LedgerEvent,
    Promise,
    PromiseState,
)
from bot.money import Money
from tests.integration.harness import ANA, AppHarness, ConversationHarness

BY = "supervisor:vera@example.com"


async def findings(app: AppHarness) -> list[str]:
    async with app.db.read() as session:
        report = await audit.verify(session, app.context)
    return [f"{finding.check}: {finding.where}: {finding.what}" for finding in report.findings]


async def take_back(app: AppHarness, entry: int, *, even_done: bool = False) -> list[LedgerEntry]:
    async with app.db.write() as session:
        return await reversal.reverse(session, entry, BY, "a mistake", even_done=even_done)


async def spend(app: AppHarness, given: Compensation, minor: int, key: str) -> LedgerEntry:
    async with app.db.write() as session:
        amount = Money(minor, given.currency)
        return (await redemption.redeem(session, given, amount, key, "shop")).entry


async def voucher(chat: ConversationHarness) -> Compensation:
    await chat.send("late_delivery", f"El pedido 10482 llegó tarde. {ANA}")
    await chat.press("Bono de compra")
    (given,) = await chat.accepted_remedies()
    return given


async def spent_of_budgets(app: AppHarness) -> set[int]:
    return {budget.spent_minor for budget in await app.rows(Budget)}


async def state_of(app: AppHarness, given: Compensation) -> CompensationState:
    (compensation,) = await app.rows(Compensation, Compensation.id == given.id)
    return compensation.state


async def test_expired_voucher_still_counts_against_the_limits(
    chat: ConversationHarness,
) -> None:
    app, given = chat.app, await voucher(chat)
    await spend(app, given, 1000, "till")
    before = await spent_of_budgets(app)
    assert await expiry.expire_due(app.db) == 0
    assert given.expires_at is not None
    app.clock.move_to(given.expires_at + timedelta(seconds=1))
    assert await expiry.expire_due(app.db) == 1
    assert await expiry.expire_due(app.db) == 0
    assert await state_of(app, given) == CompensationState.EXPIRED
    *_, last = await chat.ledger()
    assert (last.event, last.amount_minor) == (LedgerEvent.EXPIRE, given.amount_minor - 1000)
    assert await spent_of_budgets(app) == before
    other = await app.chat()
    await other.send("damaged", f"El pedido 10482 llegó roto. {ANA}")
    assert other.answered_with("order_remedied") or not other.answered_with("offer_right")
    assert await findings(app) == []


async def test_spent_voucher_expires_without_an_entry(chat: ConversationHarness) -> None:
    app, given = chat.app, await voucher(chat)
    await spend(app, given, given.amount_minor, "till")
    app.clock.advance(days=400)
    assert await expiry.expire_due(app.db) == 1
    assert [entry.event for entry in await chat.ledger()] == [LedgerEvent.ISSUE, LedgerEvent.REDEEM]
    assert await findings(app) == []


async def test_reversal_of_a_promised_remedy_restores_the_budget_and_voids_the_promise(
    chat: ConversationHarness,
) -> None:
    app = chat.app
    await chat.send("damaged", f"El pedido 10482 llegó roto. {ANA}")
    await chat.press("Uno nuevo")
    (given,), (line,) = await chat.accepted_remedies(), await chat.ledger()
    assert await spent_of_budgets(app) == {given.budget_minor}
    (back,) = await take_back(app, line.id)
    assert (back.reverses_id, back.from_account, back.to_account, back.reason) == (
        *(line.id, Account.RESERVED, Account.COMPANY),
        "a mistake",
    )
    assert await spent_of_budgets(app) == {0}
    assert await state_of(app, given) == CompensationState.VOID
    assert {promise.state for promise in await app.rows(Promise)} == {PromiseState.VOID}
    assert [entry.id for entry in await take_back(app, line.id)] == [back.id]
    assert await findings(app) == []


async def test_reversal_of_a_voucher_takes_back_the_unspent_part(chat: ConversationHarness) -> None:
    app, given = chat.app, await voucher(chat)
    (line,) = await chat.ledger()
    whole, part = given.amount_minor, given.amount_minor // 4
    till = await spend(app, given, part, "till")
    (back,) = await take_back(app, line.id)
    assert back.amount_minor == whole - part
    assert back.budget_minor == given.budget_minor * (whole - part) // whole
    assert await spent_of_budgets(app) == {given.budget_minor - back.budget_minor}
    assert await state_of(app, given) == CompensationState.VOID
    with pytest.raises(CannotReverse, match="void already"):
        await take_back(app, till.id)
    assert await findings(app) == []


async def test_reversed_purchase_may_be_made_again(chat: ConversationHarness) -> None:
    app, given = chat.app, await voucher(chat)
    till = await spend(app, given, given.amount_minor, "till")
    (line, _) = await chat.ledger()
    with pytest.raises(CannotReverse, match="spent"):
        await take_back(app, line.id)
    await take_back(app, till.id)
    await spend(app, given, given.amount_minor, "till again")
    assert await findings(app) == []


async def test_paid_remedy_is_reversed_only_with_even_done(
    chat: ConversationHarness,
) -> None:
    app = chat.app
    await chat.send("damaged", f"El pedido 10482 llegó roto. {ANA}")
    await chat.press("Devolver mi dinero")
    (given,) = await chat.accepted_remedies()
    async with app.db.write() as session:
        assert await completion.fulfil(session, await session.merge(given), "bank")
    first, _ = await chat.ledger()
    with pytest.raises(CannotReverse, match="paid or done"):
        await take_back(app, first.id)
    assert len(await take_back(app, first.id, even_done=True)) == 2
    assert await state_of(app, given) == CompensationState.VOID
    assert await findings(app) == []


@pytest.mark.parametrize("entry", [999, None])
async def test_reversals_and_unknown_entries_cannot_be_reversed(
    chat: ConversationHarness, entry: int | None
) -> None:
    await voucher(chat)
    (line,) = await chat.ledger()
    (back,) = await take_back(chat.app, line.id)
    with pytest.raises(CannotReverse):
        await take_back(chat.app, entry or back.id)


LINE = """
    INSERT INTO ledger_entries (created_at, complaint_id, compensation_id, kind, event, state,
        from_account, to_account, amount_minor, budget_minor, budget_day, currency,
        idempotency_key, inputs_hash, originator, reason, policy_version)
    SELECT created_at, complaint_id, compensation_id, kind, {event}, state, {from_account},
        {to_account}, amount_minor, {budget}, budget_day, currency, 'by hand', {hash}, originator,
        reason, policy_version FROM ledger_entries
"""


def line(
    event: str = "event",
    from_account: str = "from_account",
    to_account: str = "to_account",
    budget: str = "0",
    hash_: str = "''",
) -> str:
    return LINE.format(
        event=event, from_account=from_account, to_account=to_account, budget=budget, hash=hash_
    )


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE compensations SET state = 'accepted' WHERE state = 'issued'", "state: remedy"),
        ("UPDATE compensations SET state = 'failed' WHERE state = 'declined'", "no line gave it"),
        ("UPDATE compensations SET amount_minor = 1 WHERE state = 'issued'", "was given"),
        ("UPDATE budgets SET spent_minor = 1 WHERE period = 'week'", "budget: week"),
        ("UPDATE budgets SET untold_minor = 1 WHERE period = 'month'", "budget: month"),
        ("DELETE FROM budgets WHERE period = 'day'", "budget: day"),
        (line(hash_="'wrong'"), "key: line"),
        (line(budget="7"), "budget: day"),
        (line(event="'reverse'", from_account="'outstanding'", to_account="'company'"), "reversal"),
        (line(event="'expire'", from_account="'outstanding'", to_account="'company'"), "expired"),
        ("UPDATE compensations SET goodwill_minor = 99000000 WHERE state = 'issued'", "customer_l"),
        (
            "UPDATE orders SET total_minor = 100 WHERE number = '10482'",
            "limit: remedy",
        ),
    ],
)
async def test_each_inconsistency_is_found(
    chat: ConversationHarness, statement: str, expected: str
) -> None:
    await voucher(chat)
    assert await findings(chat.app) == []
    async with chat.app.db.write() as session:
        await session.execute(text(statement))
    texts = await findings(chat.app)
    assert any(expected in finding for finding in texts), texts


async def test_exceeded_budget_is_found(chat: ConversationHarness) -> None:
    given = await voucher(chat)
    policy = chat.app.context.policy
    for period in ("day", "week", "month"):
        name = {"day": "daily"}.get(period, f"{period}ly")
        less = {f"{name}_budget": Money(given.budget_minor - 1, "COP")}
        chat.app.use_policy(replace(policy, limits=policy.limits.model_copy(update=less)))
        (finding,) = await findings(chat.app)
        assert finding.startswith(f"limit: {period} ")


async def run(settings: Settings, *arguments: str) -> tuple[int | None, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.cli", *arguments),
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": settings.database_url, "VAR_DIR": str(settings.var_dir)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, problem = await process.communicate()
    return process.returncode, out.decode(), problem.decode()


async def test_commands_verify_and_reverse(chat: ConversationHarness, settings: Settings) -> None:
    await voucher(chat)
    (entry,) = await chat.ledger()
    assert await run(settings, "ledger", "verify") == (
        *(0, "1 lines, 2 remedies, 3 budgets: nothing wrong.\n"),
        "",
    )
    code, out, _ = await run(settings, "ledger", "reverse", str(entry.id), "--why", "a mistake")
    assert (code, "from outstanding to company" in out) == (0, True)
    code, _, problem = await run(settings, "ledger", "reverse", "999", "--why", "a mistake")
    assert (code, problem) == (1, "regalo: there is no line 999\n")
    async with chat.app.db.write() as session:
        await session.execute(text("UPDATE budgets SET spent_minor = 5"))
    code, out, _ = await run(settings, "ledger", "verify", "--json")
    assert code == 1
    assert {finding["check"] for finding in json.loads(out)["findings"]} == {"budget"}
