"""What becomes of a remedy after it was accepted: spent, in part or whole, or it cannot be done."""

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
    (given,) = await chat.accepted_remedies()
    return given


async def redeem(
    app: AppHarness, given: Compensation, minor: int | None, key: str, by: str = "shop"
) -> Redemption:
    amount = None if minor is None else Money(minor, given.currency)
    async with app.db.write() as session:
        return await redemption.redeem(session, given, amount, key, by)


async def fail(app: AppHarness, given: Compensation) -> bool:
    async with app.db.write() as session:
        return await completion.fail(session, given, "courier", "no such address")


async def test_a_voucher_is_spent_in_parts_and_never_more_than_it_holds(
    chat: ConversationHarness,
) -> None:
    given = await voucher(chat)
    whole = given.amount_minor
    first = await redeem(chat.app, given, whole - 1000, "till-1")
    assert (first.amount.amount_minor, first.left.amount_minor) == (whole - 1000, 1000)
    with pytest.raises(CannotRedeem) as refused:
        await redeem(chat.app, given, 1001, "till-2")
    assert (refused.value.code, refused.value.left) == ("more_than_left", Money(1000, "COP"))
    assert (await redeem(chat.app, given, None, "till-3")).left == Money(0, "COP")
    with pytest.raises(CannotRedeem, match="spent"):
        await redeem(chat.app, given, 1, "till-4")
    assert [one.state for one in await chat.ledger()] == [
        LedgerState.ISSUED,
        LedgerState.REDEEMED,
        LedgerState.REDEEMED,
    ]


async def test_the_same_key_spends_once_and_answers_the_same_whatever_came_after(
    chat: ConversationHarness,
) -> None:
    given = await voucher(chat)
    first = await redeem(chat.app, given, 1000, "till-1")
    await redeem(chat.app, given, None, "till-2")
    chat.app.clock.advance(days=400)
    again = await redeem(chat.app, given, 1000, "till-1")
    assert again.entry.id == first.entry.id
    assert (again.amount, again.left) == (first.amount, first.left)
    for other in ({"minor": 999}, {"minor": 1000, "by": "another shop"}):
        with pytest.raises(entries.KeyReused):
            await redeem(chat.app, given, key="till-1", **other)
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
async def test_what_cannot_be_spent_is_refused_by_name(
    chat: ConversationHarness, minor: int, change: dict[str, str], code: str
) -> None:
    given = await voucher(chat)
    async with chat.app.db.write() as session:
        kept = await session.get_one(Compensation, given.id)
        kept.state = CompensationState(change.get("state", kept.state))
    amount = Money(minor, change.get("currency", "COP"))
    with pytest.raises(CannotRedeem) as refused:
        async with chat.app.db.write() as session:
            await redemption.redeem(session, given, amount, "till", "shop")
    assert refused.value.code == code
    assert await chat.app.count(LedgerEntry) == 1


async def test_a_voucher_is_good_to_the_last_minute_of_its_last_day(
    chat: ConversationHarness,
) -> None:
    given = await voucher(chat)
    assert given.expires_at is not None
    chat.app.clock.move_to(given.expires_at.replace(minute=58))
    await redeem(chat.app, given, 1000, "in time")
    chat.app.clock.advance(minutes=2)
    with pytest.raises(CannotRedeem, match="expired"):
        await redeem(chat.app, given, 1000, "too late")


async def test_what_is_no_sum_of_money_is_used_once(chat: ConversationHarness) -> None:
    await chat.send("rude_treatment", "Me gritaron")
    await chat.press("Envío exprés")
    (given,) = await chat.accepted_remedies()
    assert given.amount_minor == 0
    await redeem(chat.app, given, None, "till-1")
    with pytest.raises(CannotRedeem, match="spent"):
        await redeem(chat.app, given, None, "till-2")


async def test_a_code_is_found_however_it_is_typed(chat: ConversationHarness) -> None:
    given = await voucher(chat)
    assert given.code is not None
    typed = given.code.lower().replace("-", " ")
    async with chat.app.db.read() as session:
        found = await redemption.find_by_code(session, typed)
        assert found is not None
        assert found.id == given.id
        assert await redemption.find_by_code(session, "") is None


async def test_what_fails_gives_back_what_it_took_and_opens_the_case(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", f"El pedido 10482 llegó roto. {ANA}")
    await chat.press("Uno nuevo")
    (given,) = await chat.accepted_remedies()
    assert given.budget_minor > 0
    before = {one.period: one.spent_minor for one in await chat.app.rows(Budget)}
    assert await fail(chat.app, given)
    assert not await fail(chat.app, given)
    (failed,) = await chat.app.rows(Compensation, Compensation.id == given.id)
    assert failed.state == CompensationState.FAILED
    (_, released) = await chat.ledger()
    assert (released.event, released.state, released.reason) == (
        LedgerEvent.RELEASE,
        "failed",
        "no such address",
    )
    async with chat.app.db.read() as session:
        assert set((await entries.read_balances(session, given.id)).values()) == {0}
    after = {one.period: one.spent_minor for one in await chat.app.rows(Budget)}
    assert set(before) == {Period.DAY, Period.WEEK, Period.MONTH}
    assert after == {period: spent - given.budget_minor for period, spent in before.items()}
    promises = await chat.app.rows(Promise, Promise.compensation_id == given.id)
    assert [one.state for one in promises] == [PromiseState.VOID]
    assert (await chat.case()).state == ComplaintState.OPEN


async def test_what_was_done_cannot_fail_any_more(chat: ConversationHarness) -> None:
    given = await voucher(chat)
    assert not await fail(chat.app, given)
    why = {"originator": "bot", "reason": "no"}
    with pytest.raises(DBAPIError, match="does not hold"):
        async with chat.app.db.write() as session:
            await entries.record(
                session, given, transfers.transfer(LedgerEvent.RELEASE, 1), key="x", **why
            )
