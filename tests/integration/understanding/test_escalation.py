"""Alarms within a conversation: a human takes over, whatever else the complaint is about."""

import pytest

from bot.models import HandoffReason
from tests.integration.harness import ANA, AppHarness, ConversationHarness

# Scenes of the dialogue over rows that other tests write and read on both databases.
pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    ("text", "reason", "priority"),
    [
        ("El pedido 10482 llegó roto y me quemé la mano", "danger", 1),
        ("El pedido 10482 llegó roto y es la nevera de mi insulina", "vulnerable", 2),
        ("El pedido 10482 llegó roto, voy a hablar con la prensa", "press", 2),
        ("El pedido 10482 llegó roto y los voy a demandar", "threat", 2),
    ],
)
async def test_alarm_in_a_complaint_brings_a_human_after_the_apology(
    chat: ConversationHarness, text: str, reason: str, priority: int
) -> None:
    first, *_ = await chat.send("damaged", f"{text}. {ANA}")
    assert chat.answered_with("apology_damaged")
    assert chat.answered_with(f"person_because_{reason}")
    assert "roto" in first.text or "mal" in first.text
    (handoff,) = await chat.handoffs()
    assert (handoff.reason, handoff.priority) == (reason, priority)
    case = await chat.case()
    assert (case.category, case.is_told) == ("damaged", True)


async def test_alarm_in_a_later_message_brings_a_human(chat: ConversationHarness) -> None:
    await chat.send("damaged", f"El pedido 10482 llegó roto. {ANA}")
    await chat.send("damaged", "Llegó roto y mi abuela de 84 años está sin nevera")
    (handoff,) = await chat.handoffs()
    assert handoff.reason == HandoffReason.VULNERABLE
    assert len(await chat.cases()) == 1


@pytest.mark.parametrize("intent", ["inform", "nlu_fallback", "no_order_number"])
async def test_alarm_counts_whatever_the_intent(chat: ConversationHarness, intent: str) -> None:
    await chat.send(intent, f"Es la silla de ruedas de mi mamá, pedido 10482, {ANA}")
    (handoff,) = await chat.handoffs()
    assert handoff.reason == HandoffReason.VULNERABLE


async def test_threat_with_the_press_is_not_filed_as_legal_threat(
    chat: ConversationHarness,
) -> None:
    await chat.send("threat", "Voy a contar esto en la prensa")
    assert (await chat.handoff()).reason == HandoffReason.PRESS


async def test_danger_shows_no_button_back_to_the_bot(chat: ConversationHarness) -> None:
    await chat.send("damaged", f"El pedido 10482 explotó. {ANA}")
    assert chat.shown
    titles = [title for message in chat.shown for title in message.choices]
    assert not any("asistente" in title for title in titles)


async def chat_of_good_customer(app: AppHarness) -> ConversationHarness:
    """A customer who buys for more than the company's ``at_stake`` in a year."""
    await app.import_order("33001", "rica@example.com", total="900000")
    await app.import_order("33002", "rica@example.com", total="2500000")
    return await app.chat()


ANGRY = "Estoy harta, son unos ladrones, el pedido 33001 llegó roto. rica@example.com"


async def test_angry_customer_with_much_at_stake_gets_a_human_once(
    app: AppHarness,
) -> None:
    chat = await chat_of_good_customer(app)
    await chat.send("damaged", ANGRY)
    assert chat.answered_with("person_because_anger")
    assert chat.answered_with("apology_damaged")
    handoff = await chat.handoff()
    assert (handoff.reason, handoff.priority) == (HandoffReason.ANGER, 2)
    assert not await chat.ledger()
    # After returning to the bot, the same anger brings no human again.
    await chat.press("Seguir con el asistente")
    assert "Ninguna me sirve" in chat.last_message.choices
    await chat.send("damaged", ANGRY)
    assert len(await chat.handoffs()) == 1


async def test_calm_customer_with_much_at_stake_gets_an_offer(
    app: AppHarness,
) -> None:
    chat = await chat_of_good_customer(app)
    await chat.send("damaged", "El pedido 33001 llegó roto. rica@example.com")
    assert "Ninguna me sirve" in chat.last_message.choices
    assert await chat.handoffs() == []


async def test_angry_customer_with_little_at_stake_gets_an_offer(app: AppHarness) -> None:
    await app.import_order("33003", "rosa@example.com")
    chat = await app.chat()
    await chat.send("damaged", ANGRY.replace("33001", "33003").replace("rica", "rosa"))
    assert "Ninguna me sirve" in chat.last_message.choices
    assert await chat.handoffs() == []


async def test_anger_brings_no_human_if_the_company_sets_no_stake(app: AppHarness) -> None:
    app.change_people_settings(at_stake=None)
    chat = await chat_of_good_customer(app)
    await chat.send("damaged", ANGRY)
    assert await chat.handoffs() == []
