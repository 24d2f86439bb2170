"""Who is writing: nothing of an order is told before that is known, and nobody can guess."""

import re

import pytest

from bot.customers.verification import CONVERSATION_TRIES, ORDER_TRIES, TRIES
from bot.models import Order
from tests.integration.stage import ANA, Stage, Theatre

# What belongs to order 10482 and to nobody else's eyes.
SECRETS = re.compile(
    r"licuadora|oster|ruiz|ana\.|249|300 ?123|3001234567|12 de noviembre|18 de noviembre"
    r"|blender|november 1[28]",
    re.IGNORECASE,
)


def leaks(stage: Stage) -> list[str]:
    return SECRETS.findall(stage.everything)


@pytest.mark.parametrize("language", ["es", "en"])
async def test_nothing_of_an_order_is_told_before_identity_is_proven(
    theatre: Theatre, language: str
) -> None:
    stage = await theatre.stage(language)
    wrong = "otro@example.com"
    await stage.customer("damaged", "10482")
    await stage.customer("ask_status", "10482?")
    await stage.customer("inform", wrong)
    await stage.customer("question", "10482: ?")
    await stage.customer("greet", "10482!")
    await stage.customer("wants_human", "10482")
    await stage.customer("ask_status", "10482")
    assert not leaks(stage), stage.everything
    assert (await stage.conversation()).contact_id is None


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
    theatre: Theatre, contact: str
) -> None:
    stage = await theatre.stage()
    await stage.customer("damaged", "El pedido 10482 llegó roto")
    await stage.customer("inform", contact)
    assert "Ninguna me sirve" in stage.last.choices, stage.last.text
    assert (await stage.conversation()).proven_by == "order"


async def test_a_wrong_contact_and_an_unknown_number_get_the_same_answer(theatre: Theatre) -> None:
    known, unknown = await theatre.stage(), await theatre.stage()
    for stage, number in ((known, "10482"), (unknown, "99999")):
        await stage.customer("damaged", f"El pedido {number} llegó roto")
        await stage.customer("inform", "otro@example.com")
    reference = re.compile(r"Q-\d{4}-\d{4}")
    assert reference.sub("Q", known.everything) == reference.sub("Q", unknown.everything)
    assert known.told("ask_contact_again")


async def test_after_a_few_wrong_tries_a_person_takes_over_and_guessing_ends(
    stage: Stage,
) -> None:
    await stage.customer("damaged", "El pedido 10482 llegó roto")
    for one in range(CONVERSATION_TRIES):
        assert not await stage.handoffs()
        await stage.customer("inform", f"otro{one}@example.com")
    (handoff,) = await stage.handoffs()
    assert handoff.reason == "identity_unproven"
    assert stage.told("person_because_identity_unproven")
    await stage.press("Seguir con el asistente")
    await stage.customer("inform", ANA)
    assert (await stage.conversation()).contact_id is None
    assert not leaks(stage)


async def test_saying_the_same_wrong_thing_again_costs_no_further_try(stage: Stage) -> None:
    await stage.customer("damaged", "El pedido 10482 llegó roto, otro@example.com")
    await stage.customer("greet", "hola")
    assert (await stage.conversation()).times[TRIES] == 1
    await stage.customer("inform", ANA)
    assert "Ninguna me sirve" in stage.last.choices


async def test_details_that_never_match_lead_to_a_person_and_not_in_a_circle(stage: Stage) -> None:
    await stage.customer("damaged", "El pedido 10482 llegó roto, otro@example.com")
    for _ in range(2):
        await stage.customer("inform", "es ese, otro@example.com")
    assert [one.reason for one in await stage.handoffs()] == ["identity_unproven"]


async def test_a_guess_told_while_a_person_is_awaited_costs_a_try_too(stage: Stage) -> None:
    await stage.customer("damaged", "El pedido 10482 llegó roto")
    for guess in ("uno@example.com", "dos@example.com", "tres@example.com"):
        await stage.customer("wants_human", "una persona")
        await stage.customer("inform", guess)
        await stage.press("Seguir con el asistente")
    assert (await stage.conversation()).times[TRIES] == 3
    await stage.customer("wants_human", "una persona")
    await stage.customer("inform", ANA)
    await stage.press("Seguir con el asistente")
    assert (await stage.conversation()).proven_by is None


async def test_a_customer_known_later_is_held_to_the_limits_of_the_person(
    theatre: Theatre,
) -> None:
    stages = [await theatre.stage() for _ in range(3)]
    for place, stage in enumerate(stages):
        await stage.customer("rude_treatment", "la cajera me gritó")
        await stage.is_vouched_for("10482")
        await stage.customer("greet", "hola")
        if place < 2:
            await stage.press(1)
    assert [one.reason for one in await stages[-1].handoffs()] == ["customer_limit"]


async def test_a_corrected_number_is_matched_with_the_contact_told_before(stage: Stage) -> None:
    await stage.customer("damaged", f"El pedido 10483 llegó roto, {ANA}")
    assert stage.told("ask_contact_again")
    await stage.customer("inform", "perdón, 10482")
    assert "Ninguna me sirve" in stage.last.choices


async def test_a_siege_on_one_order_from_many_conversations_is_broken(theatre: Theatre) -> None:
    for one in range(ORDER_TRIES):
        stage = await theatre.stage()
        await stage.customer("damaged", f"El pedido 10482 llegó roto, otro{one}@example.com")
    late = await theatre.stage()
    await late.customer("damaged", f"El pedido 10482 llegó roto. {ANA}")
    assert [one.reason for one in await late.handoffs()] == ["identity_unproven"]
    assert not leaks(late)
    # Another order is not under siege, and this one is free again after an hour.
    other = await theatre.stage()
    await other.customer("damaged", f"El pedido 10541 llegó roto. {ANA}")
    assert "Ninguna me sirve" in other.last.choices
    theatre.clock.forward(hours=1, minutes=1)
    free = await theatre.stage()
    await free.customer("damaged", f"El pedido 10482 llegó roto. {ANA}")
    assert "Ninguna me sirve" in free.last.choices


async def test_a_proven_customer_does_not_see_somebody_elses_order(stage: Stage) -> None:
    await stage.customer("damaged", f"El pedido 10482 llegó roto. {ANA}")
    await stage.press(1)
    await stage.customer("damaged", "El pedido 10486 llegó roto")
    assert not re.search(r"televisor|quiñones|2\.?900", stage.everything, re.IGNORECASE)
    case = await stage.case()
    assert case.order_id is None


async def test_an_unproven_customer_who_names_an_order_gets_nothing_of_it_without_need(
    stage: Stage,
) -> None:
    await stage.customer("rude_treatment", "El vendedor del pedido 10482 me gritó")
    case = await stage.case()
    assert (case.order_id, case.contact_id) == (None, None)
    assert not leaks(stage)


async def test_wrong_tries_are_counted_on_the_order(theatre: Theatre) -> None:
    stage = await theatre.stage()
    await stage.customer("damaged", "El pedido 10482 llegó roto, otro@example.com")
    (order,) = await theatre.all(Order, Order.number == "10482")
    assert (order.failed_tries, order.tries_since is not None) == (1, True)
