"""Handing a case off: one handoff, a promised answer, and returning to the bot."""

from datetime import timedelta

import pytest

from bot.handoffs import queue
from bot.models import CaseEvent, Handoff, HandoffState, Owner, Promise, PromiseState
from tests.integration.harness import ANA, ConversationHarness

DAMAGED = f"El pedido 10482 llegó roto. {ANA}"

# What the customer said before asking for a human.
STAGES: dict[str, list[tuple[str, str]]] = {
    "at once": [],
    "after a greeting": [("greet", "hola")],
    "while the order is asked for": [("damaged", "Llegó rota la licuadora")],
    "while the contact is asked for": [("damaged", "El pedido 10482 llegó roto")],
    "with an offer on the table": [("damaged", DAMAGED)],
    "after the choice": [("damaged", DAMAGED), ("choose", "el primero")],
    "while waiting": [("wants_human", "una persona"), ("damaged", DAMAGED)],
}


@pytest.mark.parametrize("before", STAGES.values(), ids=STAGES.keys())
async def test_asking_for_a_human_at_any_stage_makes_one_handoff(
    chat: ConversationHarness, before: list[tuple[str, str]]
) -> None:
    for intent, text in before:
        await chat.send(intent, text)
    for _ in range(3):
        await chat.send("wants_human", "Quiero hablar con una persona ya")
    (handoff,) = await chat.handoffs()
    assert (handoff.state, handoff.reason, handoff.priority) == (
        HandoffState.WAITING,
        "wants_human",
        3,
    )
    (case,) = await chat.cases()
    assert handoff.complaint_id == case.id
    answers = [promise for promise in await chat.promises() if promise.what == "answer"]
    assert len(answers) == 1
    assert case.reference in chat.all_text
    assert chat.app.context.responses.show(answers[0].due_at, "es").rstrip(".") in chat.all_text
    assert len(await chat.ledger()) == ("choose" in dict(before))


async def test_answer_is_promised_within_an_open_hour(chat: ConversationHarness) -> None:
    await chat.send("wants_human", "una persona")
    assert chat.answered_with("apology_person")
    assert chat.answered_with("person_nobody")
    (promise,) = await chat.promises()
    now = chat.app.clock.now()
    assert timedelta(minutes=59) < promise.due_at - now <= timedelta(minutes=61)


async def test_after_hours_the_promised_date_is_the_next_day(
    chat: ConversationHarness,
) -> None:
    chat.app.clock.advance(hours=12)
    *_, answer = await chat.send("wants_human", "una persona")
    assert chat.answered_with("person_closed")
    assert "mañana martes 24 de noviembre a las 9:00 a. m." in answer.text


@pytest.mark.parametrize(
    ("intent", "text", "priority"),
    [("danger", "La licuadora echa chispas", 1), ("threat", "Los voy a demandar", 2)],
)
async def test_danger_and_threats_have_their_priority(
    chat: ConversationHarness, intent: str, text: str, priority: int
) -> None:
    await chat.send(intent, text)
    (handoff,) = await chat.handoffs()
    assert (handoff.reason, handoff.priority) == (intent, priority)


@pytest.mark.parametrize("intent", ["danger", "threat", "wants_human"])
async def test_category_is_kept_beside_an_alarm(chat: ConversationHarness, intent: str) -> None:
    await chat.send(intent, "El cargador que les compré se prendió fuego", also="defective")
    (case,) = await chat.cases()
    assert case.category == "defective"


async def test_danger_gets_safety_advice_first(chat: ConversationHarness) -> None:
    *_, answer = await chat.send("danger", "La licuadora echa humo y mi hija está mal")
    danger = chat.app.context.responses.texts["person_because_danger"]["es"]
    assert answer.text.startswith(danger)


async def test_messages_while_waiting_are_stored_and_answered_once_a_minute(
    chat: ConversationHarness,
) -> None:
    await chat.send("wants_human", "una persona")
    await chat.send("damaged", DAMAGED)
    assert chat.answered_with("person_waiting")
    assert not await chat.send("inform", "y era un regalo")
    chat.app.clock.advance(minutes=2)
    assert await chat.send("inform", "¿hay alguien?")
    conversation = await chat.conversation()
    assert (conversation.said_order, conversation.said_email) == ("10482", ANA)
    # Matched by rules, so that nobody has to look it up.
    assert (await chat.case()).order_id == (await chat.order("10482")).id
    assert len(chat.app.engine.texts) == 1


async def test_return_button_gives_the_conversation_back_to_the_bot(
    chat: ConversationHarness,
) -> None:
    await chat.send("wants_human", "una persona")
    await chat.send("inform", DAMAGED)
    await chat.press("Seguir con el asistente")
    assert chat.answered_with("back_with_bot")
    (handoff,) = await chat.handoffs()
    assert (handoff.state, handoff.ended_how) == (HandoffState.ENDED, "returned")
    answers = await chat.send("damaged", "Llegó rota")
    assert "Ninguna me sirve" in answers[-1].choices
    (case,) = await chat.cases()
    assert (case.category, case.is_told) == ("damaged", True)
    await chat.press(1)
    assert len(await chat.ledger()) == 1


async def test_returning_to_the_bot_voids_the_promised_answer(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", DAMAGED)
    await chat.send("wants_human", "una persona")
    await chat.press("Seguir con el asistente")
    await chat.press(1)
    answers = await chat.app.rows(Promise, Promise.what == "answer")
    # Nobody is awaited any more from the moment the customer goes on.
    assert {promise.state for promise in answers} == {PromiseState.VOID}


async def test_bot_does_not_answer_while_an_agent_has_the_conversation(
    chat: ConversationHarness,
) -> None:
    await chat.send("wants_human", "una persona")
    async with chat.app.db.write() as session:
        (handoff,) = await chat.handoffs()
        active = await session.get_one(Handoff, handoff.id)
        active.state = HandoffState.ACTIVE
    engine_calls = len(chat.app.engine.texts)
    assert await chat.send("damaged", DAMAGED) == []
    assert await chat.press("Seguir con el asistente") == []
    assert len(chat.app.engine.texts) == engine_calls
    (handoff,) = await chat.handoffs()
    assert handoff.state == HandoffState.ACTIVE


async def test_database_refuses_a_second_open_handoff(
    chat: ConversationHarness,
) -> None:
    await chat.send("wants_human", "una persona")
    (handoff,) = await chat.handoffs()
    with pytest.raises(Exception, match=r"uq_handoffs_open|UNIQUE"):
        async with chat.app.db.write() as session:
            session.add(
                Handoff(
                    conversation_id=chat.id,
                    complaint_id=handoff.complaint_id,
                    state=HandoffState.ACTIVE,
                    reason="wants_human",
                    priority=1,
                    due_at=chat.app.clock.now(),
                    created_at=chat.app.clock.now(),
                )
            )


async def test_history_names_who_did_what(chat: ConversationHarness) -> None:
    await chat.send("damaged", DAMAGED)
    await chat.press("Ninguna me sirve")
    case = await chat.case()
    events = await chat.app.rows(CaseEvent, CaseEvent.complaint_id == case.id)
    assert [event.what for event in events] == [
        "complained",
        "offered",
        "declined all",
        "handed off",
        "promised",
    ]


@pytest.mark.parametrize(
    ("state", "owner"),
    [
        (None, Owner.BOT),
        (HandoffState.ENDED, Owner.BOT),
        (HandoffState.WAITING, Owner.QUEUE),
        (HandoffState.ACTIVE, Owner.AGENT),
    ],
)
def test_owner_is_bot_queue_or_agent(state: HandoffState | None, owner: Owner) -> None:
    handoff = Handoff(state=state) if state else None
    assert queue.owner_of(handoff) == owner
