"""A customer who complains: what is taken, what is asked, what comes of it."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.category import CATEGORIES, OrderNeed
from bot.models import Complaint, LedgerEntry
from tests.integration.stage import ANA, Stage, Theatre

DAMAGED = "Compré una licuadora, pedido 10482, y llegó quebrada"


def questions(text: str) -> int:
    return text.count("?")


async def test_from_the_complaint_to_the_remedy_takes_at_most_four_messages(stage: Stage) -> None:
    *_, first = await stage.customer("damaged", "Compré una licuadora y llegó quebrada")
    assert stage.told("apology_damaged", thing="su licuadora")
    assert stage.told("responsible")
    assert stage.told("ask_order")
    await stage.customer("inform", "10482")
    assert stage.told("ask_contact")
    *_, third = await stage.customer("inform", ANA)
    assert len(third.choices) == 4  # a right, two more, and none of them
    await stage.press("Uno nuevo")
    case = await stage.case()
    title = "Uno nuevo por exprés"
    assert stage.told("promised_warehouse", title=title, reference=case.reference)
    assert (case.state, case.category, case.thing) == ("resolved", "damaged", "licuadora")
    assert first.author == "bot"
    assert len(await stage.taken()) == len(await stage.ledger()) == 1


async def test_who_tells_everything_at_once_only_has_to_choose(stage: Stage) -> None:
    *_, offer = await stage.customer("damaged", f"{DAMAGED}. Mi correo es {ANA}")
    assert stage.told("apology_damaged", thing="su licuadora")
    assert offer.choices[-1] == "Ninguna me sirve"
    await stage.press(1)
    assert stage.told("promised_bank", title="Devolver mi dinero ($249.900)")
    assert [one.kind for one in await stage.taken()] == ["refund"]


async def test_the_apology_is_within_the_minute_and_noted(stage: Stage) -> None:
    await stage.customer("rude_treatment", "El vendedor me gritó")
    case = await stage.case()
    assert case.apologized_at is not None
    assert 0 <= (case.apologized_at - case.first_message_at).total_seconds() < 60


@pytest.mark.parametrize(
    ("language", "told", "sorry", "asked"),
    [
        ("es", "Estoy muy molesto", "disculpas", "número de su pedido"),
        ("en", "I am upset", "apologize", "your order number"),
    ],
)
async def test_every_category_is_apologised_for_and_asks_at_most_one_thing(
    theatre: Theatre, language: str, told: str, sorry: str, asked: str
) -> None:
    for name, category in CATEGORIES.items():
        stage = await theatre.stage(language)
        said = await stage.customer(name, told)
        text = "\n".join(one.text for one in said)
        assert stage.told("responsible"), name
        assert stage.told(f"apology_{name}"), name
        assert sorry in text, name
        assert questions(text) <= 1, text
        assert (category.order is OrderNeed.NEEDED) is (asked in text), text


@pytest.mark.parametrize(
    ("number", "contact"),
    [("10482", ANA), ("PED-10482", "300 123 4567"), ("#10482", "ANA.RUIZ@Example.com")],
)
async def test_english_from_the_first_word_to_the_last(
    theatre: Theatre, number: str, contact: str
) -> None:
    stage = await theatre.stage("en")
    await stage.customer("damaged", f"My order {number} arrived broken, I used {contact}")
    await stage.press("Refund my money")
    assert "I apologize" in stage.everything
    assert stage.told("promised_bank", title="Refund my money (COP 249,900)")
    assert not re.search(r"[áéíóúñ¿¡]", stage.everything)


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
async def test_no_fact_is_asked_for_once_it_was_given_in_whatever_order(
    theatre: Theatre, order: list[str], merged: int
) -> None:
    number = str(20000 + await theatre.count(Complaint))
    email = f"rosa{number}@example.com"
    await theatre.order(number, email)
    stage = await theatre.stage()
    told: set[str] = set()
    # Some customers say several things in one message: then the first's intent counts, unless one
    # of them is the complaint.
    parts = [order[: merged + 1], *([one] for one in order[merged + 1 :])]
    for part in parts:
        told.update(part)
        intent = FACTS["what" if "what" in part else part[0]][0]
        text = ". ".join(FACTS[one][1].format(number=number, email=email) for one in part)
        said = "\n".join(one.text for one in await stage.customer(intent, text))
        assert questions(said) <= 1, said
        assert not ("what" in told and "qué pasó" in said), said
        assert not ("order" in told and "número de su pedido" in said), said
        assert not ("contact" in told and "con qué correo" in said), said
    assert "Ninguna me sirve" in [one.title for one in stage.table], stage.everything
    asked = re.findall(r"¿[^?]*\?", "\n".join(one.text for one in stage.said))
    asked = [one for one in asked if one != "¿Con cuál se queda?"]
    repeated = {one for one in asked if asked.count(one) > 1}
    # A question is put again only when the customer spoke of something else meanwhile.
    assert len(asked) <= 4, asked
    assert len(repeated) <= 1, repeated


async def test_a_change_of_mind_before_choosing_keeps_the_offer(stage: Stage) -> None:
    await stage.customer("damaged", f"{DAMAGED}, {ANA}")
    await stage.customer("nlu_fallback", "mmm déjeme pensarlo")
    assert stage.told("offer_again")
    *_, done = await stage.customer("choose", "mejor el saldo")
    assert "Saldo con 10 % más ($275.000)" in done.text
    assert len(await stage.ledger()) == 1


async def test_a_corrected_order_number_replaces_the_first(stage: Stage) -> None:
    *_, offer = await stage.customer("damaged", f"{DAMAGED}, {ANA}")
    assert "$249.900" in str(offer)
    said = await stage.customer("inform", "perdón, el pedido es el 10541")
    assert (await stage.case()).order_id == (await stage.order("10541")).id
    assert "$189.000" in str(said[-1])
    assert "$249.900" not in str(said[-1])
    *_, done = await stage.press(1)
    assert "$189.000" in done.text
    assert [one.amount_minor for one in await stage.ledger()] == [18900000]


async def test_a_corrected_category_replaces_the_first(stage: Stage) -> None:
    await stage.customer("late_delivery", f"El pedido 10482 llegó mal, {ANA}")
    said = await stage.customer("wrong_item", "No, perdón: me llegó otro producto")
    case = await stage.case()
    assert (case.category, case.also) == ("wrong_item", [])
    assert stage.told("apology_wrong_item")
    assert "Recibir el correcto" in said[-1].choices


async def test_a_further_complaint_joins_the_case(stage: Stage) -> None:
    await stage.customer("late_delivery", f"El pedido 10482 llegó tarde, {ANA}")
    await stage.customer("damaged", "Y además la caja venía rota")
    assert stage.told("apology_also", what="el producto dañado")
    (case,) = await stage.cases()
    assert (case.category, case.also) == ("late_delivery", ["damaged"])


async def test_two_complaints_in_one_message_are_both_apologised_for(stage: Stage) -> None:
    await stage.customer(
        "damaged", f"{DAMAGED}, y el vendedor fue grosero. {ANA}", also="rude_treatment"
    )
    assert stage.told("apology_damaged", thing="su licuadora")
    assert stage.told("apology_also", what="el trato que recibió")
    case = await stage.case()
    assert (case.category, case.also, case.severity) == ("damaged", ["rude_treatment"], "high")


async def test_a_complaint_without_an_order_is_put_right_without_one(stage: Stage) -> None:
    *_, offer = await stage.customer("rude_treatment", "El vendedor me gritó delante de todos")
    assert "pedido" not in offer.text
    assert offer.choices == ("Hablar con gerencia", "Envío exprés gratis", "Ninguna me sirve")
    *_, done = await stage.press(2)
    (remedy,) = await stage.taken()
    assert remedy.code
    assert remedy.code in done.text
    assert "hasta el 21 de febrero de 2027" in done.text


async def test_a_second_complaint_after_the_first_is_resolved_starts_clean(stage: Stage) -> None:
    await stage.customer("damaged", f"{DAMAGED}, {ANA}")
    await stage.press(1)
    said = await stage.customer("rude_treatment", "Y el mensajero me insultó")
    first, second = await stage.cases()
    assert (first.state, second.state) == ("resolved", "open")
    assert stage.told("apology_rude_treatment")
    assert stage.told("responsible", reference=second.reference)
    # Another matter than the order that was put right: it is offered something of its own.
    assert first.reference not in said[0].text
    assert "Ninguna me sirve" in said[-1].choices


async def test_the_same_customer_is_known_for_a_second_order(stage: Stage) -> None:
    await stage.customer("damaged", f"{DAMAGED}, {ANA}")
    await stage.press(1)
    said = await stage.customer("late_delivery", "El pedido 10541 no llega a tiempo")
    assert "correo" not in said[-1].text
    case = await stage.case()
    assert case.order_id == (await stage.order("10541")).id
    assert "Ninguna me sirve" in said[-1].choices


async def test_a_known_customer_picks_among_their_orders(stage: Stage) -> None:
    await stage.is_vouched_for("10482")
    *_, pick = await stage.customer("late_delivery", "Un pedido no me llegó a tiempo")
    assert pick.choices == ("10541", "10482", "10299", "Otro pedido")
    assert pick.details[0] == "Olla a presión Universal 6 L x1; Repuesto de empaque x1"
    await stage.press("10541")
    assert (await stage.case()).order_id == (await stage.order("10541")).id
    assert "Ninguna me sirve" in stage.last.choices


async def test_who_picks_none_of_the_known_orders_is_asked_for_its_number(stage: Stage) -> None:
    await stage.is_vouched_for("10482")
    await stage.customer("late_delivery", "Un pedido no me llegó a tiempo")
    await stage.press("Otro pedido")
    assert stage.told("ask_order")
    *_, offer = await stage.customer("inform", "10299")
    assert "Ninguna me sirve" in offer.choices


async def test_without_an_order_number_help_comes_first_and_then_a_person(stage: Stage) -> None:
    await stage.customer("damaged", "Llegó quebrada la licuadora")
    await stage.customer("no_order_number", "No tengo el número")
    assert stage.told("help_find_order")
    assert not await stage.handoffs()
    await stage.customer("no_order_number", f"No lo encuentro, mi correo es {ANA}")
    assert stage.told("person_because_order_not_found")
    (handoff,) = await stage.handoffs()
    assert handoff.reason == "order_not_found"


async def test_a_useful_order_number_is_asked_for_once(stage: Stage) -> None:
    *_, asked = await stage.customer("misleading_offer", "La promoción era mentira")
    assert questions(asked.text) == 1
    said = await stage.customer("no_order_number", "No tengo")
    assert "número del pedido" not in said[-1].text


async def test_a_photo_is_asked_for_above_the_limit_and_brings_the_offer(stage: Stage) -> None:
    await stage.theatre.order("30001", "rosa@example.com", "2500000")
    said = await stage.customer("damaged", "El pedido 30001 llegó roto, rosa@example.com")
    assert stage.told("ask_photo")
    assert questions(said[-1].text) == 1
    *_, offer = await stage.customer("inform", photos=1)
    assert stage.told("photo_received")
    assert "Devolver mi dinero ($2.500.000)" in offer.choices
    await stage.press(1)
    assert len(await stage.ledger()) == 1


async def test_without_a_photo_above_the_limit_a_person_decides(stage: Stage) -> None:
    await stage.theatre.order("30001", "rosa@example.com", "2500000")
    await stage.customer("damaged", "El pedido 30001 llegó roto, rosa@example.com")
    await stage.press("No tengo foto")
    (handoff,) = await stage.handoffs()
    assert handoff.state == "waiting"
    assert stage.told("person_because_rule_says_person")
    assert not await stage.theatre.count(LedgerEntry)


async def test_a_photo_sent_with_the_complaint_is_not_asked_for(stage: Stage) -> None:
    await stage.theatre.order("30001", "rosa@example.com", "2500000")
    said = await stage.customer("damaged", "El pedido 30001 llegó roto, rosa@example.com", photos=2)
    assert "foto" not in said[-1].text
    assert "Devolver mi dinero ($2.500.000)" in said[-1].choices


async def test_a_right_stands_beside_the_goodwill_and_is_named(stage: Stage) -> None:
    *_, offer = await stage.customer("not_delivered", f"El pedido 10482 nunca llegó, {ANA}")
    assert "Lo que se paga y no se recibe se devuelve completo" in offer.text
    assert offer.choices[0].startswith("Devolver mi dinero ($249.900)")
    assert len(offer.choices) == 4


async def test_a_remark_about_an_open_case_is_not_asked_what_went_wrong(stage: Stage) -> None:
    await stage.customer("remark", "leí que abrieron otra tienda")
    assert stage.told("remark")
    await stage.customer("damaged", DAMAGED)
    said = await stage.customer("remark", "ya les dije que es la 10482")
    assert len(said) == 1
    assert stage.told("ask_contact")
    await stage.customer("remark", "así no se trata a la gente")
    assert stage.told("remark_in_case")


async def test_the_status_is_told_from_the_rows(stage: Stage) -> None:
    await stage.customer("ask_status", "¿Cómo va mi caso?")
    assert stage.told("ask_what")
    await stage.customer("damaged", f"{DAMAGED}, {ANA}")
    case = await stage.case()
    await stage.customer("ask_status", "¿Cómo va mi caso?")
    assert stage.told("status_open", reference=case.reference, what="el producto dañado")
    await stage.press("Uno nuevo")
    await stage.customer("ask_status", "¿Cómo va mi caso?")
    (promise,) = await stage.promises()
    due = stage.theatre.desk.wording.show(promise.due_at, "es").rstrip(".")
    title = "Uno nuevo por exprés"
    assert stage.told("status_promise", reference=case.reference, title=title, due=due)


async def test_the_status_names_the_code_again(stage: Stage) -> None:
    await stage.customer("rude_treatment", "El vendedor me gritó")
    await stage.press("Envío exprés")
    (remedy,) = await stage.taken()
    await stage.customer("ask_status", "¿Cómo va?")
    assert remedy.code
    assert stage.told("status_done_code", code=remedy.code)


async def test_a_first_message_that_is_run_again_is_the_same_case(stage: Stage) -> None:
    message, _ = await stage.receive(f"{DAMAGED}, {ANA}")
    stage.theatre.engine.expect(stage.id, "damaged", None)
    metadata = {"message_id": message.id}
    for _ in range(3):
        await stage.theatre.engine.ask(stage.id, message.text, metadata, 20)
    assert len(await stage.cases()) == 1
    await stage.answer("damaged")
    assert (await stage.case()).reference in stage.everything
    assert len(await stage.cases()) == 1
