"""Cases of absent agents, cases that nobody claims, and automatic assignment."""

from datetime import timedelta

import pytest

from bot.agents import accounts
from bot.conversation.agents import agent_actions, auto_assign
from bot.conversation.change import ConversationChange
from bot.handoffs import wait_estimate
from bot.models import Agent, Author, HandoffState, Message, Presence
from tests.integration.harness import AppHarness, ConversationHarness, contains_response


async def message_texts(changes: list[ConversationChange]) -> list[str]:
    return [message.text for change in changes for message in change.messages]


async def release_absent(app: AppHarness) -> list[str]:
    return await message_texts(await auto_assign.release_absent(app.db, app.context))


async def notify_waiting(app: AppHarness) -> list[str]:
    return await message_texts(await auto_assign.notify_waiting(app.db, app.context))


async def queue_position(chat: ConversationHarness) -> int:
    async with chat.app.db.read() as session:
        return await wait_estimate.queue_position(session, await chat.handoff())


@pytest.mark.parametrize("language", ["es", "en"])
async def test_case_of_an_absent_agent_returns_to_its_place(app: AppHarness, language: str) -> None:
    laura = await app.agent()
    first, second = await app.chat(language), await app.chat()
    await first.send("wants_human", "una persona" if language == "es" else "a person")
    app.clock.advance(minutes=1)
    await second.send("wants_human", "una persona")
    await app.heartbeat(laura)
    await first.assign_to(laura)
    await first.perform(agent_actions.mark_read, laura)

    app.clock.advance(seconds=accounts.CASE_LEASE.total_seconds() - 5)
    assert await release_absent(app) == []
    assert (await first.handoff()).state == HandoffState.ACTIVE

    app.clock.advance(seconds=10)
    (text,) = await release_absent(app)
    assert contains_response(app.context, text, "agent_left", agent="Laura")
    assert ("Laura had to leave" in text) == (language == "en")
    (promise,) = [one for one in await first.promises() if one.what == "answer"]
    assert app.context.responses.show(promise.due_at, language).rstrip(".") in text
    handoff = await first.handoff()
    assert (handoff.state, handoff.agent_id, handoff.read_at) == (HandoffState.WAITING, None, None)
    assert [await queue_position(first), await queue_position(second)] == [1, 2]
    assert await release_absent(app) == []  # they are told once


async def test_present_agent_keeps_their_cases(chat: ConversationHarness) -> None:
    app = chat.app
    laura = await app.agent()
    await chat.send("wants_human", "una persona")
    await chat.assign_to(laura)
    for _ in range(5):
        app.clock.advance(seconds=80)
        await app.heartbeat(laura, presence=Presence.AWAY)  # away is there
        assert await release_absent(app) == []


@pytest.mark.parametrize("change", [{"seen_at": None}, {"is_active": False}], ids=str)
async def test_cases_of_a_signed_out_or_disabled_agent_are_released(
    chat: ConversationHarness, change: dict[str, object]
) -> None:
    laura = await chat.app.agent()
    await chat.send("wants_human", "una persona")
    await chat.assign_to(laura)
    async with chat.app.db.write() as session:
        fresh = await session.get_one(Agent, laura.id)
        for name, value in change.items():
            setattr(fresh, name, value)
    (text,) = await release_absent(chat.app)
    assert contains_response(chat.app.context, text, "agent_left", agent="Laura")


async def test_released_case_has_a_new_promise(
    chat: ConversationHarness,
) -> None:
    """The promise of an answer was kept, so the new wait needs one of its own."""
    laura = await chat.app.agent()
    await chat.send("wants_human", "una persona")
    await chat.assign_to(laura)
    await chat.agent_says(laura, "Hola.")
    assert not await chat.promises()
    chat.app.clock.advance(minutes=2)
    assert await release_absent(chat.app)
    (promise,) = await chat.promises()
    assert promise.what == "answer"
    assert promise.due_at > chat.app.clock.now()


async def test_manual_assignment_assigns_nothing(chat: ConversationHarness) -> None:
    await chat.app.agent()
    await chat.send("wants_human", "una persona")
    assert await auto_assign.assign(chat.app.db, chat.app.context) == []
    assert (await chat.handoff()).state == HandoffState.WAITING


async def test_automatic_assignment_fills_the_least_loaded_first(
    app: AppHarness,
) -> None:
    app.change_people_settings(assignment="automatic")
    ana = await app.agent("Ana Luz", capacity=1)
    bea = await app.agent("Bea Paz", capacity=3)
    away = await app.agent("Celia Rey", capacity=9)
    gone = await app.agent("Dora Gil", capacity=9)
    async with app.db.write() as session:
        (await session.get_one(Agent, gone.id)).seen_at = None
    await app.heartbeat(away, presence=Presence.AWAY)
    chats = [await app.chat() for _ in range(6)]
    for chat in chats:
        await chat.send("wants_human", "una persona")
    changes = await auto_assign.assign(app.db, app.context)
    assert len(changes) == 4
    owners = [(await chat.handoff()).agent_id for chat in chats]
    assert owners == [ana.id, bea.id, bea.id, bea.id, None, None]
    assert await auto_assign.assign(app.db, app.context) == []


async def test_most_urgent_case_is_assigned_first(app: AppHarness) -> None:
    app.change_people_settings(assignment="automatic")
    calm, urgent = await app.chat(), await app.chat()
    await calm.send("wants_human", "una persona")
    await urgent.send("danger", "explotó")
    laura = await app.agent(capacity=1)
    await auto_assign.assign(app.db, app.context)
    assert (await urgent.handoff()).agent_id == laura.id
    assert (await calm.handoff()).state == HandoffState.WAITING


async def test_customer_is_told_once_that_nobody_has_claimed(chat: ConversationHarness) -> None:
    app = chat.app
    await app.agent()
    await chat.send("wants_human", "una persona")
    app.clock.advance(minutes=14)
    assert await notify_waiting(app) == []
    app.clock.advance(minutes=3)
    (text,) = await notify_waiting(app)
    assert contains_response(
        app.context, text, "still_waiting", reference=(await chat.case()).reference
    )
    (promise,) = await chat.promises()
    assert app.context.responses.show(promise.due_at, "es").rstrip(".") in text
    assert await notify_waiting(app) == []
    assert (await chat.handoff()).nudged_at is not None


async def test_claim_limit_counts_open_hours_only(chat: ConversationHarness) -> None:
    chat.app.clock.advance(hours=12)  # 22:00: closed until 8:00
    await chat.send("wants_human", "una persona")
    chat.app.clock.advance(hours=9)
    assert await notify_waiting(chat.app) == []
    chat.app.clock.advance(hours=1, minutes=20)
    assert len(await notify_waiting(chat.app)) == 1


async def test_customer_with_an_agent_gets_no_notice(chat: ConversationHarness) -> None:
    laura = await chat.app.agent()
    await chat.send("wants_human", "una persona")
    await chat.assign_to(laura)
    chat.app.clock.advance(minutes=30)
    assert await notify_waiting(chat.app) == []


async def test_notices_of_the_scheduler_are_by_the_system(chat: ConversationHarness) -> None:
    await chat.send("wants_human", "una persona")
    chat.app.clock.advance(minutes=20)
    await notify_waiting(chat.app)
    last = (await chat.app.rows(Message))[-1]
    assert (last.author, last.conversation_id) == (Author.SYSTEM, chat.id)
    assert chat.app.clock.now() - last.at < timedelta(seconds=30)
