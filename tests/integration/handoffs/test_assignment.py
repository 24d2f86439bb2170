"""Claiming, transferring and releasing cases; never two agents at once."""

from pathlib import Path

import pytest

from bot.conversation.agents import agent_actions
from bot.handoffs import assignment, wait_estimate
from bot.handoffs.assignment import AlreadyClaimed
from bot.models import Agent, CaseEvent, Handoff, HandoffState, Role
from tests.integration import race_helpers
from tests.integration.harness import AppHarness, ConversationHarness


async def position(chat: ConversationHarness) -> int:
    async with chat.app.db.read() as session:
        return await wait_estimate.queue_position(session, await chat.handoff())


async def test_claimed_case_is_active_with_its_agent(chat: ConversationHarness) -> None:
    laura = await chat.app.agent()
    await chat.send("wants_human", "una persona")
    await chat.assign_to(laura)
    handoff = await chat.handoff()
    assert (handoff.state, handoff.agent_id) == (HandoffState.ACTIVE, laura.id)
    assert handoff.claimed_at is not None
    assert handoff.read_at is None


async def test_claiming_an_own_case_again_changes_nothing(chat: ConversationHarness) -> None:
    laura = await chat.app.agent()
    await chat.send("wants_human", "una persona")
    await chat.assign_to(laura)
    before = await chat.handoff()
    await chat.assign_to(laura)
    after = await chat.handoff()
    assert (after.claimed_at, after.agent_id) == (before.claimed_at, laura.id)
    claims = await chat.app.count(CaseEvent, CaseEvent.what == "claimed")
    assert claims == 1


async def test_second_claim_is_refused_with_the_name_of_the_first(
    chat: ConversationHarness,
) -> None:
    laura = await chat.app.agent()
    carlos = await chat.app.agent("Carlos Ruiz")
    await chat.send("wants_human", "una persona")
    await chat.assign_to(laura)
    with pytest.raises(AlreadyClaimed) as before:
        await chat.assign_to(carlos)
    assert before.value.by == "Laura Gómez"
    assert (await chat.handoff()).agent_id == laura.id


async def test_ended_case_cannot_be_claimed(chat: ConversationHarness) -> None:
    laura = await chat.app.agent()
    await chat.send("wants_human", "una persona")
    await chat.send("inform", "El pedido 10482 llegó roto")
    await chat.press("Seguir con el asistente")
    async with chat.app.db.write() as session:
        handoff = await session.get_one(Handoff, (await chat.handoff()).id)
        with pytest.raises(AlreadyClaimed) as before:
            await assignment.claim(session, handoff, laura)
    assert before.value.by is None
    assert (await chat.handoff()).state == HandoffState.ENDED


async def test_released_case_keeps_its_position(app: AppHarness) -> None:
    laura = await app.agent()
    chats = []
    for _ in range(3):
        chats.append(await app.chat())
        await chats[-1].send("wants_human", "una persona")
        app.clock.advance(minutes=2)
    middle = chats[1]
    assert [await position(chat) for chat in chats] == [1, 2, 3]
    await middle.assign_to(laura)
    assert [await position(chats[0]), await position(chats[2])] == [1, 2]
    app.clock.advance(minutes=5)
    await middle.perform(agent_actions.release, "Laura Gómez")
    assert [await position(chat) for chat in chats] == [1, 2, 3]
    handoff = await middle.handoff()
    assert (handoff.state, handoff.agent_id, handoff.claimed_at, handoff.read_at) == (
        HandoffState.WAITING,
        None,
        None,
        None,
    )


async def test_urgent_case_comes_before_longer_waits(app: AppHarness) -> None:
    patient, urgent = await app.chat(), await app.chat()
    await patient.send("wants_human", "una persona")
    app.clock.advance(minutes=5)
    await urgent.send("danger", "La plancha explotó")
    assert [await position(urgent), await position(patient)] == [1, 2]


async def test_releasing_a_waiting_case_returns_false(chat: ConversationHarness) -> None:
    await chat.send("wants_human", "una persona")
    async with chat.app.db.write() as session:
        handoff = await session.get_one(Handoff, (await chat.handoff()).id)
        assert not await assignment.release(session, handoff, "Laura Gómez")


async def test_transferred_case_is_unread(
    chat: ConversationHarness,
) -> None:
    laura = await chat.app.agent()
    carlos = await chat.app.agent("Carlos Ruiz")
    await chat.send("wants_human", "una persona")
    await chat.assign_to(laura)
    await chat.perform(agent_actions.mark_read, laura)
    claimed_at = (await chat.handoff()).claimed_at
    await chat.perform(agent_actions.transfer, carlos, laura.name)
    handoff = await chat.handoff()
    assert (handoff.state, handoff.agent_id, handoff.read_at) == (
        HandoffState.ACTIVE,
        carlos.id,
        None,
    )
    assert handoff.claimed_at == claimed_at  # the wait of the customer ended then


async def test_waiting_case_can_be_transferred(chat: ConversationHarness) -> None:
    carlos = await chat.app.agent("Carlos Ruiz")
    await chat.send("wants_human", "una persona")
    await chat.perform(agent_actions.transfer, carlos, "Supervisión")
    handoff = await chat.handoff()
    assert (handoff.state, handoff.agent_id) == (HandoffState.ACTIVE, carlos.id)
    assert handoff.claimed_at is not None


async def test_transfer_of_a_reassigned_case_is_refused(
    chat: ConversationHarness,
) -> None:
    """Two supervisors look at the same board: the second acts on what is no longer so."""
    laura = await chat.app.agent()
    carlos = await chat.app.agent("Carlos Ruiz")
    marta = await chat.app.agent("Marta León", Role.SUPERVISOR)
    await chat.send("wants_human", "una persona")
    await chat.assign_to(laura)
    seen = await chat.handoff()  # as the second supervisor's transaction read it
    await chat.perform(agent_actions.transfer, carlos, "Supervisión")
    async with chat.app.db.write() as session:
        session.add(seen)
        with pytest.raises(AlreadyClaimed) as before:
            await assignment.transfer(session, seen, marta, marta.name)
    assert before.value.by == "Carlos Ruiz"
    assert (await chat.handoff()).agent_id == carlos.id


async def test_only_the_first_reading_by_its_agent_marks_a_case_as_read(
    chat: ConversationHarness,
) -> None:
    laura = await chat.app.agent()
    carlos = await chat.app.agent("Carlos Ruiz")
    await chat.send("wants_human", "una persona")
    assert await chat.perform(agent_actions.mark_read, laura) is None  # nobody has it
    await chat.assign_to(laura)
    assert await chat.perform(agent_actions.mark_read, carlos) is None
    assert (await chat.handoff()).read_at is None
    assert await chat.perform(agent_actions.mark_read, laura) is not None
    read_at = (await chat.handoff()).read_at
    assert read_at is not None
    assert await chat.perform(agent_actions.mark_read, laura) is None
    assert (await chat.handoff()).read_at == read_at


async def test_history_names_who_claimed_opened_transferred_and_released(
    chat: ConversationHarness,
) -> None:
    laura = await chat.app.agent()
    carlos = await chat.app.agent("Carlos Ruiz")
    await chat.send("wants_human", "una persona")
    await chat.assign_to(laura)
    await chat.perform(agent_actions.mark_read, laura)
    await chat.perform(agent_actions.transfer, carlos, laura.name)
    await chat.perform(agent_actions.release, carlos.name)
    events = await chat.app.rows(CaseEvent)
    lines = [
        (event.actor, event.what) for event in events if event.actor in {laura.name, carlos.name}
    ]
    assert lines == [
        ("Laura Gómez", "claimed"),
        ("Laura Gómez", "opened"),
        ("Laura Gómez", "passed on"),
        ("Carlos Ruiz", "released"),
    ]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_of_twenty_simultaneous_claims_one_succeeds(
    app: AppHarness, racers: race_helpers.Racers, database_url: str, tmp_path: Path
) -> None:
    agents = [await app.agent(f"Persona{number} X") for number in range(20)]
    chat = await app.chat()
    await chat.send("wants_human", "una persona")
    handoff = await chat.handoff()
    ids = [agent.id for agent in agents]
    outcomes = racers.run(
        race_helpers.claim, ids, race_helpers.PROCESSES, database_url, str(tmp_path), handoff.id
    )
    winner = (await chat.handoff()).agent_id
    names = {agent.id: agent.name for agent in agents}
    assert winner in names
    assert outcomes.count("won") == 1
    assert outcomes.count(f"claimed before by {names[winner or 0]}") == 19
    holders = await app.rows(Agent, Agent.id == winner)
    claims = await app.rows(CaseEvent, CaseEvent.what == "claimed")
    assert [event.actor for event in claims] == [holders[0].name]
