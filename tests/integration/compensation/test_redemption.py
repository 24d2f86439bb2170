"""Redemptions of vouchers, and remedies that fail."""

import pytest
from sqlalchemy.exc import DBAPIError

from bot.compensation import completion, redemption
from bot.compensation.redemption import CannotRedeem, Redemption
from bot.ledger import entries, transfers
from bot.models import (
    Budget,
    Compensation,
    CompensationState,
    ComplaintState,
    LedgerEntry,
    LedgerEvent,
    LedgerState,
    Period,
    Promise,
    PromiseState,
)
from bot.money import Money
from tests.integration.harness import ANA, AppHarness, ConversationHarness

LATE = f"El pedido 10482 llegó tarde. {ANA}"


async def voucher(chat: ConversationHarness) -> Compensation:
    await chat.send("late_delivery", LATE)
    await chat.press("Bono de compra")
    (remedy,) = await chat.accepted_remedies()
    return remedy


async def redeem(
    app: AppHarness, remedy: Compensation, minor: int | None, key: str, by: str = "shop"
) -> Redemption:
    amount = None if minor is None else Money(minor, remedy.currency)
    async with app.db.write() as session:
        return await redemption.redeem(session, remedy, amount, key, by)


async def fail(app: AppHarness, remedy: Compensation) -> bool:
    async with app.db.write() as session:
        return await completion.fail(session, remedy, "courier", "no such address")


async def test_voucher_is_spent_in_parts_up_to_its_balance(
    chat: ConversationHarness,
) -> None:
    remedy = await voucher(chat)
    amount = remedy.amount_minor
    first = await redeem(chat.app, remedy, amount - 1000, "till-1")
    assert (first.amount.amount_minor, first.remaining.amount_minor) == (amount - 1000, 1000)
    with pytest.raises(CannotRedeem) as error:
        await redeem(chat.app, remedy, 1001, "till-2")
    assert (error.value.code, error.value.remaining) == ("more_than_left", Money(1000, "COP"))
    assert (await redeem(chat.app, remedy, None, "till-3")).remaining == Money(0, "COP")
    with pytest.raises(CannotRedeem, match="spent"):
        await redeem(chat.app, remedy, 1, "till-4")
    assert [entry.state for entry in await chat.ledger()] == [
        LedgerState.ISSUED,
        LedgerState.REDEEMED,
        LedgerState.REDEEMED,
    ]


async def test_same_key_redeems_once_and_returns_first_result(
    chat: ConversationHarness,
) -> None:
    remedy = await voucher(chat)
    first = await redeem(chat.app, remedy, 1000, "till-1")
    await redeem(chat.app, remedy, None, "till-2")
    chat.app.clock.advance(days=400)
    repeated = await redeem(chat.app, remedy, 1000, "till-1")
    assert repeated.entry.id == first.entry.id
    assert (repeated.amount, repeated.remaining) == (first.amount, first.remaining)
    for changed in ({"minor": 999}, {"minor": 1000, "by": "another shop"}):
        with pytest.raises(entries.KeyReused):
            await redeem(chat.app, remedy, key="till-1", **changed)
    assert await chat.app.count(LedgerEntry, LedgerEntry.event == LedgerEvent.REDEEM) == 2


@pytest.mark.parametrize(
    ("minor", "change", "code"),
    [
        (0, {}, "bad_amount"),
        (-1, {}, "bad_amount"),
        (1000, {"state": CompensationState.VOID}, "not_given"),
        (1000, {"state": CompensationState.EXPIRED}, "expired"),
        (1000, {"currency": "USD"}, "other_currency"),
    ],
)
async def test_remedy_that_cannot_be_spent_is_refused_with_code(
    chat: ConversationHarness, minor: int, change: dict[str, str], code: str
) -> None:
    remedy = await voucher(chat)
    async with chat.app.db.write() as session:
        stored = await session.get_one(Compensation, remedy.id)
        stored.state = CompensationState(change.get("state", stored.state))
    amount = Money(minor, change.get("currency", "COP"))
    with pytest.raises(CannotRedeem) as error:
        async with chat.app.db.write() as session:
            await redemption.redeem(session, remedy, amount, "till", "shop")
    assert error.value.code == code
    assert await chat.app.count(LedgerEntry) == 1


async def test_voucher_is_valid_to_last_minute_of_last_day(
    chat: ConversationHarness,
) -> None:
    remedy = await voucher(chat)
    assert remedy.expires_at is not None
    chat.app.clock.move_to(remedy.expires_at.replace(minute=58))
    await redeem(chat.app, remedy, 1000, "in time")
    chat.app.clock.advance(minutes=2)
    with pytest.raises(CannotRedeem, match="expired"):
        await redeem(chat.app, remedy, 1000, "too late")


async def test_remedy_without_balance_is_redeemed_once(chat: ConversationHarness) -> None:
    await chat.send("rude_treatment", "Me gritaron")
    await chat.press("Envío exprés")
    (remedy,) = await chat.accepted_remedies()
    assert remedy.amount_minor == 0
    await redeem(chat.app, remedy, None, "till-1")
    with pytest.raises(CannotRedeem, match="spent"):
        await redeem(chat.app, remedy, None, "till-2")


async def test_code_is_found_without_regard_to_case_and_separators(
    chat: ConversationHarness,
) -> None:
    remedy = await voucher(chat)
    assert remedy.code is not None
    code = remedy.code.lower().replace("-", " ")
    async with chat.app.db.read() as session:
        remedy_found = await redemption.find_by_code(session, code)
        assert remedy_found is not None
        assert remedy_found.id == remedy.id
        assert await redemption.find_by_code(session, "") is None


async def test_failed_remedy_returns_amount_and_budget_and_reopens_case(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", f"El pedido 10482 llegó roto. {ANA}")
    await chat.press("Uno nuevo")
    (remedy,) = await chat.accepted_remedies()
    assert remedy.budget_minor > 0
    before = {row.period: row.spent_minor for row in await chat.app.rows(Budget)}
    assert await fail(chat.app, remedy)
    assert not await fail(chat.app, remedy)
    (failed,) = await chat.app.rows(Compensation, Compensation.id == remedy.id)
    assert failed.state == CompensationState.FAILED
    (_, released) = await chat.ledger()
    assert (released.event, released.state, released.reason) == (
        LedgerEvent.RELEASE,
        "failed",
        "no such address",
    )
    async with chat.app.db.read() as session:
        assert set((await entries.read_balances(session, remedy.id)).values()) == {0}
    after = {row.period: row.spent_minor for row in await chat.app.rows(Budget)}
    assert set(before) == {Period.DAY, Period.WEEK, Period.MONTH}
    assert after == {period: spent - remedy.budget_minor for period, spent in before.items()}
    promises = await chat.app.rows(Promise, Promise.compensation_id == remedy.id)
    assert [row.state for row in promises] == [PromiseState.VOID]
    assert (await chat.case()).state == ComplaintState.OPEN


async def test_issued_remedy_cannot_fail(chat: ConversationHarness) -> None:
    remedy = await voucher(chat)
    assert not await fail(chat.app, remedy)
    why = {"originator": "bot", "reason": "no"}
    with pytest.raises(DBAPIError, match="does not hold"):
        async with chat.app.db.write() as session:
            await entries.record(
                session, remedy, transfers.transfer(LedgerEvent.RELEASE, 1), key="x", **why
            )
