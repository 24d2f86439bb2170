"""A person takes over: at once, with everything, and until the conversation is given back."""

from datetime import timedelta

import pytest

from bot.handoffs import queue
from bot.models import CaseEvent, Handoff, Promise
from tests.integration.stage import ANA, Stage

DAMAGED = f"El pedido 10482 llegó roto. {ANA}"

# What was said before a person is asked for.
STAGES: dict[str, list[tuple[str, str]]] = {
    "at once": [],
    "after a greeting": [("greet", "hola")],
    "while the order is asked for": [("damaged", "Llegó rota la licuadora")],
    "while the contact is asked for": [("damaged", "El pedido 10482 llegó roto")],
    "with an offer on the table": [("damaged", DAMAGED)],
    "after the choice": [("damaged", DAMAGED), ("choose", "el primero")],
    "while a person is awaited": [("wants_human", "una persona"), ("damaged", DAMAGED)],
}


@pytest.mark.parametrize("before", STAGES.values(), ids=STAGES.keys())
async def test_a_person_asked_for_at_any_stage_is_one_handoff(
    stage: Stage, before: list[tuple[str, str]]
) -> None:
    for intent, text in before:
        await stage.customer(intent, text)
    for _ in range(3):
        await stage.customer("wants_human", "Quiero hablar con una persona ya")
    (found,) = await stage.handoffs()
    assert (found.state, found.reason, found.priority) == ("waiting", "wants_human", 3)
    (case,) = await stage.cases()
    assert found.complaint_id == case.id
    answers = [one for one in await stage.promises() if one.what == "answer"]
    assert len(answers) == 1
    assert case.reference in stage.everything
    assert stage.theatre.desk.wording.show(answers[0].due_at, "es").rstrip(".") in stage.everything
    assert len(await stage.ledger()) == ("choose" in dict(before))


async def test_the_person_is_promised_within_an_open_hour(stage: Stage) -> None:
    await stage.customer("wants_human", "una persona")
    assert stage.told("apology_person")
    assert stage.told("person_nobody")
    (promise,) = await stage.promises()
    now = stage.theatre.clock.now()
    assert timedelta(minutes=59) < promise.due_at - now <= timedelta(minutes=61)


async def test_after_hours_it_is_said_and_the_date_is_of_the_next_day(stage: Stage) -> None:
    stage.theatre.clock.forward(hours=12)
    *_, said = await stage.customer("wants_human", "una persona")
    assert stage.told("person_closed")
    assert "mañana martes 24 de noviembre a las 9:00 a. m." in said.text


@pytest.mark.parametrize(
    ("intent", "text", "priority"),
    [("danger", "La licuadora echa chispas", 1), ("threat", "Los voy a demandar", 2)],
)
async def test_danger_and_threats_go_to_the_front(
    stage: Stage, intent: str, text: str, priority: int
) -> None:
    await stage.customer(intent, text)
    (found,) = await stage.handoffs()
    assert (found.reason, found.priority) == (intent, priority)


@pytest.mark.parametrize("intent", ["danger", "threat", "wants_human"])
async def test_what_happened_is_filed_though_something_louder_was_said(
    stage: Stage, intent: str
) -> None:
    await stage.customer(intent, "El cargador que les compré se prendió fuego", also="defective")
    (case,) = await stage.cases()
    assert case.category == "defective"


async def test_danger_says_what_to_do_first(stage: Stage) -> None:
    *_, said = await stage.customer("danger", "La licuadora echa humo y mi hija está mal")
    danger = stage.theatre.desk.wording.texts["person_because_danger"]["es"]
    assert said.text.startswith(danger)


async def test_what_is_told_while_waiting_is_kept_and_answered_once_a_minute(
    stage: Stage,
) -> None:
    await stage.customer("wants_human", "una persona")
    await stage.customer("damaged", DAMAGED)
    assert stage.told("person_waiting")
    assert not await stage.customer("inform", "y era un regalo")
    stage.theatre.clock.forward(minutes=2)
    assert await stage.customer("inform", "¿hay alguien?")
    conversation = await stage.conversation()
    assert (conversation.said_order, conversation.said_email) == ("10482", ANA)
    # Matched by rules, so that nobody has to look it up.
    assert (await stage.case()).order_id == (await stage.order("10482")).id
    assert len(stage.theatre.engine.heard) == 1


async def test_going_on_with_the_assistant_takes_the_conversation_back(stage: Stage) -> None:
    await stage.customer("wants_human", "una persona")
    await stage.customer("inform", DAMAGED)
    await stage.press("Seguir con el asistente")
    assert stage.told("back_with_bot")
    (found,) = await stage.handoffs()
    assert (found.state, found.ended_how) == ("ended", "returned")
    said = await stage.customer("damaged", "Llegó rota")
    assert "Ninguna me sirve" in said[-1].choices
    (case,) = await stage.cases()
    assert (case.category, case.is_told) == ("damaged", True)
    await stage.press(1)
    assert len(await stage.ledger()) == 1


async def test_choosing_after_going_on_ends_the_wait_for_a_person(stage: Stage) -> None:
    await stage.customer("damaged", DAMAGED)
    await stage.customer("wants_human", "una persona")
    await stage.press("Seguir con el asistente")
    await stage.press(1)
    answers = await stage.theatre.all(Promise, Promise.what == "answer")
    # Nobody is awaited any more from the moment the customer goes on.
    assert {one.state for one in answers} == {"void"}


async def test_the_bot_is_silent_once_an_agent_has_the_conversation(stage: Stage) -> None:
    await stage.customer("wants_human", "una persona")
    async with stage.theatre.db.write() as session:
        (found,) = await stage.handoffs()
        active = await session.get_one(Handoff, found.id)
        active.state = "active"
    heard = len(stage.theatre.engine.heard)
    assert await stage.customer("damaged", DAMAGED) == []
    assert await stage.press("Seguir con el asistente") == []
    assert len(stage.theatre.engine.heard) == heard
    (found,) = await stage.handoffs()
    assert found.state == "active"


async def test_a_conversation_has_one_open_handoff_in_the_database(stage: Stage) -> None:
    await stage.customer("wants_human", "una persona")
    (found,) = await stage.handoffs()
    with pytest.raises(Exception, match=r"uq_handoffs_open|UNIQUE"):
        async with stage.theatre.db.write() as session:
            session.add(
                Handoff(
                    conversation_id=stage.id,
                    complaint_id=found.complaint_id,
                    state="active",
                    reason="wants_human",
                    priority=1,
                    due_at=stage.theatre.clock.now(),
                    created_at=stage.theatre.clock.now(),
                )
            )


async def test_the_history_tells_who_did_what(stage: Stage) -> None:
    await stage.customer("damaged", DAMAGED)
    await stage.press("Ninguna me sirve")
    case = await stage.case()
    events = await stage.theatre.all(CaseEvent, CaseEvent.complaint_id == case.id)
    assert [one.what for one in events] == [
        "complained",
        "offered",
        "declined all",
        "handed off",
        "promised",
    ]


@pytest.mark.parametrize(
    ("state", "owner"),
    [(None, "bot"), ("ended", "bot"), ("waiting", "queue"), ("active", "agent")],
)
def test_the_owner_is_one_of_three(state: str | None, owner: str) -> None:
    found = Handoff(state=state) if state else None
    assert queue.owner_of(found) == owner
