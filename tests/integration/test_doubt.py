"""A customer who is not understood: asked once, with what was understood, and then a person."""

import re

import pytest

from bot.text.normalize import fold
from tests.integration.stage import Stage

NOT_UNDERSTOOD = re.compile(
    r"no (?:le |lo |la )?(?:entend|comprend)|(?:not|n't) (?:quite )?(?:understand|get that)"
)


@pytest.mark.parametrize("language", ["es", "en"])
async def test_the_second_time_a_person_takes_over(stage: Stage, language: str) -> None:
    text = "blergh" if language == "es" else "the of the blergh is the"
    await stage.customer("nlu_fallback", text)
    assert stage.told("unclear")
    assert not await stage.handoffs()
    await stage.customer("nlu_fallback", text)
    (found,) = await stage.handoffs()
    assert found.reason == "not_understood"
    assert NOT_UNDERSTOOD.search(fold(stage.everything)) is None


async def test_the_question_shows_what_was_understood(stage: Stage) -> None:
    await stage.customer("nlu_fallback", "algo del cobro", also="overcharge")
    what = stage.theatre.desk.wording.say("what_overcharge", "es")
    assert stage.told("unclear_about", what=what)


async def test_who_was_understood_in_between_is_asked_again(stage: Stage) -> None:
    await stage.customer("nlu_fallback", "blergh")
    await stage.customer("greet", "hola")
    await stage.customer("nlu_fallback", "blergh")
    assert stage.told("unclear")
    assert not await stage.handoffs()
