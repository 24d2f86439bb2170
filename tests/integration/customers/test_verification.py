"""Who is writing: nothing of an order is told before that is known, and nobody can guess."""

import re

import pytest

from bot.customers.verification import CONVERSATION_TRIES, ORDER_TRIES, TRIES
from bot.models import HandoffReason, Order, Proof
from tests.integration.harness import ANA, AppHarness, ConversationHarness

# What belongs to order 10482 and to nobody else's eyes.
SECRETS = re.compile(
    r"licuadora|oster|ruiz|ana\.|249|300 ?123|3001234567|12 de noviembre|18 de noviembre"
    r"|blender|november 1[28]",
    re.IGNORECASE,
)


def leaks(chat: ConversationHarness) -> list[str]:
    return SECRETS.findall(chat.all_text)


@pytest.mark.parametrize("language", ["es", "en"])
async def test_nothing_of_an_order_is_told_before_identity_is_proven(
    app: AppHarness, language: str
) -> None:
    chat = await app.chat(language)
    wrong = "otro@example.com"
    await chat.send("damaged", "10482")
    await chat.send("ask_status", "10482?")
    await chat.send("inform", wrong)
    await chat.send("question", "10482: ?")
    await chat.send("greet", "10482!")
    await chat.send("wants_human", "10482")
    await chat.send("ask_status", "10482")
    assert not leaks(chat), chat.all_text
    assert (await chat.conversation()).contact_id is None


@pytest.mark.parametrize(
    "contact",
    [
        ANA,
        "ANA.RUIZ@EXAMPLE.COM",
        "+57 300 123 4567",
        "3001234567",
        "300-123-45-67",
        "ana.ruiz arroba example punto com",
    ],
)
async def test_the_contact_is_recognised_however_it_is_written(
    app: AppHarness, contact: str
) -> None:
    chat = await app.chat()
    await chat.send("damaged", "El pedido 10482 llegó roto")
    await chat.send("inform", contact)
    assert "Ninguna me sirve" in chat.last_message.choices, chat.last_message.text
    assert (await chat.conversation()).proven_by == Proof.ORDER


async def test_a_wrong_contact_and_an_unknown_number_get_the_same_answer(app: AppHarness) -> None:
    known, unknown = await app.chat(), await app.chat()
    for chat, number in ((known, "10482"), (unknown, "99999")):
        await chat.send("damaged", f"El pedido {number} llegó roto")
        await chat.send("inform", "otro@example.com")
    reference = re.compile(r"Q-\d{4}-\d{4}")
    assert reference.sub("Q", known.all_text) == reference.sub("Q", unknown.all_text)
    assert known.answered_with("ask_contact_again")


async def test_after_a_few_wrong_tries_a_person_takes_over_and_guessing_ends(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", "El pedido 10482 llegó roto")
    for one in range(CONVERSATION_TRIES):
        assert not await chat.handoffs()
        await chat.send("inform", f"otro{one}@example.com")
    (handoff,) = await chat.handoffs()
    assert handoff.reason == HandoffReason.IDENTITY_UNPROVEN
    assert chat.answered_with("person_because_identity_unproven")
    await chat.press("Seguir con el asistente")
    await chat.send("inform", ANA)
    assert (await chat.conversation()).contact_id is None
    assert not leaks(chat)


async def test_saying_the_same_wrong_thing_again_costs_no_further_try(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", "El pedido 10482 llegó roto, otro@example.com")
    await chat.send("greet", "hola")
    assert (await chat.conversation()).times[TRIES] == 1
    await chat.send("inform", ANA)
    assert "Ninguna me sirve" in chat.last_message.choices


async def test_details_that_never_match_lead_to_a_person_and_not_in_a_circle(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", "El pedido 10482 llegó roto, otro@example.com")
    for _ in range(2):
        await chat.send("inform", "es ese, otro@example.com")
    assert [one.reason for one in await chat.handoffs()] == [HandoffReason.IDENTITY_UNPROVEN]


async def test_a_guess_told_while_a_person_is_awaited_costs_a_try_too(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", "El pedido 10482 llegó roto")
    for guess in ("uno@example.com", "dos@example.com", "tres@example.com"):
        await chat.send("wants_human", "una persona")
        await chat.send("inform", guess)
        await chat.press("Seguir con el asistente")
    assert (await chat.conversation()).times[TRIES] == 3
    await chat.send("wants_human", "una persona")
    await chat.send("inform", ANA)
    await chat.press("Seguir con el asistente")
    assert (await chat.conversation()).proven_by is None


async def test_a_customer_known_later_is_held_to_the_limits_of_the_person(
    app: AppHarness,
) -> None:
    chats = [await app.chat() for _ in range(3)]
    for place, chat in enumerate(chats):
        await chat.send("rude_treatment", "la cajera me gritó")
        await chat.verify_by_channel("10482")
        await chat.send("greet", "hola")
        if place < 2:
            await chat.press(1)
    assert [one.reason for one in await chats[-1].handoffs()] == [HandoffReason.CUSTOMER_LIMIT]


async def test_a_corrected_number_is_matched_with_the_contact_told_before(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", f"El pedido 10483 llegó roto, {ANA}")
    assert chat.answered_with("ask_contact_again")
    await chat.send("inform", "perdón, 10482")
    assert "Ninguna me sirve" in chat.last_message.choices


async def test_a_siege_on_one_order_from_many_conversations_is_broken(app: AppHarness) -> None:
    for one in range(ORDER_TRIES):
        chat = await app.chat()
        await chat.send("damaged", f"El pedido 10482 llegó roto, otro{one}@example.com")
    late = await app.chat()
    await late.send("damaged", f"El pedido 10482 llegó roto. {ANA}")
    assert [one.reason for one in await late.handoffs()] == [HandoffReason.IDENTITY_UNPROVEN]
    assert not leaks(late)
    # Another order is not under siege, and this one is free again after an hour.
    other = await app.chat()
    await other.send("damaged", f"El pedido 10541 llegó roto. {ANA}")
    assert "Ninguna me sirve" in other.last_message.choices
    app.clock.advance(hours=1, minutes=1)
    free = await app.chat()
    await free.send("damaged", f"El pedido 10482 llegó roto. {ANA}")
    assert "Ninguna me sirve" in free.last_message.choices


async def test_a_proven_customer_does_not_see_somebody_elses_order(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", f"El pedido 10482 llegó roto. {ANA}")
    await chat.press(1)
    await chat.send("damaged", "El pedido 10486 llegó roto")
    assert not re.search(r"televisor|quiñones|2\.?900", chat.all_text, re.IGNORECASE)
    case = await chat.case()
    assert case.order_id is None


async def test_an_unproven_customer_who_names_an_order_gets_nothing_of_it_without_need(
    chat: ConversationHarness,
) -> None:
    await chat.send("rude_treatment", "El vendedor del pedido 10482 me gritó")
    case = await chat.case()
    assert (case.order_id, case.contact_id) == (None, None)
    assert not leaks(chat)


async def test_wrong_tries_are_counted_on_the_order(app: AppHarness) -> None:
    chat = await app.chat()
    await chat.send("damaged", "El pedido 10482 llegó roto, otro@example.com")
    (order,) = await app.rows(Order, Order.number == "10482")
    assert (order.failed_tries, order.tries_since is not None) == (1, True)


async def test_address_that_differs_by_an_accent_proves_nothing(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", f"El pedido 10482 llegó roto, {ANA.replace('a', 'á', 1)}")
    assert (await chat.conversation()).proven_by is None
    assert chat.answered_with("ask_contact_again")
