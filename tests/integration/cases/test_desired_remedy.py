"""A remedy that the customer asks for: it is offered first and is no new complaint."""

import pytest

from tests.integration.harness import ANA, ConversationHarness

# Scenes of the dialogue over rows that other tests write and read on both databases.
pytestmark = pytest.mark.one_database

DAMAGED = "Compré una licuadora, pedido 10482, y llegó quebrada"


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("quiero que me devuelvan mi dinero", "Devolver mi dinero"),
        ("quiero uno nuevo", "Uno nuevo por exprés"),
    ],
)
async def test_requested_remedy_is_offered_first(
    chat: ConversationHarness, text: str, first: str
) -> None:
    *_, offer = await chat.send("damaged", f"{DAMAGED}, {text}. {ANA}")
    assert offer.choices[0].startswith(first)


async def test_refund_wish_in_an_open_case_adds_no_category(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", DAMAGED)
    await chat.send("refund_pending", "no, quiero que me devuelvan la plata")
    case = await chat.case()
    assert (case.category, case.also, case.desired) == ("damaged", [], "refund")
    assert chat.answered_with("noted_wish", wish="que le devuelvan el dinero")
    answers = await chat.send("refund_pending", "quiero mi dinero")
    assert not any("Tomo nota" in message.text for message in answers)
    *_, offer = await chat.send("inform", ANA)
    assert offer.choices[0].startswith("Devolver mi dinero")


@pytest.mark.parametrize("intent", ["refund_pending", "choose"])
async def test_refund_wish_changes_the_offer(chat: ConversationHarness, intent: str) -> None:
    *_, offer = await chat.send("late_delivery", f"El pedido 10482 llegó tarde, {ANA}")
    assert not any("Devolver mi dinero" in choice for choice in offer.choices)
    *_, offer = await chat.send(intent, "quiero que me devuelvan el dinero")
    assert offer.choices[0].startswith("Cancelar y devolver ($249.900)")
    is_noted = chat.answered_with("noted_wish", wish="que le devuelvan el dinero")
    assert is_noted is (intent == "refund_pending")


@pytest.mark.parametrize(
    "text", ["exijo el reembolso que nunca llegó", "I need my refund, it never came"]
)
async def test_missing_refund_in_few_words_adds_its_category(
    chat: ConversationHarness, text: str
) -> None:
    await chat.send("damaged", DAMAGED)
    await chat.send("refund_pending", text)
    assert (await chat.case()).also == ["refund_pending"]


async def test_refund_owed_for_another_order_adds_its_category(chat: ConversationHarness) -> None:
    await chat.send("damaged", DAMAGED)
    long = "y del otro pedido que cancelé hace un mes todavía no me han devuelto ni un peso"
    await chat.send("refund_pending", long)
    assert (await chat.case()).also == ["refund_pending"]
