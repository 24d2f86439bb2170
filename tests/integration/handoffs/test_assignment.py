"""Who has a case: one person at a time, passed on and given back, never by two at once."""

from pathlib import Path

import pytest

from bot.conversation.agents import agent_actions
from bot.handoffs import assignment, wait_estimate
from bot.handoffs.assignment import AlreadyClaimed
from bot.models import Agent, CaseEvent, Handoff, HandoffState, Role
from tests.integration import race_helpers
from tests.integration.harness import AppHarness, ConversationHarness


async def place(chat: ConversationHarness) -> int:
    async with chat.app.db.read() as session:
        return await wait_estimate.queue_position(session, await chat.handoff())


async def test_who_claims_a_waiting_case_has_it(chat: ConversationHarness) -> None:
    laura = await chat.app.agent()
    await chat.send("wants_human", "una persona")
    await chat.assign_to(laura)
    found = await chat.handoff()
    assert (found.state, found.agent_id) == (HandoffState.ACTIVE, laura.id)
    assert found.claimed_at is not None
    assert found.read_at is None


async def test_claiming_again_what_one_has_changes_nothing(chat: ConversationHarness) -> None:
    laura = await chat.app.agent()
    await chat.send("wants_human", "una persona")
    await chat.assign_to(laura)
    before = await chat.handoff()
    await chat.assign_to(laura)
    after = await chat.handoff()
    assert (after.claimed_at, after.agent_id) == (before.claimed_at, laura.id)
    claims = await chat.app.count(CaseEvent, CaseEvent.what == "claimed")
    assert claims == 1


async def test_who_comes_second_is_told_who_was_faster(chat: ConversationHarness) -> None:
    laura = await chat.app.agent()
    carlos = await chat.app.agent("Carlos Ruiz")
    await chat.send("wants_human", "una persona")
    await chat.assign_to(laura)
    with pytest.raises(AlreadyClaimed) as before:
        await chat.assign_to(carlos)
    assert before.value.by == "Laura Gómez"
    assert (await chat.handoff()).agent_id == laura.id


async def test_a_case_that_has_ended_is_nobodys_to_claim(chat: ConversationHarness) -> None:
    laura = await chat.app.agent()
    await chat.send("wants_human", "una persona")
    await chat.send("inform", "El pedido 10482 llegó roto")
    await chat.press("Seguir con el asistente")
    async with chat.app.db.write() as session:
        found = await session.get_one(Handoff, (await chat.handoff()).id)
        with pytest.raises(AlreadyClaimed) as before:
            await assignment.claim(session, found, laura)
    assert before.value.by is None
    assert (await chat.handoff()).state == HandoffState.ENDED


async def test_a_released_case_has_the_place_it_had(app: AppHarness) -> None:
    laura = await app.agent()
    chats = []
    for _ in range(3):
        chats.append(await app.chat())
        await chats[-1].send("wants_human", "una persona")
        app.clock.advance(minutes=2)
    middle = chats[1]
    assert [await place(one) for one in chats] == [1, 2, 3]
    await middle.assign_to(laura)
    assert [await place(chats[0]), await place(chats[2])] == [1, 2]
    app.clock.advance(minutes=5)
    await middle.perform(agent_actions.release, "Laura Gómez")
    assert [await place(one) for one in chats] == [1, 2, 3]
    found = await middle.handoff()
    assert (found.state, found.agent_id, found.claimed_at, found.read_at) == (
        HandoffState.WAITING,
        None,
        None,
        None,
    )


async def test_an_urgent_case_comes_before_those_that_wait_longer(app: AppHarness) -> None:
    patient, urgent = await app.chat(), await app.chat()
    await patient.send("wants_human", "una persona")
    app.clock.advance(minutes=5)
    await urgent.send("danger", "La plancha explotó")
    assert [await place(urgent), await place(patient)] == [1, 2]


async def test_releasing_what_nobody_has_says_so(chat: ConversationHarness) -> None:
    await chat.send("wants_human", "una persona")
    async with chat.app.db.write() as session:
        found = await session.get_one(Handoff, (await chat.handoff()).id)
        assert not await assignment.release(session, found, "Laura Gómez")


async def test_a_case_is_passed_to_a_colleague_who_has_not_read_it(
    chat: ConversationHarness,
) -> None:
    laura = await chat.app.agent()
    carlos = await chat.app.agent("Carlos Ruiz")
    await chat.send("wants_human", "una persona")
    await chat.assign_to(laura)
    await chat.perform(agent_actions.mark_read, laura)
    claimed_at = (await chat.handoff()).claimed_at
    await chat.perform(agent_actions.transfer, carlos, laura.name)
    found = await chat.handoff()
    assert (found.state, found.agent_id, found.read_at) == (HandoffState.ACTIVE, carlos.id, None)
    assert found.claimed_at == claimed_at  # the wait of the customer ended then


async def test_a_supervisor_passes_on_what_still_waits(chat: ConversationHarness) -> None:
    carlos = await chat.app.agent("Carlos Ruiz")
    await chat.send("wants_human", "una persona")
    await chat.perform(agent_actions.transfer, carlos, "Supervisión")
    found = await chat.handoff()
    assert (found.state, found.agent_id) == (HandoffState.ACTIVE, carlos.id)
    assert found.claimed_at is not None


async def test_a_case_that_changed_hands_is_not_passed_on_from_who_had_it(
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


async def test_only_the_holder_reads_and_only_the_first_reading_counts(
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


async def test_the_history_names_who_took_opened_passed_on_and_released(
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
    told = [(one.actor, one.what) for one in events if one.actor in {laura.name, carlos.name}]
    assert told == [
        ("Laura Gómez", "claimed"),
        ("Laura Gómez", "opened"),
        ("Laura Gómez", "passed on"),
        ("Carlos Ruiz", "released"),
    ]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_of_twenty_who_claim_at_once_one_wins_and_nineteen_are_told_by_whom(
    app: AppHarness, racers: race_helpers.Racers, database_url: str, tmp_path: Path
) -> None:
    people = [await app.agent(f"Persona{place} X") for place in range(20)]
    chat = await app.chat()
    await chat.send("wants_human", "una persona")
    found = await chat.handoff()
    ids = [one.id for one in people]
    outcomes = racers.run(
        race_helpers.claim, ids, race_helpers.PROCESSES, database_url, str(tmp_path), found.id
    )
    winner = (await chat.handoff()).agent_id
    names = {one.id: one.name for one in people}
    assert winner in names
    assert outcomes.count("won") == 1
    assert outcomes.count(f"claimed before by {names[winner or 0]}") == 19
    holders = await app.rows(Agent, Agent.id == winner)
    claims = await app.rows(CaseEvent, CaseEvent.what == "claimed")
    assert [one.actor for one in claims] == [holders[0].name]
