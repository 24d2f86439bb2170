"""The packet: every fact with its source, and no claim without a row."""

import pytest

from bot.casefile import build
from bot.casefile.build import Packet
from bot.compensation.agent_remedies import RemedyRequest
from bot.conversation.agents import agent_offers
from bot.conversation.workers import promise_reminders
from bot.models import CompensationState, Complaint, Handoff, OfferState, PromiseState
from tests.integration.harness import ANA, ConversationHarness

DAMAGED = f"Llegó rota la licuadora del pedido 10482 y quiero mi dinero. {ANA}"


async def built(chat: ConversationHarness) -> Packet:
    laura = await chat.app.agent()
    async with chat.app.db.read() as session:
        case = await session.get_one(Complaint, (await chat.case()).id)
        handoffs = await chat.handoffs()
        handoff = await session.get(Handoff, handoffs[-1].id) if handoffs else None
        return await build.build_packet(session, chat.app.context, case, handoff, laura)


def sources(packet: Packet) -> dict[str, tuple[str, str]]:
    return {fact.name: (fact.value, fact.source) for fact in packet.facts}


async def test_every_fact_has_its_source(chat: ConversationHarness) -> None:
    await chat.send("damaged", DAMAGED, photos=2)
    await chat.send("wants_human", "una persona")
    known = sources(await built(chat))
    assert known == {
        "what_happened": (DAMAGED, "customer"),
        "thing": ("licuadora", "customer"),
        "desired": (known["desired"][0], "customer"),
        "photo": ("2", "customer"),
        "name": ("Ana Ruiz", "order"),
        "email": (ANA, "order"),
        "phone": ("+573001234567", "order"),
        "order_number": ("10482", "order"),
        "amount": ("$249.900", "order"),
        "promised_at": (known["promised_at"][0], "order"),
        "delivered_at": (known["delivered_at"][0], "order"),
    }


async def test_signed_token_makes_the_page_the_source(chat: ConversationHarness) -> None:
    await chat.verify_by_channel("10482")
    await chat.send("wants_human", "una persona")
    known = sources(await built(chat))
    assert known["name"] == ("Ana Ruiz", "page")
    assert "order_number" not in known  # which order it is about was not said
    assert "what_happened" not in known


async def test_unproven_facts_have_the_customer_as_source(chat: ConversationHarness) -> None:
    await chat.send("damaged", "Llegó roto el pedido 10482, mi correo es otro@example.com")
    await chat.send("wants_human", "una persona")
    packet = await built(chat)
    known = sources(packet)
    assert known["order_number"] == ("10482", "customer")
    assert known["email"] == ("otro@example.com", "customer")
    assert not {"name", "phone", "amount", "promised_at"} & known.keys()
    assert "sin confirmar" in packet.summary
    assert "Ana" not in packet.summary
    assert (packet.orders, packet.value_at_risk, packet.tier, packet.earlier) == (
        [],
        None,
        None,
        [],
    )


async def test_packet_of_an_untold_case_claims_nothing(chat: ConversationHarness) -> None:
    await chat.send("wants_human", "una persona")
    packet = await built(chat)
    assert packet.facts == []
    assert packet.summary == (
        "Todavía no se sabe quién escribe. Pidió una persona sin contar todavía qué pasó."
    )
    assert (packet.orders, packet.offers, packet.earlier, packet.photos) == ([], [], [], [])
    assert (packet.value_at_risk, packet.tier, packet.remedy_cost.amount_minor) == (None, None, 0)


async def test_value_at_risk_and_remedy_cost_are_shown(
    chat: ConversationHarness,
) -> None:
    laura = await chat.app.agent()
    await chat.send("damaged", DAMAGED)
    await chat.send("wants_human", "una persona")
    before = await built(chat)
    assert before.value_at_risk is not None
    bought = sum(order.total_minor for order in before.orders if order.status != "cancelled")
    assert 0 < before.value_at_risk.amount_minor <= bought
    assert before.remedy_cost.amount_minor == 0  # an offer costs nothing yet
    assert before.authority.remaining.amount_minor == 30000000
    await chat.assign_to(laura)
    await chat.perform(
        agent_offers.give, laura, remedy_request=RemedyRequest("small_voucher"), request_id="g"
    )
    after = await built(chat)
    (remedy,) = await chat.accepted_remedies()
    assert after.remedy_cost.amount_minor == remedy.terms["cost_minor"]
    assert 0 < after.remedy_cost.amount_minor < remedy.amount_minor


async def test_offers_promises_and_earlier_cases_have_their_states(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", DAMAGED)
    await chat.press(1)
    first = await chat.case()
    await chat.send("rude_treatment", "Y además me gritaron en la tienda")
    await chat.send("wants_human", "una persona")
    packet = await built(chat)
    assert [
        (case.reference, remedy.kind if remedy else None) for case, remedy in packet.earlier
    ] == [(first.reference, "refund")]
    assert "número 2" in packet.summary
    # The promise of the refund belongs to the first case.
    assert {promise.what for promise in packet.promises} == {"answer"}


async def test_declined_alternatives_are_named_as_declined(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", DAMAGED)
    titles = [choice.partition(" (")[0] for choice in chat.last_message.choices[:-1]]
    await chat.press("Ninguna me sirve")
    packet = await built(chat)
    assert "nada le sirvió" in packet.summary
    assert len(titles) >= 2
    assert all(title in packet.summary for title in titles)
    ((offer, rows),) = packet.offers
    assert offer.state == OfferState.DECLINED
    assert {row.state for row in rows} == {CompensationState.DECLINED}


async def test_customers_correction_is_in_the_agent_summary(chat: ConversationHarness) -> None:
    await chat.send("damaged", DAMAGED)
    await chat.send("wants_human", "una persona")
    await chat.press(2)
    await chat.send("inform", "era la cafetera")
    packet = await built(chat)
    assert "«era la cafetera»" in packet.summary


@pytest.mark.parametrize("language", ["es", "en"])
async def test_packet_is_in_the_readers_language(chat: ConversationHarness, language: str) -> None:
    await chat.send("damaged", DAMAGED)
    await chat.send("wants_human", "una persona")
    reader = await chat.app.agent(language=language)
    async with chat.app.db.read() as session:
        case = await session.get_one(Complaint, (await chat.case()).id)
        packet = await build.build_packet(session, chat.app.context, case, None, reader)
    assert ("It is order 10482" in packet.summary) == (language == "en")


async def test_broken_promise_is_mentioned_in_the_summary(chat: ConversationHarness) -> None:
    await chat.send("damaged", DAMAGED)
    await chat.send("wants_human", "una persona")
    chat.app.clock.advance(minutes=58)
    now = chat.app.clock.now()
    assert await promise_reminders.renew(chat.app.db, chat.app.context, now.replace(year=2027))
    packet = await built(chat)
    assert "una promesa" in packet.summary
    assert [promise.state for promise in packet.promises if promise.what == "answer"] == [
        PromiseState.BROKEN,
        PromiseState.OPEN,
    ]
