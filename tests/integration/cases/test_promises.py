"""Promises: every wait has a due date, and the customer is told before it passes."""

from datetime import timedelta

import pytest

from bot.compensation import completion
from bot.conversation.workers import promise_reminders
from bot.conversation.workers.scheduler import AHEAD
from bot.models import Author, Handoff, HandoffState, Message, Promise, PromiseState
from tests.integration.harness import ANA, AppHarness, ConversationHarness

DAMAGED = f"El pedido 10482 llegó roto. {ANA}"


async def renew(app: AppHarness) -> list[Message]:
    """What the keeper does every few seconds."""
    return await promise_reminders.renew(app.db, app.context, app.clock.now() + AHEAD)


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
async def test_every_wait_has_a_promise_with_the_date_that_was_told(
    chat: ConversationHarness, scene: list[tuple[str, str]], what: str
) -> None:
    for intent, text in scene:
        await chat.send(intent, text)
    (promise,) = await chat.promises()
    assert promise.what == what
    assert promise.due_at > chat.app.clock.now()
    due = chat.app.context.responses.show(promise.due_at, "es").rstrip(".")
    assert due in "\n".join(map(str, chat.last_answer))


async def test_remedy_issued_at_once_makes_no_promise(chat: ConversationHarness) -> None:
    await chat.send("damaged", DAMAGED)
    await chat.send("choose", "el saldo")
    assert chat.answered_with("issued_with_code")
    assert not await chat.promises()


async def test_promise_that_is_not_due_is_not_renewed(chat: ConversationHarness) -> None:
    await chat.send("wants_human", "una persona")
    chat.app.clock.advance(minutes=50)
    assert await renew(chat.app) == []


async def test_customer_is_told_a_new_date_before_the_promise_passes(
    chat: ConversationHarness,
) -> None:
    await chat.send("wants_human", "una persona")
    (first,) = await chat.promises()
    chat.app.clock.advance(minutes=57)
    assert chat.app.clock.now() < first.due_at
    messages = await chat.show(await renew(chat.app))
    assert chat.app.clock.now() < first.due_at
    assert [message.author for message in messages] == [Author.SYSTEM]
    case = await chat.case()
    (second,) = await chat.promises()
    due = chat.app.context.responses.show(second.due_at, "es").rstrip(".")
    assert chat.answered_with("promise_renewed", reference=case.reference, due=due)
    assert second.due_at > first.due_at
    (handoff,) = await chat.handoffs()
    assert (handoff.state, handoff.priority) == (HandoffState.WAITING, 1)
    (old,) = await chat.app.rows(Promise, Promise.id == first.id)
    assert old.state == PromiseState.BROKEN
    assert await renew(chat.app) == []


async def test_overdue_remedy_goes_to_the_front_of_the_queue(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", DAMAGED)
    await chat.send("choose", "uno nuevo")
    chat.app.clock.advance(hours=6)
    await chat.show(await renew(chat.app))
    assert chat.answered_with("promise_delayed")
    (handoff,) = await chat.handoffs()
    assert (handoff.state, handoff.reason, handoff.priority) == (
        HandoffState.WAITING,
        "promise_broken",
        1,
    )
    assert [promise.what for promise in await chat.promises()] == ["answer"]


async def test_late_remedy_ends_the_handoff_that_its_delay_began(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", DAMAGED)
    await chat.send("choose", "uno nuevo")
    chat.app.clock.advance(hours=6)
    await chat.show(await renew(chat.app))
    (remedy,) = await chat.accepted_remedies()
    async with chat.app.db.write() as session:
        assert await completion.fulfil(session, await session.merge(remedy), "a test")
    assert [handoff.state for handoff in await chat.handoffs()] == [HandoffState.ENDED]
    assert not await chat.promises()


async def test_promise_is_renewed_until_an_agent_answers(
    chat: ConversationHarness,
) -> None:
    await chat.send("wants_human", "una persona")
    for _ in range(3):
        (promise,) = await chat.promises()
        chat.app.clock.move_to(promise.due_at - timedelta(minutes=4))
        await chat.show(await renew(chat.app))
        assert chat.answered_with("promise_renewed")
    assert len(await chat.handoffs()) == 1


async def test_due_promises_are_renewed_each_in_its_own_conversation(
    app: AppHarness,
) -> None:
    chats = [await app.chat("en" if number % 2 else "es") for number in range(4)]
    for chat in chats:
        await chat.send("wants_human", "10482")
    app.clock.advance(minutes=58)
    messages = await renew(app)
    assert sorted(message.conversation_id for message in messages) == sorted(
        chat.id for chat in chats
    )
    english = [
        message for message in messages if message.conversation_id in {chats[1].id, chats[3].id}
    ]
    assert all("I apologize" in message.text for message in english)
    assert await app.count(Handoff, Handoff.priority == 1) == 4


async def test_returning_to_the_bot_voids_the_promise_of_an_answer(
    chat: ConversationHarness,
) -> None:
    await chat.send("wants_human", "una persona")
    await chat.press("Seguir con el asistente")
    assert not await chat.promises()


async def test_asking_for_a_human_again_does_not_move_the_date(chat: ConversationHarness) -> None:
    await chat.send("wants_human", "una persona")
    (first,) = await chat.promises()
    chat.app.clock.advance(minutes=30)
    await chat.send("wants_human", "¿y la persona?")
    (second,) = await chat.promises()
    assert (second.id, second.due_at) == (first.id, first.due_at)


async def test_message_after_the_date_has_passed_gets_a_new_date(
    chat: ConversationHarness,
) -> None:
    await chat.send("wants_human", "una persona")
    chat.app.clock.advance(hours=3)
    await chat.send("inform", "¿hola?")
    assert chat.answered_with("person_waiting")
    newest = (await chat.promises())[-1]
    assert newest.due_at > chat.app.clock.now()
    due = chat.app.context.responses.show(newest.due_at, "es").rstrip(".")
    assert due in chat.last_message.text
