"""What the company gives: within its limits, once, and never instead of a right."""

import asyncio
from typing import Any

import pytest

from bot.compensation import acceptance, voucher_code
from bot.compensation.acceptance import Acceptance
from bot.models import (
    Budget,
    Choice,
    Compensation,
    CompensationState,
    ComplaintState,
    HandoffReason,
    HandoffState,
    LedgerEntry,
    Offer,
    OfferState,
)
from bot.money import Money
from tests.integration.conftest import EACH_DRIVER
from tests.integration.harness import ANA, AppHarness, ConversationHarness

pytestmark = EACH_DRIVER

DAMAGED = f"Compré una licuadora, pedido 10482, y llegó quebrada. {ANA}"


async def test_no_to_everything_brings_a_person_and_gives_nothing(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", DAMAGED)
    await chat.press("Ninguna me sirve")
    assert chat.answered_with("person_because_all_declined")
    assert chat.answered_with("person_nobody")
    assert "hoy a las 11:0" in chat.all_text
    assert chat.answered_with("short_declined")
    (handoff,) = await chat.handoffs()
    assert (handoff.state, handoff.reason) == (HandoffState.WAITING, "all_declined")
    states = {one.state for one in await chat.app.rows(Compensation)}
    assert states == {CompensationState.DECLINED}
    assert not await chat.ledger()


async def test_no_in_words_declines_as_well(chat: ConversationHarness) -> None:
    await chat.send("damaged", DAMAGED)
    await chat.send("deny", "no, nada de eso")
    (handoff,) = await chat.handoffs()
    assert handoff.reason == HandoffReason.ALL_DECLINED


async def test_no_coupon_but_my_money_is_a_choice(chat: ConversationHarness) -> None:
    await chat.send("late_delivery", f"El pedido 10482 llegó tarde y era un cumpleaños. {ANA}")
    await chat.send("deny", "No quiero un cupón, quiero mi dinero")
    assert chat.answered_with("promised_bank", title="Cancelar y devolver ($249.900)")
    assert [one.kind for one in await chat.accepted_remedies()] == ["refund"]


@pytest.mark.parametrize(
    ("intent", "words", "kind"),
    [
        ("choose", "el segundo", "replacement"),
        ("choose", "mejor el saldo", "store_credit"),
        ("affirm", "sí, el reembolso", "refund"),
        ("nlu_fallback", "3", "store_credit"),
        ("inform", "la última", "store_credit"),
        ("smalltalk", "el primero", "refund"),
    ],
)
async def test_a_choice_in_words_counts_however_it_was_understood(
    chat: ConversationHarness, intent: str, words: str, kind: str
) -> None:
    await chat.send("damaged", DAMAGED)
    await chat.send(intent, words)
    assert [one.kind for one in await chat.accepted_remedies()] == [kind]


async def test_yes_without_saying_which_takes_nothing(chat: ConversationHarness) -> None:
    await chat.send("damaged", DAMAGED)
    await chat.send("affirm", "sí, claro")
    assert chat.answered_with("offer_again")
    assert not await chat.accepted_remedies()


async def test_the_other_alternatives_are_off_the_table_after_the_choice(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", DAMAGED)
    table = list(chat.choices)
    await chat.press(1)
    compensations = await chat.app.rows(Compensation)
    assert sorted(one.state for one in compensations) == [
        CompensationState.ACCEPTED,
        CompensationState.DECLINED,
        CompensationState.DECLINED,
    ]
    assert (await chat.app.rows(Offer))[0].state == OfferState.ACCEPTED
    spent = await chat.app.rows(Choice, Choice.message_id == table[0].message_id)
    assert {one.chosen for one in spent} == {True, False}


async def test_a_later_word_for_another_alternative_changes_nothing(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", DAMAGED)
    await chat.press(1)
    await chat.send("choose", "no, mejor el saldo")
    assert chat.answered_with("taken_before", title="Devolver mi dinero ($249.900)")
    assert len(await chat.ledger()) == 1


async def test_each_kind_of_choice_comes_late_in_its_own_way(app: AppHarness) -> None:
    chat = await app.chat()
    await chat.send("damaged", DAMAGED)
    first, second, _ = await app.rows(Compensation)

    async def accept(one: Compensation) -> tuple[Acceptance, int]:
        async with app.db.write() as session:
            outcome, remedy = await acceptance.accept(session, app.context, one.id, "bot")
            return outcome, remedy.id

    assert await accept(first) == (Acceptance.DONE, first.id)
    assert await accept(first) == (Acceptance.DONE, first.id)
    assert await accept(second) == (Acceptance.TAKEN_BEFORE, first.id)
    assert await app.count(LedgerEntry) == 1


async def test_accepting_the_same_twice_at_once_pays_once(chat: ConversationHarness) -> None:
    await chat.send("damaged", DAMAGED)
    offered = await chat.app.rows(Compensation)

    async def accept(one: Compensation) -> Acceptance:
        async with chat.app.db.write() as session:
            outcome, _ = await acceptance.accept(session, chat.app.context, one.id, "bot")
            return outcome

    outcomes = await asyncio.gather(*(accept(one) for one in offered * 4))
    assert outcomes.count(Acceptance.DONE) == 4  # the same one, told four times
    assert outcomes.count(Acceptance.TAKEN_BEFORE) == 8
    assert len(await chat.ledger()) == 1


async def test_a_code_can_be_read_out_and_is_never_the_same(app: AppHarness) -> None:
    codes = {voucher_code.generate() for _ in range(200)}
    assert len(codes) == 200
    for code in codes:
        assert [len(group) for group in code.split("-")] == [4, 4, 4]
        assert set(code) <= {*voucher_code.LETTERS, "-"}
    assert not set(voucher_code.LETTERS) & set("0O1IL")


async def test_one_order_is_remedied_once_whichever_conversation_asks(app: AppHarness) -> None:
    first, second = await app.chat(), await app.chat()
    await first.send("damaged", DAMAGED)
    await first.press(1)
    *_, said = await second.send("late_delivery", f"El pedido 10482 llegó tarde. {ANA}")
    given = await first.case()
    title = "Devolver mi dinero ($249.900)"
    assert second.answered_with("order_promised", title=title, reference=given.reference)
    assert said.choices == ("Con una persona", "No, gracias")
    await second.press("Con una persona")
    assert [one.state for one in await second.handoffs()] == [HandoffState.WAITING]
    assert not await second.accepted_remedies()
    assert await app.count(LedgerEntry) == 1


async def test_who_does_not_want_the_person_leaves_the_case_closed(app: AppHarness) -> None:
    first, second = await app.chat(), await app.chat()
    await first.send("damaged", DAMAGED)
    await first.press(1)
    await second.send("late_delivery", f"El pedido 10482 llegó tarde. {ANA}")
    await second.press("No, gracias")
    assert second.answered_with("closed")
    assert (await second.case()).state == ComplaintState.CLOSED
    assert not await second.handoffs()


async def test_a_yes_to_the_person_after_a_remedy_brings_one(app: AppHarness) -> None:
    first, second = await app.chat(), await app.chat()
    await first.send("damaged", DAMAGED)
    await first.press(1)
    await second.send("late_delivery", f"El pedido 10482 llegó tarde. {ANA}")
    await second.send("affirm", "sí, por favor")
    (handoff,) = await second.handoffs()
    assert handoff.reason == HandoffReason.ALREADY_REMEDIED


async def test_an_open_case_goes_on_in_a_second_conversation(app: AppHarness) -> None:
    first, second = await app.chat(), await app.chat()
    await first.send("damaged", DAMAGED)
    earlier = await first.case()
    await second.send("damaged", DAMAGED)
    assert second.answered_with("same_case", reference=earlier.reference)
    await second.press(1)
    moved, _ = await app.rows(type(earlier))
    assert (moved.reference, moved.conversation_id) == (earlier.reference, second.id)
    assert moved.state == ComplaintState.RESOLVED
    assert await app.count(LedgerEntry) == 1


async def test_the_buttons_left_in_the_first_conversation_still_tell_the_truth(
    app: AppHarness,
) -> None:
    first, second = await app.chat(), await app.chat()
    await first.send("damaged", DAMAGED)
    await second.send("damaged", DAMAGED)
    title = "Devolver mi dinero ($249.900)"
    await first.press("Devolver mi dinero")
    assert first.answered_with("promised_bank", title=title)
    await second.press("Uno nuevo")
    assert second.answered_with("taken_before", title=title)
    assert await app.count(LedgerEntry) == 1


async def test_strangers_without_an_order_do_not_use_up_each_others_limits(
    app: AppHarness,
) -> None:
    for _ in range(4):
        chat = await app.chat()
        *_, offer = await chat.send("rude_treatment", "El vendedor me gritó")
        assert "Envío exprés gratis" in offer.choices, offer.text
        await chat.press("Envío exprés")
        assert chat.answered_with("issued_with_code")
    assert await app.count(LedgerEntry) == 4


async def test_a_customer_gets_no_more_than_the_policy_allows_in_its_period(
    app: AppHarness,
) -> None:
    for number in ("30001", "30002", "30003"):
        await app.import_order(number, "rosa@example.com")
    for number in ("30001", "30002"):
        chat = await app.chat()
        await chat.send("damaged", f"El pedido {number} llegó roto, rosa@example.com")
        await chat.press(1)
    third = await app.chat()
    await third.send("damaged", "El pedido 30003 llegó roto, rosa@example.com")
    assert [one.state for one in await third.handoffs()] == [HandoffState.WAITING]
    assert third.answered_with("person_because_customer_limit")
    app.clock.advance(days=91)
    later = await app.chat()
    await later.send("damaged", "El pedido 30003 llegó roto, rosa@example.com")
    # After the period the limit counts anew.
    assert not later.ever_answered_with("person_because_customer_limit")


async def test_the_limit_holds_when_two_offers_were_on_the_table_already(
    app: AppHarness,
) -> None:
    for number in ("30001", "30002", "30003"):
        await app.import_order(number, "rosa@example.com")
    chats = []
    for number in ("30001", "30002", "30003"):
        chat = await app.chat()
        await chat.send("damaged", f"El pedido {number} llegó roto, rosa@example.com")
        chats.append(chat)
    for chat in chats:
        await chat.press(1)
    assert await app.count(LedgerEntry) == 2
    assert [one.reason for one in await chats[2].handoffs()] == [HandoffReason.LIMIT_PASSED]
    assert not await chats[2].accepted_remedies()


async def test_an_empty_budget_brings_a_person_and_takes_nothing(
    chat: ConversationHarness, with_policy: Any
) -> None:
    await chat.send("late_delivery", f"El pedido 10482 llegó tarde. {ANA}")
    with_policy(daily_budget=Money(100, "COP"))
    await chat.press("Bono de compra")
    assert chat.answered_with("person_because_budget_spent")
    assert "Listo" not in chat.last_message.text
    assert [one.reason for one in await chat.handoffs()] == [HandoffReason.BUDGET_SPENT]
    assert not await chat.ledger()
    assert sum(one.spent_minor for one in await chat.app.rows(Budget)) == 0


async def test_a_right_is_given_on_an_empty_budget(
    chat: ConversationHarness, with_policy: Any
) -> None:
    with_policy(daily_budget=Money(100, "COP"))
    await chat.send("damaged", DAMAGED)
    await chat.press("Devolver mi dinero")
    assert [one.kind for one in await chat.ledger()] == ["refund"]


async def test_the_budget_is_that_of_the_day_in_the_companys_zone(
    chat: ConversationHarness, with_policy: Any
) -> None:
    with_policy(daily_budget=Money(2000000, "COP"))
    for number in ("30001", "30002"):
        await chat.app.import_order(number, f"rosa{number}@example.com")
    # Eleven at night in Bogotá is another day in UTC.
    chat.app.clock.advance(hours=13)
    await chat.send("late_delivery", f"El pedido 10482 llegó tarde. {ANA}")
    await chat.press("Bono de compra")
    second = await chat.app.chat()
    await second.send("late_delivery", "El pedido 30001 llegó tarde, rosa30001@example.com")
    assert not any("Bono de compra" in one.title for one in second.choices)
    chat.app.clock.advance(hours=2)
    third = await chat.app.chat()
    await third.send("late_delivery", "El pedido 30002 llegó tarde, rosa30002@example.com")
    await third.press("Bono de compra")
    assert [one.kind for one in await third.ledger()] == ["voucher"]


async def test_a_customer_nobody_knows_is_held_to_the_limit_of_one_conversation(
    chat: ConversationHarness,
) -> None:
    for _ in range(2):
        await chat.send("rude_treatment", "la cajera me gritó")
        await chat.press(1)
    await chat.send("rude_treatment", "y el cajero también")
    assert len(await chat.accepted_remedies()) == 2
    assert [one.reason for one in await chat.handoffs()] == [HandoffReason.CUSTOMER_LIMIT]


async def test_a_button_of_a_closed_case_gives_nothing(chat: ConversationHarness) -> None:
    await chat.send("rude_treatment", "la cajera me gritó")
    case = await chat.case()
    async with chat.app.db.write() as session:
        (await session.merge(case)).state = ComplaintState.CLOSED
    await chat.press(1)
    assert not await chat.ledger()
