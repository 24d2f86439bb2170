"""Accepting an offer: once, within limits and budgets, from buttons and from words."""

import asyncio
from typing import Any

import pytest

from bot.compensation import acceptance
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


async def test_declining_all_sends_case_to_human_and_gives_nothing(
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
    states = {compensation.state for compensation in await chat.app.rows(Compensation)}
    assert states == {CompensationState.DECLINED}
    assert not await chat.ledger()


async def test_declining_in_words_works_like_the_button(chat: ConversationHarness) -> None:
    await chat.send("damaged", DAMAGED)
    await chat.send("deny", "no, nada de eso")
    (handoff,) = await chat.handoffs()
    assert handoff.reason == HandoffReason.ALL_DECLINED


async def test_no_to_one_remedy_and_yes_to_another_is_a_choice(chat: ConversationHarness) -> None:
    await chat.send("late_delivery", f"El pedido 10482 llegó tarde y era un cumpleaños. {ANA}")
    await chat.send("deny", "No quiero un cupón, quiero mi dinero")
    assert chat.answered_with("promised_bank", title="Cancelar y devolver ($249.900)")
    assert [remedy.kind for remedy in await chat.accepted_remedies()] == ["refund"]


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
async def test_choice_in_words_counts_whatever_the_intent(
    chat: ConversationHarness, intent: str, words: str, kind: str
) -> None:
    await chat.send("damaged", DAMAGED)
    await chat.send(intent, words)
    assert [remedy.kind for remedy in await chat.accepted_remedies()] == [kind]


async def test_yes_without_a_choice_accepts_nothing(chat: ConversationHarness) -> None:
    await chat.send("damaged", DAMAGED)
    await chat.send("affirm", "sí, claro")
    assert chat.answered_with("offer_again")
    assert not await chat.accepted_remedies()


async def test_other_alternatives_are_declined_after_choice(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", DAMAGED)
    table = list(chat.choices)
    await chat.press(1)
    compensations = await chat.app.rows(Compensation)
    assert sorted(compensation.state for compensation in compensations) == [
        CompensationState.ACCEPTED,
        CompensationState.DECLINED,
        CompensationState.DECLINED,
    ]
    assert (await chat.app.rows(Offer))[0].state == OfferState.ACCEPTED
    spent = await chat.app.rows(Choice, Choice.message_id == table[0].message_id)
    assert {compensation.chosen for compensation in spent} == {True, False}


async def test_later_choice_of_other_alternative_changes_nothing(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", DAMAGED)
    await chat.press(1)
    await chat.send("choose", "no, mejor el saldo")
    assert chat.answered_with("taken_before", title="Devolver mi dinero ($249.900)")
    assert len(await chat.ledger()) == 1


async def test_accepting_again_returns_first_outcome(app: AppHarness) -> None:
    chat = await app.chat()
    await chat.send("damaged", DAMAGED)
    first, second, _ = await app.rows(Compensation)

    async def accept(compensation: Compensation) -> tuple[Acceptance, int]:
        async with app.db.write() as session:
            outcome, remedy = await acceptance.accept(session, app.context, compensation.id, "bot")
            return outcome, remedy.id

    assert await accept(first) == (Acceptance.DONE, first.id)
    assert await accept(first) == (Acceptance.DONE, first.id)
    assert await accept(second) == (Acceptance.TAKEN_BEFORE, first.id)
    assert await app.count(LedgerEntry) == 1


async def test_concurrent_acceptances_pay_once(chat: ConversationHarness) -> None:
    await chat.send("damaged", DAMAGED)
    offered = await chat.app.rows(Compensation)

    async def accept(compensation: Compensation) -> Acceptance:
        async with chat.app.db.write() as session:
            outcome, _ = await acceptance.accept(session, chat.app.context, compensation.id, "bot")
            return outcome

    outcomes = await asyncio.gather(*(accept(compensation) for compensation in offered * 4))
    assert outcomes.count(Acceptance.DONE) == 4  # the same alternative, four times
    assert outcomes.count(Acceptance.TAKEN_BEFORE) == 8
    assert len(await chat.ledger()) == 1


async def test_order_gets_one_remedy_across_conversations(app: AppHarness) -> None:
    first, second = await app.chat(), await app.chat()
    await first.send("damaged", DAMAGED)
    await first.press(1)
    *_, message = await second.send("late_delivery", f"El pedido 10482 llegó tarde. {ANA}")
    case = await first.case()
    title = "Devolver mi dinero ($249.900)"
    assert second.answered_with("order_promised", title=title, reference=case.reference)
    assert message.choices == ("Con una persona", "No, gracias")
    await second.press("Con una persona")
    assert [handoff.state for handoff in await second.handoffs()] == [HandoffState.WAITING]
    assert not await second.accepted_remedies()
    assert await app.count(LedgerEntry) == 1


async def test_customer_who_declines_human_leaves_case_closed(app: AppHarness) -> None:
    first, second = await app.chat(), await app.chat()
    await first.send("damaged", DAMAGED)
    await first.press(1)
    await second.send("late_delivery", f"El pedido 10482 llegó tarde. {ANA}")
    await second.press("No, gracias")
    assert second.answered_with("closed")
    assert (await second.case()).state == ComplaintState.CLOSED
    assert not await second.handoffs()


async def test_yes_to_human_after_remedy_creates_handoff(app: AppHarness) -> None:
    first, second = await app.chat(), await app.chat()
    await first.send("damaged", DAMAGED)
    await first.press(1)
    await second.send("late_delivery", f"El pedido 10482 llegó tarde. {ANA}")
    await second.send("affirm", "sí, por favor")
    (handoff,) = await second.handoffs()
    assert handoff.reason == HandoffReason.ALREADY_REMEDIED


async def test_open_case_continues_in_second_conversation(app: AppHarness) -> None:
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


async def test_buttons_in_first_conversation_still_work_for_moved_case(
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


async def test_strangers_do_not_share_limits(
    app: AppHarness,
) -> None:
    for _ in range(4):
        chat = await app.chat()
        *_, offer = await chat.send("rude_treatment", "El vendedor me gritó")
        assert "Envío exprés gratis" in offer.choices, offer.text
        await chat.press("Envío exprés")
        assert chat.answered_with("issued_with_code")
    assert await app.count(LedgerEntry) == 4


async def test_customer_limit_holds_within_its_period(
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
    assert [handoff.state for handoff in await third.handoffs()] == [HandoffState.WAITING]
    assert third.answered_with("person_because_customer_limit")
    app.clock.advance(days=91)
    later = await app.chat()
    await later.send("damaged", "El pedido 30003 llegó roto, rosa@example.com")
    # The period has passed, so the limit allows remedies again.
    assert not later.ever_answered_with("person_because_customer_limit")


async def test_customer_limit_holds_for_offers_already_open(
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
    assert [handoff.reason for handoff in await chats[2].handoffs()] == [HandoffReason.LIMIT_PASSED]
    assert not await chats[2].accepted_remedies()


async def test_empty_budget_sends_case_to_human_and_spends_nothing(
    chat: ConversationHarness, with_policy: Any
) -> None:
    await chat.send("late_delivery", f"El pedido 10482 llegó tarde. {ANA}")
    with_policy(daily_budget=Money(100, "COP"))
    await chat.press("Bono de compra")
    assert chat.answered_with("person_because_budget_spent")
    assert "Listo" not in chat.last_message.text
    assert [compensation.reason for compensation in await chat.handoffs()] == [
        HandoffReason.BUDGET_SPENT
    ]
    assert not await chat.ledger()
    assert sum(compensation.spent_minor for compensation in await chat.app.rows(Budget)) == 0


async def test_entitlement_is_given_on_empty_budget(
    chat: ConversationHarness, with_policy: Any
) -> None:
    with_policy(daily_budget=Money(100, "COP"))
    await chat.send("damaged", DAMAGED)
    await chat.press("Devolver mi dinero")
    assert [entry.kind for entry in await chat.ledger()] == ["refund"]


async def test_budget_day_is_in_company_time_zone(
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
    assert not any("Bono de compra" in compensation.title for compensation in second.choices)
    chat.app.clock.advance(hours=2)
    third = await chat.app.chat()
    await third.send("late_delivery", "El pedido 30002 llegó tarde, rosa30002@example.com")
    await third.press("Bono de compra")
    assert [compensation.kind for compensation in await third.ledger()] == ["voucher"]


async def test_stranger_is_limited_per_conversation(
    chat: ConversationHarness,
) -> None:
    for _ in range(2):
        await chat.send("rude_treatment", "la cajera me gritó")
        await chat.press(1)
    await chat.send("rude_treatment", "y el cajero también")
    assert len(await chat.accepted_remedies()) == 2
    assert [handoff.reason for handoff in await chat.handoffs()] == [HandoffReason.CUSTOMER_LIMIT]


async def test_button_of_closed_case_gives_nothing(chat: ConversationHarness) -> None:
    await chat.send("rude_treatment", "la cajera me gritó")
    case = await chat.case()
    async with chat.app.db.write() as session:
        (await session.merge(case)).state = ComplaintState.CLOSED
    await chat.press(1)
    assert not await chat.ledger()
