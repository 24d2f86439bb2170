"""Complaints in conversation: the facts that are asked for, the offer, the resulting case."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.category import CATEGORIES, OrderNeed
from bot.models import (
    Author,
    Complaint,
    ComplaintState,
    HandoffReason,
    HandoffState,
    LedgerEntry,
    Message,
)
from tests.integration.harness import ANA, AppHarness, ConversationHarness

# Scenes of the dialogue over rows that other tests write and read on both databases.
pytestmark = pytest.mark.one_database

DAMAGED = "Compré una licuadora, pedido 10482, y llegó quebrada"


def questions(text: str) -> int:
    return text.count("?")


async def test_complaint_takes_at_most_four_messages_to_its_remedy(
    chat: ConversationHarness,
) -> None:
    *_, first = await chat.send("damaged", "Compré una licuadora y llegó quebrada")
    assert chat.answered_with("apology_damaged", thing="su licuadora")
    assert chat.answered_with("responsible")
    assert chat.answered_with("ask_order")
    await chat.send("inform", "10482")
    assert chat.answered_with("ask_contact")
    *_, third = await chat.send("inform", ANA)
    assert len(third.choices) == 4  # a right, two more, and none of them
    await chat.press("Uno nuevo")
    case = await chat.case()
    title = "Uno nuevo por exprés"
    assert chat.answered_with("promised_warehouse", title=title, reference=case.reference)
    assert (case.state, case.category, case.thing) == (
        ComplaintState.RESOLVED,
        "damaged",
        "licuadora",
    )
    assert first.author == Author.BOT
    assert len(await chat.accepted_remedies()) == len(await chat.ledger()) == 1
    assert await chat.app.count(Message, Message.author == Author.CUSTOMER) <= 4


async def test_offer_follows_at_once_if_all_facts_are_in_the_first_message(
    chat: ConversationHarness,
) -> None:
    *_, offer = await chat.send("damaged", f"{DAMAGED}. Mi correo es {ANA}")
    assert chat.answered_with("apology_damaged", thing="su licuadora")
    assert offer.choices[-1] == "Ninguna me sirve"
    await chat.press(1)
    assert chat.answered_with("promised_bank", title="Devolver mi dinero ($249.900)")
    assert [remedy.kind for remedy in await chat.accepted_remedies()] == ["refund"]


async def test_apology_is_recorded_within_sixty_seconds(chat: ConversationHarness) -> None:
    await chat.send("rude_treatment", "El vendedor me gritó")
    case = await chat.case()
    assert case.apologized_at is not None
    assert 0 <= (case.apologized_at - case.first_message_at).total_seconds() < 60


@pytest.mark.parametrize(
    ("language", "complaint", "apology", "question"),
    [
        ("es", "Estoy muy molesto", "disculpas", "número de su pedido"),
        ("en", "I am upset", "apologize", "your order number"),
    ],
)
async def test_every_category_gets_its_apology_and_at_most_one_question(
    app: AppHarness, language: str, complaint: str, apology: str, question: str
) -> None:
    for name, category in CATEGORIES.items():
        chat = await app.chat(language)
        answers = await chat.send(name, complaint)
        text = "\n".join(message.text for message in answers)
        assert chat.answered_with("responsible"), name
        assert chat.answered_with(f"apology_{name}"), name
        assert apology in text, name
        assert questions(text) <= 1, text
        assert (category.order is OrderNeed.NEEDED) is (question in text), text


@pytest.mark.parametrize(
    ("number", "contact"),
    [("10482", ANA), ("PED-10482", "300 123 4567"), ("#10482", "ANA.RUIZ@Example.com")],
)
async def test_english_conversation_has_no_spanish_text(
    app: AppHarness, number: str, contact: str
) -> None:
    chat = await app.chat("en")
    await chat.send("damaged", f"My order {number} arrived broken, I used {contact}")
    await chat.press("Refund my money")
    assert "I apologize" in chat.all_text
    assert chat.answered_with("promised_bank", title="Refund my money (COP 249,900)")
    assert not re.search(r"[áéíóúñ¿¡]", chat.all_text)


FACTS = {
    "what": ("damaged", "Llegó quebrada la licuadora"),
    "order": ("inform", "El pedido es el {number}"),
    "contact": ("inform", "Mi correo es {email}"),
    "greeting": ("greet", "Buenas tardes"),
}


@settings(
    max_examples=12,
    deadline=None,
    # Every example is a new customer with a new order in the same database.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(order=st.permutations(list(FACTS)), merged=st.integers(0, 2))
async def test_given_facts_are_not_asked_for_in_any_order(
    app: AppHarness, order: list[str], merged: int
) -> None:
    number = str(20000 + await app.count(Complaint))
    email = f"rosa{number}@example.com"
    await app.import_order(number, email)
    chat = await app.chat()
    given_facts: set[str] = set()
    # Some customers say several things in one message: then the first's intent counts, unless one
    # of them is the complaint.
    parts = [order[: merged + 1], *([fact] for fact in order[merged + 1 :])]
    for part in parts:
        given_facts.update(part)
        intent = FACTS["what" if "what" in part else part[0]][0]
        text = ". ".join(FACTS[fact][1].format(number=number, email=email) for fact in part)
        answers = "\n".join(message.text for message in await chat.send(intent, text))
        assert questions(answers) <= 1, answers
        assert not ("what" in given_facts and "qué pasó" in answers), answers
        assert not ("order" in given_facts and "número de su pedido" in answers), answers
        assert not ("contact" in given_facts and "con qué correo" in answers), answers
    assert "Ninguna me sirve" in [choice.title for choice in chat.choices], chat.all_text
    asked = re.findall(r"¿[^?]*\?", "\n".join(message.text for message in chat.shown))
    asked = [question for question in asked if question != "¿Con cuál se queda?"]
    repeated = {question for question in asked if asked.count(question) > 1}
    # A question is put again only when the customer spoke of something else meanwhile.
    assert len(asked) <= 4, asked
    assert len(repeated) <= 1, repeated


async def test_hesitation_keeps_the_offer_open(chat: ConversationHarness) -> None:
    await chat.send("damaged", f"{DAMAGED}, {ANA}")
    await chat.send("nlu_fallback", "mmm déjeme pensarlo")
    assert chat.answered_with("offer_again")
    *_, done = await chat.send("choose", "mejor el saldo")
    assert "Saldo con 10 % más ($275.000)" in done.text
    assert len(await chat.ledger()) == 1


async def test_corrected_order_number_replaces_the_first(chat: ConversationHarness) -> None:
    *_, offer = await chat.send("damaged", f"{DAMAGED}, {ANA}")
    assert "$249.900" in str(offer)
    answers = await chat.send("inform", "perdón, el pedido es el 10541")
    assert (await chat.case()).order_id == (await chat.order("10541")).id
    assert "$189.000" in str(answers[-1])
    assert "$249.900" not in str(answers[-1])
    *_, done = await chat.press(1)
    assert "$189.000" in done.text
    assert [entry.amount_minor for entry in await chat.ledger()] == [18900000]


async def test_corrected_category_replaces_the_first(chat: ConversationHarness) -> None:
    await chat.send("late_delivery", f"El pedido 10482 llegó mal, {ANA}")
    answers = await chat.send("wrong_item", "No, perdón: me llegó otro producto")
    case = await chat.case()
    assert (case.category, case.also) == ("wrong_item", [])
    assert chat.answered_with("apology_wrong_item")
    assert "Recibir el correcto" in answers[-1].choices


async def test_further_complaint_is_added_to_the_open_case(chat: ConversationHarness) -> None:
    await chat.send("late_delivery", f"El pedido 10482 llegó tarde, {ANA}")
    await chat.send("damaged", "Y además la caja venía rota")
    assert chat.answered_with("apology_also", what="el producto dañado")
    (case,) = await chat.cases()
    assert (case.category, case.also) == ("late_delivery", ["damaged"])


async def test_two_complaints_in_one_message_both_get_an_apology(
    chat: ConversationHarness,
) -> None:
    await chat.send(
        "damaged", f"{DAMAGED}, y el vendedor fue grosero. {ANA}", also="rude_treatment"
    )
    assert chat.answered_with("apology_damaged", thing="su licuadora")
    assert chat.answered_with("apology_also", what="el trato que recibió")
    case = await chat.case()
    assert (case.category, case.also, case.severity) == ("damaged", ["rude_treatment"], "high")


async def test_complaint_that_needs_no_order_is_resolved_without_one(
    chat: ConversationHarness,
) -> None:
    *_, offer = await chat.send("rude_treatment", "El vendedor me gritó delante de todos")
    assert "pedido" not in offer.text
    assert offer.choices == ("Hablar con gerencia", "Envío exprés gratis", "Ninguna me sirve")
    *_, done = await chat.press(2)
    (remedy,) = await chat.accepted_remedies()
    assert remedy.code
    assert remedy.code in done.text
    assert "hasta el 21 de febrero de 2027" in done.text


async def test_complaint_after_a_resolved_one_opens_a_new_case(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", f"{DAMAGED}, {ANA}")
    await chat.press(1)
    answers = await chat.send("rude_treatment", "Y el mensajero me insultó")
    first, second = await chat.cases()
    assert (first.state, second.state) == (ComplaintState.RESOLVED, ComplaintState.OPEN)
    assert chat.answered_with("apology_rude_treatment")
    assert chat.answered_with("responsible", reference=second.reference)
    # Another matter than the order that was put right: it is offered something of its own.
    assert first.reference not in answers[0].text
    assert "Ninguna me sirve" in answers[-1].choices


async def test_identified_customer_is_not_asked_again_for_a_second_order(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", f"{DAMAGED}, {ANA}")
    await chat.press(1)
    answers = await chat.send("late_delivery", "El pedido 10541 no llega a tiempo")
    assert "correo" not in answers[-1].text
    case = await chat.case()
    assert case.order_id == (await chat.order("10541")).id
    assert "Ninguna me sirve" in answers[-1].choices


async def test_known_customer_picks_from_their_orders(chat: ConversationHarness) -> None:
    await chat.verify_by_channel("10482")
    *_, pick = await chat.send("late_delivery", "Un pedido no me llegó a tiempo")
    assert pick.choices == ("10541", "10482", "10299", "Otro pedido")
    assert pick.details[0] == "Olla a presión Universal 6 L x1; Repuesto de empaque x1"
    await chat.press("10541")
    assert (await chat.case()).order_id == (await chat.order("10541")).id
    assert "Ninguna me sirve" in chat.last_message.choices


async def test_other_order_asks_for_its_number(
    chat: ConversationHarness,
) -> None:
    await chat.verify_by_channel("10482")
    await chat.send("late_delivery", "Un pedido no me llegó a tiempo")
    await chat.press("Otro pedido")
    assert chat.answered_with("ask_order")
    *_, offer = await chat.send("inform", "10299")
    assert "Ninguna me sirve" in offer.choices


async def test_missing_order_number_gets_help_first_and_then_an_agent(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", "Llegó quebrada la licuadora")
    await chat.send("no_order_number", "No tengo el número")
    assert chat.answered_with("help_find_order")
    assert not await chat.handoffs()
    await chat.send("no_order_number", f"No lo encuentro, mi correo es {ANA}")
    assert chat.answered_with("person_because_order_not_found")
    (handoff,) = await chat.handoffs()
    assert handoff.reason == HandoffReason.ORDER_NOT_FOUND


async def test_useful_order_number_is_asked_for_once(chat: ConversationHarness) -> None:
    *_, asked = await chat.send("misleading_offer", "La promoción era mentira")
    assert questions(asked.text) == 1
    answers = await chat.send("no_order_number", "No tengo")
    assert "número del pedido" not in answers[-1].text


async def test_photo_above_the_limit_is_asked_for_and_brings_the_offer(
    chat: ConversationHarness,
) -> None:
    await chat.app.import_order("30001", "rosa@example.com", "2500000")
    answers = await chat.send("damaged", "El pedido 30001 llegó roto, rosa@example.com")
    assert chat.answered_with("ask_photo")
    assert questions(answers[-1].text) == 1
    *_, offer = await chat.send("inform", photos=1)
    assert chat.answered_with("photo_received")
    assert "Devolver mi dinero ($2.500.000)" in offer.choices
    await chat.press(1)
    assert len(await chat.ledger()) == 1


async def test_case_above_the_limit_without_a_photo_goes_to_an_agent(
    chat: ConversationHarness,
) -> None:
    await chat.app.import_order("30001", "rosa@example.com", "2500000")
    await chat.send("damaged", "El pedido 30001 llegó roto, rosa@example.com")
    await chat.press("No tengo foto")
    (handoff,) = await chat.handoffs()
    assert handoff.state == HandoffState.WAITING
    assert chat.answered_with("person_because_rule_says_person")
    assert not await chat.app.count(LedgerEntry)


async def test_photo_sent_with_the_complaint_is_not_asked_for(chat: ConversationHarness) -> None:
    await chat.app.import_order("30001", "rosa@example.com", "2500000")
    answers = await chat.send("damaged", "El pedido 30001 llegó roto, rosa@example.com", photos=2)
    assert "foto" not in answers[-1].text
    assert "Devolver mi dinero ($2.500.000)" in answers[-1].choices


async def test_entitlement_is_named_and_offered_beside_goodwill(chat: ConversationHarness) -> None:
    *_, offer = await chat.send("not_delivered", f"El pedido 10482 nunca llegó, {ANA}")
    assert "Lo que se paga y no se recibe se devuelve completo" in offer.text
    assert offer.choices[0].startswith("Devolver mi dinero ($249.900)")
    assert len(offer.choices) == 4


async def test_remark_in_an_open_case_is_not_asked_what_went_wrong(
    chat: ConversationHarness,
) -> None:
    await chat.send("remark", "leí que abrieron otra tienda")
    assert chat.answered_with("remark")
    await chat.send("damaged", DAMAGED)
    answers = await chat.send("remark", "ya les dije que es la 10482")
    assert len(answers) == 1
    assert chat.answered_with("ask_contact")
    await chat.send("remark", "así no se trata a la gente")
    assert chat.answered_with("remark_in_case")


async def test_status_is_answered_from_the_database(chat: ConversationHarness) -> None:
    await chat.send("ask_status", "¿Cómo va mi caso?")
    assert chat.answered_with("ask_what")
    await chat.send("damaged", f"{DAMAGED}, {ANA}")
    case = await chat.case()
    await chat.send("ask_status", "¿Cómo va mi caso?")
    assert chat.answered_with("status_open", reference=case.reference, what="el producto dañado")
    await chat.press("Uno nuevo")
    await chat.send("ask_status", "¿Cómo va mi caso?")
    (promise,) = await chat.promises()
    due = chat.app.context.responses.show(promise.due_at, "es").rstrip(".")
    title = "Uno nuevo por exprés"
    assert chat.answered_with("status_promise", reference=case.reference, title=title, due=due)


async def test_status_repeats_the_voucher_code(chat: ConversationHarness) -> None:
    await chat.send("rude_treatment", "El vendedor me gritó")
    await chat.press("Envío exprés")
    (remedy,) = await chat.accepted_remedies()
    await chat.send("ask_status", "¿Cómo va?")
    assert remedy.code
    assert chat.answered_with("status_done_code", code=remedy.code)


async def test_repeated_turn_of_the_first_message_opens_one_case(
    chat: ConversationHarness,
) -> None:
    message, _ = await chat.receive(f"{DAMAGED}, {ANA}")
    chat.app.engine.expect(chat.id, "damaged", None)
    metadata = {"message_id": message.id}
    for _ in range(3):
        await chat.app.engine.ask(chat.id, message.text, metadata, 20)
    assert len(await chat.cases()) == 1
    await chat.run_turn("damaged")
    assert (await chat.case()).reference in chat.all_text
    assert len(await chat.cases()) == 1
