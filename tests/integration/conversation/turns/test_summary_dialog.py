"""A waiting customer confirms or corrects the summary without losing their place."""

import pytest

from bot.conversation.agents import agent_actions
from bot.handoffs import wait_estimate
from bot.models import HandoffState, Proof, SummaryState
from tests.integration.harness import ANA, AppHarness, ConversationHarness

# Scenes of the dialogue over rows that other tests write and read on both databases.
pytestmark = pytest.mark.one_database

DAMAGED = {"es": "Llegó rota la licuadora", "en": "My blender arrived broken"}
PERSON = {"es": "quiero una persona", "en": "I want a person"}


async def queue_position(chat: ConversationHarness) -> int:
    async with chat.app.db.read() as session:
        return await wait_estimate.queue_position(session, await chat.handoff())


async def wait_in_queue(chat: ConversationHarness, language: str = "es") -> None:
    await chat.send("damaged", DAMAGED[language])
    await chat.send("wants_human", PERSON[language])


@pytest.mark.parametrize("language", ["es", "en"])
async def test_summary_is_shown_with_yes_and_no_buttons(app: AppHarness, language: str) -> None:
    chat = await app.chat(language)
    await wait_in_queue(chat, language)
    assert chat.answered_with("summary")
    says = app.context.responses.render
    assert chat.last_message.choices[:2] == (
        says("summary_right", language),
        says("summary_wrong", language),
    )
    assert (await chat.handoff()).summary_state == SummaryState.SHOWN


async def test_no_summary_without_facts(chat: ConversationHarness) -> None:
    await chat.send("wants_human", "una persona")
    assert not chat.ever_answered_with("summary")
    assert (await chat.handoff()).summary_state is None


async def test_summary_is_shown_once(chat: ConversationHarness) -> None:
    await wait_in_queue(chat)
    await chat.send("wants_human", PERSON["es"])
    assert not chat.answered_with("summary")


async def test_confirmed_summary_is_stored(chat: ConversationHarness) -> None:
    await wait_in_queue(chat)
    before = (await chat.handoff()).due_at
    await chat.press(1)
    assert chat.answered_with("summary_kept")
    found = await chat.handoff()
    assert (found.state, found.summary_state, found.due_at) == (
        HandoffState.WAITING,
        "right",
        before,
    )


async def test_correction_is_in_the_packet_and_keeps_the_place(app: AppHarness) -> None:
    first, second = await app.chat(), await app.chat()
    await wait_in_queue(first)
    app.clock.advance(minutes=3)
    await wait_in_queue(second)
    assert await queue_position(first) == 1
    app.clock.advance(minutes=3)
    await first.press(2)
    assert first.answered_with("summary_correct")
    assert (await first.handoff()).summary_state == SummaryState.WRONG
    heard = len(app.engine.texts)
    await first.send("inform", "No era la licuadora, era la cafetera")
    assert first.answered_with("summary_again", words="No era la licuadora, era la cafetera")
    found = await first.handoff()
    assert found.corrections == ["No era la licuadora, era la cafetera"]
    assert found.summary_state == SummaryState.CORRECTED
    assert [await queue_position(first), await queue_position(second)] == [1, 2]
    assert len(app.engine.texts) == heard  # nobody had to think about it


async def test_corrected_order_is_linked_while_waiting(chat: ConversationHarness) -> None:
    await wait_in_queue(chat)
    assert (await chat.case()).order_id is None
    await chat.press(2)
    await chat.send("inform", f"Es el pedido 10482 y mi correo es {ANA}")
    case, order = await chat.case(), await chat.order("10482")
    assert (case.order_id, case.contact_id) == (order.id, order.contact_id)
    assert "10482" in chat.last_message.text
    assert (await chat.conversation()).proven_by == Proof.ORDER


async def test_wrong_order_in_a_correction_proves_nothing(chat: ConversationHarness) -> None:
    await wait_in_queue(chat)
    await chat.press(2)
    await chat.send("inform", "Es el pedido 10482 y mi correo es otra@example.com")
    assert (await chat.case()).order_id is None
    assert (await chat.conversation()).contact_id is None


async def test_long_correction_is_stored_completely(chat: ConversationHarness) -> None:
    await wait_in_queue(chat)
    await chat.press(2)
    long = "era otra cosa " * 60
    await chat.send("inform", long)
    assert (await chat.handoff()).corrections == [long]
    assert len(chat.last_message.text) < len(long)


async def test_message_after_a_correction_is_no_correction(chat: ConversationHarness) -> None:
    await wait_in_queue(chat)
    await chat.press(2)
    await chat.send("inform", "era azul")
    await chat.send("inform", "¿hay alguien?")
    assert (await chat.handoff()).corrections == ["era azul"]


async def test_summary_cannot_be_corrected_after_a_claim(chat: ConversationHarness) -> None:
    laura = await chat.app.agent()
    await wait_in_queue(chat)
    await chat.press(2)
    await chat.assign_to(laura)
    await chat.perform(agent_actions.mark_read, laura)
    assert await chat.send("inform", "era azul") == []
    assert (await chat.handoff()).corrections == []
