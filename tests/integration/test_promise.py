"""Every wait has an end: a promise with a date, and a word before it passes."""

from datetime import timedelta

import pytest

from bot.compensation import acceptance
from bot.conversation.workers import promise_reminders
from bot.conversation.workers.scheduler import AHEAD
from bot.models import Handoff, Message, Promise
from tests.integration.stage import ANA, Stage, Theatre

DAMAGED = f"El pedido 10482 llegó roto. {ANA}"


async def renew(theatre: Theatre) -> list[Message]:
    """What the keeper does every few seconds."""
    return await promise_reminders.renew(theatre.db, theatre.desk, theatre.clock.now() + AHEAD)


@pytest.mark.parametrize(
    ("scene", "what"),
    [
        ([("damaged", DAMAGED), ("choose", "el primero")], "refund"),
        ([("damaged", DAMAGED), ("choose", "uno nuevo")], "replacement"),
        ([("damaged", DAMAGED), ("deny", "ninguna")], "answer"),
        ([("wants_human", "una persona")], "answer"),
        ([("danger", "explotó")], "answer"),
        ([("rude_treatment", "me gritaron"), ("choose", "hablar con gerencia")],
         "apology_call_back"),
    ],
)  # fmt: skip
async def test_whoever_has_to_wait_has_a_promise_with_the_date_they_were_told(
    stage: Stage, scene: list[tuple[str, str]], what: str
) -> None:
    for intent, text in scene:
        await stage.customer(intent, text)
    (promise,) = await stage.promises()
    assert promise.what == what
    assert promise.due_at > stage.theatre.clock.now()
    due = stage.theatre.desk.wording.show(promise.due_at, "es").rstrip(".")
    assert due in "\n".join(map(str, stage.answer_now))


async def test_what_is_given_at_once_promises_nothing(stage: Stage) -> None:
    await stage.customer("damaged", DAMAGED)
    await stage.customer("choose", "el saldo")
    assert stage.told("issued_with_code")
    assert not await stage.promises()


async def test_a_promise_far_off_is_left_alone(stage: Stage) -> None:
    await stage.customer("wants_human", "una persona")
    stage.theatre.clock.forward(minutes=50)
    assert await renew(stage.theatre) == []


async def test_before_the_promise_passes_the_customer_hears_of_a_new_date(stage: Stage) -> None:
    await stage.customer("wants_human", "una persona")
    (first,) = await stage.promises()
    stage.theatre.clock.forward(minutes=57)
    assert stage.theatre.clock.now() < first.due_at
    said = await stage.hear(await renew(stage.theatre))
    assert stage.theatre.clock.now() < first.due_at
    assert [one.author for one in said] == ["system"]
    case = await stage.case()
    (second,) = await stage.promises()
    due = stage.theatre.desk.wording.show(second.due_at, "es").rstrip(".")
    assert stage.told("promise_renewed", reference=case.reference, due=due)
    assert second.due_at > first.due_at
    (handoff,) = await stage.handoffs()
    assert (handoff.state, handoff.priority) == ("waiting", 1)
    (old,) = await stage.theatre.all(Promise, Promise.id == first.id)
    assert old.state == "broken"
    assert await renew(stage.theatre) == []


async def test_a_remedy_that_nobody_confirmed_goes_to_a_person_first_in_line(
    stage: Stage,
) -> None:
    await stage.customer("damaged", DAMAGED)
    await stage.customer("choose", "uno nuevo")
    stage.theatre.clock.forward(hours=6)
    await stage.hear(await renew(stage.theatre))
    assert stage.told("promise_delayed")
    (handoff,) = await stage.handoffs()
    assert (handoff.state, handoff.reason, handoff.priority) == ("waiting", "promise_broken", 1)
    assert [one.what for one in await stage.promises()] == ["answer"]


async def test_a_remedy_done_late_ends_the_wait_that_its_delay_began(stage: Stage) -> None:
    await stage.customer("damaged", DAMAGED)
    await stage.customer("choose", "uno nuevo")
    stage.theatre.clock.forward(hours=6)
    await stage.hear(await renew(stage.theatre))
    (remedy,) = await stage.taken()
    async with stage.theatre.db.write() as session:
        assert await acceptance.fulfil(session, await session.merge(remedy), "a test")
    assert [one.state for one in await stage.handoffs()] == ["ended"]
    assert not await stage.promises()


async def test_the_word_comes_again_and_again_until_somebody_answers(stage: Stage) -> None:
    await stage.customer("wants_human", "una persona")
    for _ in range(3):
        (promise,) = await stage.promises()
        stage.theatre.clock.move_to(promise.due_at - timedelta(minutes=4))
        await stage.hear(await renew(stage.theatre))
        assert stage.told("promise_renewed")
    assert len(await stage.handoffs()) == 1


async def test_many_promises_are_renewed_in_one_go_each_in_its_own_conversation(
    theatre: Theatre,
) -> None:
    stages = [await theatre.stage("en" if place % 2 else "es") for place in range(4)]
    for stage in stages:
        await stage.customer("wants_human", "10482")
    theatre.clock.forward(minutes=58)
    said = await renew(theatre)
    assert sorted(one.conversation_id for one in said) == sorted(one.id for one in stages)
    english = [one for one in said if one.conversation_id in {stages[1].id, stages[3].id}]
    assert all("I apologize" in one.text for one in english)
    assert await theatre.count(Handoff, Handoff.priority == 1) == 4


async def test_nobody_is_awaited_once_the_customer_goes_on_with_the_assistant(
    stage: Stage,
) -> None:
    await stage.customer("wants_human", "una persona")
    await stage.press("Seguir con el asistente")
    assert not await stage.promises()


async def test_asking_for_a_person_again_does_not_move_the_date(stage: Stage) -> None:
    await stage.customer("wants_human", "una persona")
    (first,) = await stage.promises()
    stage.theatre.clock.forward(minutes=30)
    await stage.customer("wants_human", "¿y la persona?")
    (second,) = await stage.promises()
    assert (second.id, second.due_at) == (first.id, first.due_at)


async def test_a_customer_who_writes_after_the_date_passed_gets_a_new_one(stage: Stage) -> None:
    await stage.customer("wants_human", "una persona")
    stage.theatre.clock.forward(hours=3)
    await stage.customer("inform", "¿hola?")
    assert stage.told("person_waiting")
    newest = (await stage.promises())[-1]
    assert newest.due_at > stage.theatre.clock.now()
    due = stage.theatre.desk.wording.show(newest.due_at, "es").rstrip(".")
    assert due in stage.last.text
