"""Cases of people who are gone, cases that nobody takes, and who gets the next one."""

from datetime import timedelta

import pytest

from bot.agents import accounts
from bot.conversation.agents import agent_actions, auto_assign
from bot.conversation.agents.agent_actions import Step
from bot.handoffs import wait_estimate
from bot.models import Agent, Message
from tests.integration.stage import Stage, Theatre, says


async def heard(steps: list[Step]) -> list[str]:
    return [message.text for step in steps for message in step.said]


async def take_back(theatre: Theatre) -> list[str]:
    return await heard(await auto_assign.take_back(theatre.db, theatre.desk))


async def nudge(theatre: Theatre) -> list[str]:
    return await heard(await auto_assign.nudge(theatre.db, theatre.desk))


async def place(stage: Stage) -> int:
    async with stage.theatre.db.read() as session:
        return await wait_estimate.place(session, await stage.handoff())


@pytest.mark.parametrize("language", ["es", "en"])
async def test_a_case_goes_back_to_its_place_once_its_person_is_gone_for_the_lease(
    theatre: Theatre, language: str
) -> None:
    laura = await theatre.person()
    first, second = await theatre.stage(language), await theatre.stage()
    await first.customer("wants_human", "una persona" if language == "es" else "a person")
    theatre.clock.forward(minutes=1)
    await second.customer("wants_human", "una persona")
    await theatre.sees(laura)
    await first.claimed_by(laura)
    await first.does(agent_actions.opened, laura)

    theatre.clock.forward(seconds=accounts.LEASE.total_seconds() - 5)
    assert await take_back(theatre) == []
    assert (await first.handoff()).state == "active"

    theatre.clock.forward(seconds=10)
    (told,) = await take_back(theatre)
    assert says(theatre.desk, told, "agent_left", agent="Laura")
    assert ("Laura had to leave" in told) == (language == "en")
    (promise,) = [one for one in await first.promises() if one.what == "answer"]
    assert theatre.desk.wording.show(promise.due_at, language).rstrip(".") in told
    found = await first.handoff()
    assert (found.state, found.agent_id, found.read_at) == ("waiting", None, None)
    assert [await place(first), await place(second)] == [1, 2]
    assert await take_back(theatre) == []  # it is told once


async def test_who_gives_a_sign_of_life_keeps_their_cases(stage: Stage) -> None:
    theatre = stage.theatre
    laura = await theatre.person()
    await stage.customer("wants_human", "una persona")
    await stage.claimed_by(laura)
    for _ in range(5):
        theatre.clock.forward(seconds=80)
        await theatre.sees(laura, presence="away")  # away is there
        assert await take_back(theatre) == []


@pytest.mark.parametrize("change", [{"seen_at": None}, {"is_active": False}], ids=str)
async def test_who_signed_out_or_was_disabled_leaves_their_cases_at_once(
    stage: Stage, change: dict[str, object]
) -> None:
    laura = await stage.theatre.person()
    await stage.customer("wants_human", "una persona")
    await stage.claimed_by(laura)
    async with stage.theatre.db.write() as session:
        fresh = await session.get_one(Agent, laura.id)
        for name, value in change.items():
            setattr(fresh, name, value)
    (told,) = await take_back(stage.theatre)
    assert says(stage.theatre.desk, told, "agent_left", agent="Laura")


async def test_an_answered_case_that_comes_back_has_a_new_promise(stage: Stage) -> None:
    """The promise of an answer was kept, so the new wait needs one of its own."""
    laura = await stage.theatre.person()
    await stage.customer("wants_human", "una persona")
    await stage.claimed_by(laura)
    await stage.agent_says(laura, "Hola.")
    assert not await stage.promises()
    stage.theatre.clock.forward(minutes=2)
    assert await take_back(stage.theatre)
    (promise,) = await stage.promises()
    assert promise.what == "answer"
    assert promise.due_at > stage.theatre.clock.now()


async def test_by_hand_nobody_is_given_a_case(stage: Stage) -> None:
    await stage.theatre.person()
    await stage.customer("wants_human", "una persona")
    assert await auto_assign.assign(stage.theatre.db, stage.theatre.desk) == []
    assert (await stage.handoff()).state == "waiting"


async def test_automatically_the_least_loaded_get_them_up_to_their_capacity(
    theatre: Theatre,
) -> None:
    theatre.use_company(assignment="automatic")
    ana = await theatre.person("Ana Luz", capacity=1)
    bea = await theatre.person("Bea Paz", capacity=3)
    away = await theatre.person("Celia Rey", capacity=9)
    gone = await theatre.person("Dora Gil", capacity=9)
    async with theatre.db.write() as session:
        (await session.get_one(Agent, gone.id)).seen_at = None
    await theatre.sees(away, presence="away")
    stages = [await theatre.stage() for _ in range(6)]
    for stage in stages:
        await stage.customer("wants_human", "una persona")
    steps = await auto_assign.assign(theatre.db, theatre.desk)
    assert len(steps) == 4
    owners = [(await stage.handoff()).agent_id for stage in stages]
    assert owners == [ana.id, bea.id, bea.id, bea.id, None, None]
    assert await auto_assign.assign(theatre.db, theatre.desk) == []


async def test_the_most_urgent_case_is_given_first(theatre: Theatre) -> None:
    theatre.use_company(assignment="automatic")
    calm, urgent = await theatre.stage(), await theatre.stage()
    await calm.customer("wants_human", "una persona")
    await urgent.customer("danger", "explotó")
    laura = await theatre.person(capacity=1)
    await auto_assign.assign(theatre.db, theatre.desk)
    assert (await urgent.handoff()).agent_id == laura.id
    assert (await calm.handoff()).state == "waiting"


async def test_nobody_claims_within_the_limit_is_said_once(stage: Stage) -> None:
    theatre = stage.theatre
    await theatre.person()
    await stage.customer("wants_human", "una persona")
    theatre.clock.forward(minutes=14)
    assert await nudge(theatre) == []
    theatre.clock.forward(minutes=3)
    (told,) = await nudge(theatre)
    assert says(theatre.desk, told, "still_waiting", reference=(await stage.case()).reference)
    (promise,) = await stage.promises()
    assert theatre.desk.wording.show(promise.due_at, "es").rstrip(".") in told
    assert await nudge(theatre) == []
    assert (await stage.handoff()).nudged_at is not None


async def test_the_limit_counts_open_hours_only(stage: Stage) -> None:
    stage.theatre.clock.forward(hours=12)  # 22:00: closed until 8:00
    await stage.customer("wants_human", "una persona")
    stage.theatre.clock.forward(hours=9)
    assert await nudge(stage.theatre) == []
    stage.theatre.clock.forward(hours=1, minutes=20)
    assert len(await nudge(stage.theatre)) == 1


async def test_who_has_a_person_is_not_nudged(stage: Stage) -> None:
    laura = await stage.theatre.person()
    await stage.customer("wants_human", "una persona")
    await stage.claimed_by(laura)
    stage.theatre.clock.forward(minutes=30)
    assert await nudge(stage.theatre) == []


async def test_what_is_told_by_the_keeper_comes_from_the_system(stage: Stage) -> None:
    await stage.customer("wants_human", "una persona")
    stage.theatre.clock.forward(minutes=20)
    await nudge(stage.theatre)
    last = (await stage.theatre.all(Message))[-1]
    assert (last.author, last.conversation_id) == ("system", stage.id)
    assert stage.theatre.clock.now() - last.at < timedelta(seconds=30)
