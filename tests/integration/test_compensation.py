"""What the company gives: within its limits, once, and never instead of a right."""

import asyncio
from typing import Any

import pytest

from bot.compensation import acceptance
from bot.compensation.acceptance import CODE_LETTERS, Acceptance
from bot.models import Budget, Choice, Compensation, LedgerEntry, Offer
from bot.money import Money
from tests.integration.stage import ANA, Stage, Theatre

DAMAGED = f"Compré una licuadora, pedido 10482, y llegó quebrada. {ANA}"


async def test_no_to_everything_brings_a_person_and_gives_nothing(stage: Stage) -> None:
    await stage.customer("damaged", DAMAGED)
    await stage.press("Ninguna me sirve")
    assert stage.told("person_because_all_declined")
    assert stage.told("person_nobody")
    assert "hoy a las 11:0" in stage.everything
    assert stage.told("short_declined")
    (handoff,) = await stage.handoffs()
    assert (handoff.state, handoff.reason) == ("waiting", "all_declined")
    states = {one.state for one in await stage.theatre.all(Compensation)}
    assert states == {"declined"}
    assert not await stage.ledger()


async def test_no_in_words_declines_as_well(stage: Stage) -> None:
    await stage.customer("damaged", DAMAGED)
    await stage.customer("deny", "no, nada de eso")
    (handoff,) = await stage.handoffs()
    assert handoff.reason == "all_declined"


async def test_no_coupon_but_my_money_is_a_choice(stage: Stage) -> None:
    await stage.customer("late_delivery", f"El pedido 10482 llegó tarde y era un cumpleaños. {ANA}")
    await stage.customer("deny", "No quiero un cupón, quiero mi dinero")
    assert stage.told("promised_bank", title="Cancelar y devolver ($249.900)")
    assert [one.kind for one in await stage.taken()] == ["refund"]


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
    stage: Stage, intent: str, words: str, kind: str
) -> None:
    await stage.customer("damaged", DAMAGED)
    await stage.customer(intent, words)
    assert [one.kind for one in await stage.taken()] == [kind]


async def test_yes_without_saying_which_takes_nothing(stage: Stage) -> None:
    await stage.customer("damaged", DAMAGED)
    await stage.customer("affirm", "sí, claro")
    assert stage.told("offer_again")
    assert not await stage.taken()


async def test_the_other_alternatives_are_off_the_table_after_the_choice(stage: Stage) -> None:
    await stage.customer("damaged", DAMAGED)
    table = list(stage.table)
    await stage.press(1)
    compensations = await stage.theatre.all(Compensation)
    assert sorted(one.state for one in compensations) == ["accepted", "declined", "declined"]
    assert (await stage.theatre.all(Offer))[0].state == "accepted"
    spent = await stage.theatre.all(Choice, Choice.message_id == table[0].message_id)
    assert {one.chosen for one in spent} == {True, False}


async def test_a_later_word_for_another_alternative_changes_nothing(stage: Stage) -> None:
    await stage.customer("damaged", DAMAGED)
    await stage.press(1)
    await stage.customer("choose", "no, mejor el saldo")
    assert stage.told("taken_before", title="Devolver mi dinero ($249.900)")
    assert len(await stage.ledger()) == 1


async def test_each_kind_of_choice_comes_late_in_its_own_way(theatre: Theatre) -> None:
    stage = await theatre.stage()
    await stage.customer("damaged", DAMAGED)
    first, second, _ = await theatre.all(Compensation)

    async def accept(one: Compensation) -> tuple[Acceptance, int]:
        async with theatre.db.write() as session:
            outcome, remedy = await acceptance.accept(session, theatre.desk, one.id, "bot")
            return outcome, remedy.id

    assert await accept(first) == (Acceptance.DONE, first.id)
    assert await accept(first) == (Acceptance.DONE, first.id)
    assert await accept(second) == (Acceptance.TAKEN_BEFORE, first.id)
    assert await theatre.count(LedgerEntry) == 1


async def test_accepting_the_same_twice_at_once_pays_once(stage: Stage) -> None:
    await stage.customer("damaged", DAMAGED)
    offered = await stage.theatre.all(Compensation)

    async def accept(one: Compensation) -> Acceptance:
        async with stage.theatre.db.write() as session:
            outcome, _ = await acceptance.accept(session, stage.theatre.desk, one.id, "bot")
            return outcome

    outcomes = await asyncio.gather(*(accept(one) for one in offered * 4))
    assert outcomes.count(Acceptance.DONE) == 4  # the same one, told four times
    assert outcomes.count(Acceptance.TAKEN_BEFORE) == 8
    assert len(await stage.ledger()) == 1


async def test_a_code_can_be_read_out_and_is_never_the_same(theatre: Theatre) -> None:
    codes = {acceptance.new_code() for _ in range(200)}
    assert len(codes) == 200
    for code in codes:
        assert [len(group) for group in code.split("-")] == [4, 4, 4]
        assert set(code) <= {*CODE_LETTERS, "-"}
    assert not set(CODE_LETTERS) & set("0O1IL")


async def test_one_order_is_remedied_once_whichever_conversation_asks(theatre: Theatre) -> None:
    first, second = await theatre.stage(), await theatre.stage()
    await first.customer("damaged", DAMAGED)
    await first.press(1)
    *_, said = await second.customer("late_delivery", f"El pedido 10482 llegó tarde. {ANA}")
    given = await first.case()
    title = "Devolver mi dinero ($249.900)"
    assert second.told("order_promised", title=title, reference=given.reference)
    assert said.choices == ("Con una persona", "No, gracias")
    await second.press("Con una persona")
    assert [one.state for one in await second.handoffs()] == ["waiting"]
    assert not await second.taken()
    assert await theatre.count(LedgerEntry) == 1


async def test_who_does_not_want_the_person_leaves_the_case_closed(theatre: Theatre) -> None:
    first, second = await theatre.stage(), await theatre.stage()
    await first.customer("damaged", DAMAGED)
    await first.press(1)
    await second.customer("late_delivery", f"El pedido 10482 llegó tarde. {ANA}")
    await second.press("No, gracias")
    assert second.told("closed")
    assert (await second.case()).state == "closed"
    assert not await second.handoffs()


async def test_a_yes_to_the_person_after_a_remedy_brings_one(theatre: Theatre) -> None:
    first, second = await theatre.stage(), await theatre.stage()
    await first.customer("damaged", DAMAGED)
    await first.press(1)
    await second.customer("late_delivery", f"El pedido 10482 llegó tarde. {ANA}")
    await second.customer("affirm", "sí, por favor")
    (handoff,) = await second.handoffs()
    assert handoff.reason == "already_remedied"


async def test_an_open_case_goes_on_in_a_second_conversation(theatre: Theatre) -> None:
    first, second = await theatre.stage(), await theatre.stage()
    await first.customer("damaged", DAMAGED)
    earlier = await first.case()
    await second.customer("damaged", DAMAGED)
    assert second.told("same_case", reference=earlier.reference)
    await second.press(1)
    moved, _ = await theatre.all(type(earlier))
    assert (moved.reference, moved.conversation_id) == (earlier.reference, second.id)
    assert moved.state == "resolved"
    assert await theatre.count(LedgerEntry) == 1


async def test_the_buttons_left_in_the_first_conversation_still_tell_the_truth(
    theatre: Theatre,
) -> None:
    first, second = await theatre.stage(), await theatre.stage()
    await first.customer("damaged", DAMAGED)
    await second.customer("damaged", DAMAGED)
    title = "Devolver mi dinero ($249.900)"
    await first.press("Devolver mi dinero")
    assert first.told("promised_bank", title=title)
    await second.press("Uno nuevo")
    assert second.told("taken_before", title=title)
    assert await theatre.count(LedgerEntry) == 1


async def test_strangers_without_an_order_do_not_use_up_each_others_limits(
    theatre: Theatre,
) -> None:
    for _ in range(4):
        stage = await theatre.stage()
        *_, offer = await stage.customer("rude_treatment", "El vendedor me gritó")
        assert "Envío exprés gratis" in offer.choices, offer.text
        await stage.press("Envío exprés")
        assert stage.told("issued_with_code")
    assert await theatre.count(LedgerEntry) == 4


async def test_a_customer_gets_no_more_than_the_policy_allows_in_its_period(
    theatre: Theatre,
) -> None:
    for number in ("30001", "30002", "30003"):
        await theatre.order(number, "rosa@example.com")
    for number in ("30001", "30002"):
        stage = await theatre.stage()
        await stage.customer("damaged", f"El pedido {number} llegó roto, rosa@example.com")
        await stage.press(1)
    third = await theatre.stage()
    await third.customer("damaged", "El pedido 30003 llegó roto, rosa@example.com")
    assert [one.state for one in await third.handoffs()] == ["waiting"]
    assert third.told("person_because_customer_limit")
    theatre.clock.forward(days=91)
    later = await theatre.stage()
    await later.customer("damaged", "El pedido 30003 llegó roto, rosa@example.com")
    # After the period the limit counts anew.
    assert not later.ever_told("person_because_customer_limit")


async def test_the_limit_holds_when_two_offers_were_on_the_table_already(
    theatre: Theatre,
) -> None:
    for number in ("30001", "30002", "30003"):
        await theatre.order(number, "rosa@example.com")
    stages = []
    for number in ("30001", "30002", "30003"):
        stage = await theatre.stage()
        await stage.customer("damaged", f"El pedido {number} llegó roto, rosa@example.com")
        stages.append(stage)
    for stage in stages:
        await stage.press(1)
    assert await theatre.count(LedgerEntry) == 2
    assert [one.reason for one in await stages[2].handoffs()] == ["limit_passed"]
    assert not await stages[2].taken()


async def test_an_empty_budget_brings_a_person_and_takes_nothing(
    stage: Stage, with_policy: Any
) -> None:
    await stage.customer("late_delivery", f"El pedido 10482 llegó tarde. {ANA}")
    with_policy(daily_budget=Money(100, "COP"))
    await stage.press("Bono de compra")
    assert stage.told("person_because_budget_spent")
    assert "Listo" not in stage.last.text
    assert [one.reason for one in await stage.handoffs()] == ["budget_spent"]
    assert not await stage.ledger()
    assert sum(one.spent_minor for one in await stage.theatre.all(Budget)) == 0


async def test_a_right_is_given_on_an_empty_budget(stage: Stage, with_policy: Any) -> None:
    with_policy(daily_budget=Money(100, "COP"))
    await stage.customer("damaged", DAMAGED)
    await stage.press("Devolver mi dinero")
    assert [one.kind for one in await stage.ledger()] == ["refund"]


async def test_the_budget_is_that_of_the_day_in_the_companys_zone(
    stage: Stage, with_policy: Any
) -> None:
    with_policy(daily_budget=Money(2000000, "COP"))
    for number in ("30001", "30002"):
        await stage.theatre.order(number, f"rosa{number}@example.com")
    # Eleven at night in Bogotá is another day in UTC.
    stage.theatre.clock.forward(hours=13)
    await stage.customer("late_delivery", f"El pedido 10482 llegó tarde. {ANA}")
    await stage.press("Bono de compra")
    second = await stage.theatre.stage()
    await second.customer("late_delivery", "El pedido 30001 llegó tarde, rosa30001@example.com")
    assert not any("Bono de compra" in one.title for one in second.table)
    stage.theatre.clock.forward(hours=2)
    third = await stage.theatre.stage()
    await third.customer("late_delivery", "El pedido 30002 llegó tarde, rosa30002@example.com")
    await third.press("Bono de compra")
    assert [one.kind for one in await third.ledger()] == ["voucher"]


async def test_a_customer_nobody_knows_is_held_to_the_limit_of_one_conversation(
    stage: Stage,
) -> None:
    for _ in range(2):
        await stage.customer("rude_treatment", "la cajera me gritó")
        await stage.press(1)
    await stage.customer("rude_treatment", "y el cajero también")
    assert len(await stage.taken()) == 2
    assert [one.reason for one in await stage.handoffs()] == ["customer_limit"]


async def test_a_button_of_a_closed_case_gives_nothing(stage: Stage) -> None:
    await stage.customer("rude_treatment", "la cajera me gritó")
    case = await stage.case()
    async with stage.theatre.db.write() as session:
        (await session.merge(case)).state = "closed"
    await stage.press(1)
    assert not await stage.ledger()
