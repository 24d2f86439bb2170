"""What a waiting customer is told: nobody there, all busy, closed, position and minutes."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.conversation import truth_gate
from bot.models import (
    Agent,
    Conversation,
    Handoff,
    HandoffEnding,
    HandoffReason,
    HandoffState,
    Presence,
)
from bot.text.reply import Reply
from tests.integration.harness import AppHarness, ConversationHarness

PERSON = {"es": "quiero una persona", "en": "I want a person"}


async def samples(app: AppHarness, agent: Agent, *minutes: float) -> None:
    """So many others waited so long, lately."""
    for each in minutes:
        chat = await app.chat()
        await chat.send("wants_human", "una persona")
        async with app.db.write() as session:
            handoff = await session.get_one(Handoff, (await chat.handoff()).id)
            now = app.clock.now()
            handoff.created_at, handoff.claimed_at = now - timedelta(minutes=each), now
            handoff.state, handoff.ended_at, handoff.ended_how = (
                HandoffState.ENDED,
                now,
                HandoffEnding.RESOLVED,
            )
            handoff.agent_id = agent.id


@pytest.mark.parametrize("language", ["es", "en"])
async def test_customer_is_told_that_nobody_is_online(app: AppHarness, language: str) -> None:
    await app.agent()
    app.clock.advance(minutes=5)  # her console was closed
    chat = await app.chat(language)
    await chat.send("wants_human", PERSON[language])
    assert chat.answered_with("person_nobody")
    assert not chat.answered_with("wait_next")
    assert (await chat.handoff()).told_place is None
    (promise,) = await chat.promises()
    due = app.context.responses.show(promise.due_at, language).rstrip(".")
    assert due in chat.all_text


async def test_agent_who_is_away_does_not_count_as_online(
    app: AppHarness, chat: ConversationHarness
) -> None:
    laura = await app.agent()
    await app.heartbeat(laura, presence=Presence.AWAY)
    await chat.send("wants_human", "una persona")
    assert chat.answered_with("person_nobody")


@pytest.mark.parametrize("language", ["es", "en"])
async def test_customer_is_told_that_all_agents_are_busy(app: AppHarness, language: str) -> None:
    laura = await app.agent(capacity=1)
    first, second = await app.chat(language), await app.chat(language)
    await first.send("wants_human", PERSON[language])
    assert first.answered_with("person_open")
    await first.assign_to(laura)
    await second.send("wants_human", PERSON[language])
    assert second.answered_with("person_busy")
    assert second.answered_with("wait_next")


async def test_position_is_told_without_minutes_while_samples_are_few(app: AppHarness) -> None:
    await app.agent()
    chats = [await app.chat() for _ in range(3)]
    for chat in chats:
        await chat.send("wants_human", "una persona")
    assert chats[0].answered_with("wait_next")
    for position, chat in enumerate(chats[1:], start=2):
        assert chat.answered_with("wait_place", place=str(position))
        assert chat.answered_with("wait_unknown")
        handoff = await chat.handoff()
        assert (handoff.told_place, handoff.told_low, handoff.told_high) == (position, None, None)


@pytest.mark.parametrize(("number", "is_told"), [(4, False), (5, True)])
async def test_minutes_are_told_from_five_samples_on(
    app: AppHarness, chat: ConversationHarness, number: int, is_told: bool
) -> None:
    laura = await app.agent()
    await samples(app, laura, *[6.5] * number)
    await chat.send("wants_human", "una persona")
    assert chat.answered_with("wait_range", low="6", high="7") is is_told
    assert chat.answered_with("wait_unknown") is not is_told
    handoff = await chat.handoff()
    assert (handoff.told_low, handoff.told_high) == ((6, 7) if is_told else (None, None))


async def test_old_samples_are_ignored(app: AppHarness, chat: ConversationHarness) -> None:
    laura = await app.agent()
    await samples(app, laura, *[6.5] * 5)
    app.clock.advance(hours=4)
    await app.heartbeat(laura)
    await chat.send("wants_human", "una persona")
    assert chat.answered_with("wait_unknown")


@pytest.mark.parametrize("language", ["es", "en"])
async def test_truth_gate_passes_only_the_recorded_wait(app: AppHarness, language: str) -> None:
    laura = await app.agent()
    await samples(app, laura, *[6.5] * 5)
    chat = await app.chat(language)
    await chat.send("wants_human", PERSON[language])
    assert (await chat.handoff()).reason == HandoffReason.WANTS_HUMAN  # the gate let it through
    say = app.context.responses.render
    so = say("wait_range", language, low=6, high=7)
    not_so = say("wait_range", language, low=1, high=2)
    other_position = say("wait_place", language, place=4)
    async with app.db.read() as session:
        conversation = await session.get_one(Conversation, chat.id)

        async def unbacked(text: str) -> str | None:
            return await truth_gate.find_unbacked(session, app.context, conversation, [Reply(text)])

        assert await unbacked(so) is None
        assert await unbacked(not_so) is not None
        assert await unbacked(other_position) is not None


@pytest.mark.parametrize(
    ("language", "weekday"), [("es", "lunes 16"), ("en", "Monday")], ids=["es", "en"]
)
async def test_promised_date_skips_a_holiday_weekend(
    app: AppHarness, language: str, weekday: str
) -> None:
    """Sunday evening before the Monday of Cartagena's independence: Tuesday, not Monday."""
    await app.agent()
    app.clock.move_to(datetime(2026, 11, 16, 0, 30, tzinfo=UTC))  # Sunday, 19:30 in Bogotá
    chat = await app.chat(language)
    await chat.send("wants_human", PERSON[language])
    assert chat.answered_with("person_closed")
    (promise,) = await chat.promises()
    local = promise.due_at.astimezone(app.context.company.tz)
    assert (local.date().isoformat(), local.hour) == ("2026-11-17", 9)
    assert app.context.responses.show(promise.due_at, language).rstrip(".") in chat.all_text
    assert weekday not in chat.all_text
    assert "17" in chat.all_text


async def test_holiday_is_closed_at_noon(app: AppHarness, chat: ConversationHarness) -> None:
    laura = await app.agent()
    app.clock.move_to(datetime(2026, 11, 16, 17, 0, tzinfo=UTC))
    await app.heartbeat(laura)  # even if somebody sits there
    await chat.send("wants_human", "una persona")
    assert chat.answered_with("person_closed")


async def test_recorded_wait_does_not_change_later(
    app: AppHarness, chat: ConversationHarness
) -> None:
    await app.agent()
    other = await app.chat()
    await other.send("wants_human", "una persona")
    await chat.send("wants_human", "una persona")
    assert (await chat.handoff()).told_place == 2
    await other.send("inform", "no importa")
    await other.press("Seguir con el asistente")
    assert (await chat.handoff()).told_place == 2
