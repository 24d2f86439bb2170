"""Identity: nothing of an order is told before it is proven, and nobody can guess it."""

import re

import pytest

from bot.customers.verification import CONVERSATION_TRIES, ORDER_TRIES, TRIES
from bot.models import HandoffReason, Order, Proof
from tests.integration.harness import ANA, AppHarness, ConversationHarness

# Details of order 10482 that only its customer may see.
SECRETS = re.compile(
    r"licuadora|oster|ruiz|ana\.|249|300 ?123|3001234567|12 de noviembre|18 de noviembre"
    r"|blender|november 1[28]",
    re.IGNORECASE,
)


def leaks(chat: ConversationHarness) -> list[str]:
    return SECRETS.findall(chat.all_text)


@pytest.mark.parametrize("language", ["es", "en"])
async def test_nothing_of_an_order_is_revealed_before_identity_is_proven(
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
async def test_contact_is_recognized_however_it_is_written(app: AppHarness, contact: str) -> None:
    chat = await app.chat()
    await chat.send("damaged", "El pedido 10482 llegó roto")
    await chat.send("inform", contact)
    assert "Ninguna me sirve" in chat.last_message.choices, chat.last_message.text
    assert (await chat.conversation()).proven_by == Proof.ORDER


async def test_wrong_contact_and_unknown_number_get_the_same_answer(app: AppHarness) -> None:
    known, unknown = await app.chat(), await app.chat()
    for chat, number in ((known, "10482"), (unknown, "99999")):
        await chat.send("damaged", f"El pedido {number} llegó roto")
        await chat.send("inform", "otro@example.com")
    reference = re.compile(r"Q-\d{4}-\d{4}")
    assert reference.sub("Q", known.all_text) == reference.sub("Q", unknown.all_text)
    assert known.answered_with("ask_contact_again")


async def test_too_many_wrong_tries_bring_a_human_and_end_the_guessing(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", "El pedido 10482 llegó roto")
    for number in range(CONVERSATION_TRIES):
        assert not await chat.handoffs()
        await chat.send("inform", f"otro{number}@example.com")
    (handoff,) = await chat.handoffs()
    assert handoff.reason == HandoffReason.IDENTITY_UNPROVEN
    assert chat.answered_with("person_because_identity_unproven")
    await chat.press("Seguir con el asistente")
    await chat.send("inform", ANA)
    assert (await chat.conversation()).contact_id is None
    assert not leaks(chat)


async def test_repeated_wrong_guess_counts_once(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", "El pedido 10482 llegó roto, otro@example.com")
    await chat.send("greet", "hola")
    assert (await chat.conversation()).times[TRIES] == 1
    await chat.send("inform", ANA)
    assert "Ninguna me sirve" in chat.last_message.choices


async def test_repeated_mismatch_brings_a_human(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", "El pedido 10482 llegó roto, otro@example.com")
    for _ in range(2):
        await chat.send("inform", "es ese, otro@example.com")
    assert [handoff.reason for handoff in await chat.handoffs()] == [
        HandoffReason.IDENTITY_UNPROVEN
    ]


async def test_wrong_guess_while_waiting_for_a_human_counts(
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


async def test_customer_identified_later_has_the_limits_of_the_contact(
    app: AppHarness,
) -> None:
    chats = [await app.chat() for _ in range(3)]
    for index, chat in enumerate(chats):
        await chat.send("rude_treatment", "la cajera me gritó")
        await chat.verify_by_channel("10482")
        await chat.send("greet", "hola")
        if index < 2:
            await chat.press(1)
    assert [handoff.reason for handoff in await chats[-1].handoffs()] == [
        HandoffReason.CUSTOMER_LIMIT
    ]


async def test_corrected_number_is_matched_with_the_earlier_contact(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", f"El pedido 10483 llegó roto, {ANA}")
    assert chat.answered_with("ask_contact_again")
    await chat.send("inform", "perdón, 10482")
    assert "Ninguna me sirve" in chat.last_message.choices


async def test_guessing_one_order_from_many_conversations_is_blocked(app: AppHarness) -> None:
    for number in range(ORDER_TRIES):
        chat = await app.chat()
        await chat.send("damaged", f"El pedido 10482 llegó roto, otro{number}@example.com")
    late = await app.chat()
    await late.send("damaged", f"El pedido 10482 llegó roto. {ANA}")
    assert [handoff.reason for handoff in await late.handoffs()] == [
        HandoffReason.IDENTITY_UNPROVEN
    ]
    assert not leaks(late)
    # Another order is not blocked, and this one is free again after an hour.
    other = await app.chat()
    await other.send("damaged", f"El pedido 10541 llegó roto. {ANA}")
    assert "Ninguna me sirve" in other.last_message.choices
    app.clock.advance(hours=1, minutes=1)
    free = await app.chat()
    await free.send("damaged", f"El pedido 10482 llegó roto. {ANA}")
    assert "Ninguna me sirve" in free.last_message.choices


async def test_identified_customer_does_not_see_another_customers_order(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", f"El pedido 10482 llegó roto. {ANA}")
    await chat.press(1)
    await chat.send("damaged", "El pedido 10486 llegó roto")
    assert not re.search(r"televisor|quiñones|2\.?900", chat.all_text, re.IGNORECASE)
    case = await chat.case()
    assert case.order_id is None


async def test_order_is_not_attached_where_the_category_needs_none(
    chat: ConversationHarness,
) -> None:
    await chat.send("rude_treatment", "El vendedor del pedido 10482 me gritó")
    case = await chat.case()
    assert (case.order_id, case.contact_id) == (None, None)
    assert not leaks(chat)


async def test_wrong_guess_is_counted_on_the_order(app: AppHarness) -> None:
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
