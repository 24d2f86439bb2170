"""The wallboard: numbers that those who lead decide by, and that must be so."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.cases import audit
from bot.conversation.agents import agent_actions
from bot.handoffs import wallboard
from bot.handoffs.wallboard import Wallboard
from bot.models import Complaint, Promise
from tests.integration.stage import ANA, Stage, Theatre


async def read(theatre: Theatre) -> Wallboard:
    async with theatre.db.read() as session:
        return await wallboard.read(session, theatre.desk)


async def test_an_empty_house_has_no_numbers_made_up(theatre: Theatre) -> None:
    board = await read(theatre)
    assert (board.waiting, board.active, board.longest_wait) == (0, 0, None)
    assert (board.complaints, board.median_seconds, board.worst_seconds) == (0, None, None)
    assert (board.people, board.promises) == ([], [])


async def test_who_waits_and_who_has_whom_is_counted(theatre: Theatre) -> None:
    laura = await theatre.person()
    stages = [await theatre.stage() for _ in range(3)]
    for stage in stages:
        await stage.customer("wants_human", "una persona")
        theatre.clock.forward(minutes=4)
    await theatre.sees(laura)
    await stages[0].claimed_by(laura)
    board = await read(theatre)
    assert (board.waiting, board.active) == (2, 1)
    assert board.longest_wait is not None
    assert timedelta(minutes=8) <= board.longest_wait < timedelta(minutes=9)
    ((person, load, presence),) = [(p.agent.name, p.load, p.presence) for p in board.people]
    assert (person, load, presence) == ("Laura Gómez", 1, "available")


async def test_the_sixty_second_clock_counts_late_and_unanswered_ones(stage: Stage) -> None:
    theatre = stage.theatre
    for seconds in (1, 59, 61, None):
        one = await theatre.stage()
        await one.customer("rude_treatment", "Me gritaron")
        async with theatre.db.write() as session:
            case = await session.get_one(Complaint, (await one.case()).id)
            case.apologized_at = (
                None if seconds is None else case.first_message_at + timedelta(seconds=seconds)
            )
    theatre.clock.forward(minutes=5)
    board = await read(theatre)
    assert (board.complaints, board.within_a_minute) == (4, 2)
    assert board.worst_seconds is not None
    assert board.worst_seconds >= 300  # who still waits is the worst
    assert board.median_seconds == pytest.approx(60)
    theatre.clock.forward(hours=24)
    assert (await read(theatre)).complaints == 0


async def test_promises_are_listed_with_who_has_the_case(stage: Stage) -> None:
    theatre = stage.theatre
    laura = await theatre.person()
    await stage.customer("damaged", f"El pedido 10482 llegó roto. {ANA}")
    await stage.customer("wants_human", "una persona")
    board = await read(theatre)
    assert (board.promises_open, board.promises_due_soon) == (1, 0)
    await stage.claimed_by(laura)
    theatre.clock.forward(minutes=50)
    board = await read(theatre)
    (line,) = board.promises
    assert (line.promise.what, line.agent) == ("answer", "Laura Gómez")
    assert line.reference == (await stage.case()).reference
    assert board.promises_due_soon == 1
    async with theatre.db.write() as session:
        (await session.get_one(Promise, line.promise.id)).state = "broken"
    board = await read(theatre)
    assert (board.promises_open, board.promises_broken_today) == (0, 1)


async def test_answers_and_those_that_asked_for_what_was_known_are_counted(
    stage: Stage,
) -> None:
    laura = await stage.theatre.person()
    await stage.customer("wants_human", "una persona")
    await stage.claimed_by(laura)
    await stage.agent_says(laura, "Hola.")
    await stage.agent_says(laura, "¿Me da su correo?")
    async with stage.theatre.db.write() as session:
        case = await session.get_one(Complaint, (await stage.case()).id)
        audit.note(session, case, laura.name, audit.ASKED_KNOWN)
    board = await read(stage.theatre)
    assert (board.answers_today, board.asked_known_today) == (2, 1)


async def test_today_begins_at_midnight_where_the_company_is(theatre: Theatre) -> None:
    laura = await theatre.person()
    theatre.clock.move_to(datetime(2026, 11, 24, 4, 30, tzinfo=UTC))  # 23:30 in Bogotá
    ends = (
        (agent_actions.resolve, (laura, "packing")),
        (agent_actions.give_back, (laura,)),
        (agent_actions.abandon, (laura,)),
    )
    for act, what in ends:
        stage = await theatre.stage()
        await stage.customer("wants_human", "una persona")
        await stage.claimed_by(laura)
        await stage.does(act, *what)
    board = await read(theatre)
    assert (board.resolved_today, board.returned_today) == (1, 1)
    theatre.clock.forward(minutes=40)
    board = await read(theatre)
    assert (board.resolved_today, board.returned_today) == (0, 0)
