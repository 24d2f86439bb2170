"""The wait, told honestly: nobody there, all busy, closed for days, and no number made up."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.conversation import truth_gate
from bot.models import Agent, Conversation, Handoff
from bot.text.reply import Say
from tests.integration.stage import Stage, Theatre

PERSON = {"es": "quiero una persona", "en": "I want a person"}


async def samples(theatre: Theatre, person: Agent, *minutes: float) -> None:
    """So many others waited so long, lately."""
    for each in minutes:
        stage = await theatre.stage()
        await stage.customer("wants_human", "una persona")
        async with theatre.db.write() as session:
            found = await session.get_one(Handoff, (await stage.handoff()).id)
            now = theatre.clock.now()
            found.created_at, found.claimed_at = now - timedelta(minutes=each), now
            found.state, found.ended_at, found.ended_how = "ended", now, "resolved"
            found.agent_id = person.id


@pytest.mark.parametrize("language", ["es", "en"])
async def test_nobody_online_is_said_with_a_date(theatre: Theatre, language: str) -> None:
    await theatre.person()
    theatre.clock.forward(minutes=5)  # her console was closed
    stage = await theatre.stage(language)
    await stage.customer("wants_human", PERSON[language])
    assert stage.told("person_nobody")
    assert not stage.told("wait_next")
    assert (await stage.handoff()).told_place is None
    (promise,) = await stage.promises()
    due = theatre.desk.wording.show(promise.due_at, language).rstrip(".")
    assert due in stage.everything


async def test_who_is_away_is_nobody(theatre: Theatre, stage: Stage) -> None:
    laura = await theatre.person()
    await theatre.sees(laura, presence="away")
    await stage.customer("wants_human", "una persona")
    assert stage.told("person_nobody")


@pytest.mark.parametrize("language", ["es", "en"])
async def test_everybody_at_capacity_is_said(theatre: Theatre, language: str) -> None:
    laura = await theatre.person(capacity=1)
    first, second = await theatre.stage(language), await theatre.stage(language)
    await first.customer("wants_human", PERSON[language])
    assert first.told("person_open")
    await first.claimed_by(laura)
    await second.customer("wants_human", PERSON[language])
    assert second.told("person_busy")
    assert second.told("wait_next")


async def test_the_place_is_told_and_the_minutes_are_not_known_yet(theatre: Theatre) -> None:
    await theatre.person()
    stages = [await theatre.stage() for _ in range(3)]
    for stage in stages:
        await stage.customer("wants_human", "una persona")
    assert stages[0].told("wait_next")
    for place, stage in enumerate(stages[1:], start=2):
        assert stage.told("wait_place", place=str(place))
        assert stage.told("wait_unknown")
        found = await stage.handoff()
        assert (found.told_place, found.told_low, found.told_high) == (place, None, None)


@pytest.mark.parametrize(("number", "is_told"), [(4, False), (5, True)])
async def test_minutes_are_told_from_five_samples_on(
    theatre: Theatre, stage: Stage, number: int, is_told: bool
) -> None:
    laura = await theatre.person()
    await samples(theatre, laura, *[6.5] * number)
    await stage.customer("wants_human", "una persona")
    assert stage.told("wait_range", low="6", high="7") is is_told
    assert stage.told("wait_unknown") is not is_told
    found = await stage.handoff()
    assert (found.told_low, found.told_high) == ((6, 7) if is_told else (None, None))


async def test_waits_of_this_morning_tell_nothing_of_the_evening(
    theatre: Theatre, stage: Stage
) -> None:
    laura = await theatre.person()
    await samples(theatre, laura, *[6.5] * 5)
    theatre.clock.forward(hours=4)
    await theatre.sees(laura)
    await stage.customer("wants_human", "una persona")
    assert stage.told("wait_unknown")


@pytest.mark.parametrize("language", ["es", "en"])
async def test_what_was_told_of_the_wait_passes_the_truth_gate_and_nothing_else_does(
    theatre: Theatre, language: str
) -> None:
    laura = await theatre.person()
    await samples(theatre, laura, *[6.5] * 5)
    stage = await theatre.stage(language)
    await stage.customer("wants_human", PERSON[language])
    assert (await stage.handoff()).reason == "wants_human"  # the gate let it through
    say = theatre.desk.wording.say
    so = say("wait_range", language, low=6, high=7)
    not_so = say("wait_range", language, low=1, high=2)
    place = say("wait_place", language, place=4)
    async with theatre.db.read() as session:
        conversation = await session.get_one(Conversation, stage.id)

        async def unbacked(text: str) -> str | None:
            return await truth_gate.unbacked(session, theatre.desk, conversation, [Say(text)])

        assert await unbacked(so) is None
        assert await unbacked(not_so) is not None
        assert await unbacked(place) is not None


@pytest.mark.parametrize(
    ("language", "told"), [("es", "lunes 16"), ("en", "Monday")], ids=["es", "en"]
)
async def test_over_a_holiday_weekend_the_date_is_of_the_next_open_day(
    theatre: Theatre, language: str, told: str
) -> None:
    """Sunday evening before the Monday of Cartagena's independence: Tuesday, not Monday."""
    await theatre.person()
    theatre.clock.move_to(datetime(2026, 11, 16, 0, 30, tzinfo=UTC))  # Sunday, 19:30 in Bogotá
    stage = await theatre.stage(language)
    await stage.customer("wants_human", PERSON[language])
    assert stage.told("person_closed")
    (promise,) = await stage.promises()
    local = promise.due_at.astimezone(theatre.desk.company.tz)
    assert (local.date().isoformat(), local.hour) == ("2026-11-17", 9)
    assert theatre.desk.wording.show(promise.due_at, language).rstrip(".") in stage.everything
    assert told not in stage.everything
    assert "17" in stage.everything


async def test_on_the_holiday_itself_it_is_closed_at_noon(theatre: Theatre, stage: Stage) -> None:
    laura = await theatre.person()
    theatre.clock.move_to(datetime(2026, 11, 16, 17, 0, tzinfo=UTC))
    await theatre.sees(laura)  # even if somebody sits there
    await stage.customer("wants_human", "una persona")
    assert stage.told("person_closed")


async def test_what_the_customer_was_told_stays_as_it_was_told(
    theatre: Theatre, stage: Stage
) -> None:
    await theatre.person()
    other = await theatre.stage()
    await other.customer("wants_human", "una persona")
    await stage.customer("wants_human", "una persona")
    assert (await stage.handoff()).told_place == 2
    await other.customer("inform", "no importa")
    await other.press("Seguir con el asistente")
    assert (await stage.handoff()).told_place == 2
