"""The figures of the wallboard."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.cases import audit
from bot.conversation.agents import agent_actions
from bot.handoffs import wallboard
from bot.handoffs.wallboard import Wallboard
from bot.models import Complaint, LivePresence, Promise, PromiseState
from tests.integration.harness import ANA, AppHarness, ConversationHarness


async def read(app: AppHarness) -> Wallboard:
    async with app.db.read() as session:
        return await wallboard.load(session, app.context)


async def test_wallboard_without_cases_is_empty(app: AppHarness) -> None:
    board = await read(app)
    assert (board.waiting, board.active, board.longest_wait) == (0, 0, None)
    assert (board.complaints, board.median_seconds, board.worst_seconds) == (0, None, None)
    assert (board.agents, board.promises) == ([], [])


async def test_waiting_and_active_cases_are_counted(app: AppHarness) -> None:
    laura = await app.agent()
    chats = [await app.chat() for _ in range(3)]
    for chat in chats:
        await chat.send("wants_human", "una persona")
        app.clock.advance(minutes=4)
    await app.heartbeat(laura)
    await chats[0].assign_to(laura)
    board = await read(app)
    assert (board.waiting, board.active) == (2, 1)
    assert board.longest_wait is not None
    assert timedelta(minutes=8) <= board.longest_wait < timedelta(minutes=9)
    (status,) = board.agents
    assert (status.agent.name, status.load, status.presence) == (
        "Laura Gómez",
        1,
        LivePresence.AVAILABLE,
    )


async def test_apology_figures_count_late_and_missing_apologies(
    chat: ConversationHarness,
) -> None:
    app = chat.app
    for seconds in (1, 59, 61, None):
        chat = await app.chat()
        await chat.send("rude_treatment", "Me gritaron")
        async with app.db.write() as session:
            case = await session.get_one(Complaint, (await chat.case()).id)
            case.apologized_at = (
                None if seconds is None else case.first_message_at + timedelta(seconds=seconds)
            )
    app.clock.advance(minutes=5)
    board = await read(app)
    assert (board.complaints, board.within_a_minute) == (4, 2)
    assert board.worst_seconds is not None
    assert board.worst_seconds >= 300  # a complaint without its apology counts until now
    assert board.median_seconds == pytest.approx(60)
    app.clock.advance(hours=24)
    assert (await read(app)).complaints == 0


async def test_open_promises_are_listed_with_the_agent_of_the_case(
    chat: ConversationHarness,
) -> None:
    app = chat.app
    laura = await app.agent()
    await chat.send("damaged", f"El pedido 10482 llegó roto. {ANA}")
    await chat.send("wants_human", "una persona")
    board = await read(app)
    assert (board.promises_open, board.promises_due_soon) == (1, 0)
    await chat.assign_to(laura)
    app.clock.advance(minutes=50)
    board = await read(app)
    (line,) = board.promises
    assert (line.promise.what, line.agent) == ("answer", "Laura Gómez")
    assert line.reference == (await chat.case()).reference
    assert board.promises_due_soon == 1
    async with app.db.write() as session:
        (await session.get_one(Promise, line.promise.id)).state = PromiseState.BROKEN
    board = await read(app)
    assert (board.promises_open, board.promises_broken_today) == (0, 1)


async def test_answers_that_asked_for_known_facts_are_counted(
    chat: ConversationHarness,
) -> None:
    laura = await chat.app.agent()
    await chat.send("wants_human", "una persona")
    await chat.assign_to(laura)
    await chat.agent_says(laura, "Hola.")
    await chat.agent_says(laura, "¿Me da su correo?")
    async with chat.app.db.write() as session:
        case = await session.get_one(Complaint, (await chat.case()).id)
        audit.record(session, case, laura.name, audit.ASKED_KNOWN)
    board = await read(chat.app)
    assert (board.answers_today, board.asked_known_today) == (2, 1)


async def test_today_begins_at_midnight_in_the_companys_time_zone(app: AppHarness) -> None:
    laura = await app.agent()
    app.clock.move_to(datetime(2026, 11, 24, 4, 30, tzinfo=UTC))  # 23:30 in Bogotá
    ends = (
        (agent_actions.resolve, (laura, "packing")),
        (agent_actions.return_to_bot, (laura,)),
        (agent_actions.abandon, (laura,)),
    )
    for act, what in ends:
        chat = await app.chat()
        await chat.send("wants_human", "una persona")
        await chat.assign_to(laura)
        await chat.perform(act, *what)
    board = await read(app)
    assert (board.resolved_today, board.returned_today) == (1, 1)
    app.clock.advance(minutes=40)
    board = await read(app)
    assert (board.resolved_today, board.returned_today) == (0, 0)
