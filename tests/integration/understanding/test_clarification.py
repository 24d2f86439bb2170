"""A customer who is not understood: asked once, then passed to a human."""

import re

import pytest

from bot.models import HandoffReason
from bot.text.normalize import fold
from tests.integration.harness import ConversationHarness

# Scenes of the dialogue over rows that other tests write and read on both databases.
pytestmark = pytest.mark.one_database

NOT_UNDERSTOOD = re.compile(
    r"no (?:le |lo |la )?(?:entend|comprend)|(?:not|n't) (?:quite )?(?:understand|get that)"
)


@pytest.mark.parametrize("language", ["es", "en"])
async def test_second_failure_in_a_row_brings_a_human(
    chat: ConversationHarness, language: str
) -> None:
    text = "blergh" if language == "es" else "the of the blergh is the"
    await chat.send("nlu_fallback", text)
    assert chat.answered_with("unclear")
    assert not await chat.handoffs()
    await chat.send("nlu_fallback", text)
    (handoff,) = await chat.handoffs()
    assert handoff.reason == HandoffReason.NOT_UNDERSTOOD
    assert NOT_UNDERSTOOD.search(fold(chat.all_text)) is None


async def test_question_shows_what_was_understood(chat: ConversationHarness) -> None:
    await chat.send("nlu_fallback", "algo del cobro", also="overcharge")
    what = chat.app.context.responses.render("what_overcharge", "es")
    assert chat.answered_with("unclear_about", what=what)


async def test_understood_message_resets_the_count_of_failures(chat: ConversationHarness) -> None:
    await chat.send("nlu_fallback", "blergh")
    await chat.send("greet", "hola")
    await chat.send("nlu_fallback", "blergh")
    assert chat.answered_with("unclear")
    assert not await chat.handoffs()
