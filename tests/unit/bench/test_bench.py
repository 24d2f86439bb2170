"""The bench: who talks is counted rightly. No figure of a product is tested, and no time."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bench import report
from bench.customers import Heard, Talk, Unanswered, crowd
from bench.products import regalo_scripts

pytestmark = pytest.mark.unit


class Echo:
    """Answers at once, except to what it does not know."""

    def __init__(self, said: list[str]) -> None:
        self._said = said

    async def say(self, text: str) -> float:
        await asyncio.sleep(0.001)
        if text == "?":
            raise Unanswered(text)
        self._said.append(text)
        return 0.001


async def talk_for_a_moment(script: list[str], said: list[str]) -> Heard:
    @asynccontextmanager
    async def opens() -> AsyncIterator[Talk]:
        yield Echo(said)

    clock = itertools.count(step=2)
    return await crowd(
        opens, lambda: script, customers=3, seconds=0.1, warm=0, computing=lambda: next(clock)
    )


async def test_every_answer_is_counted_and_nothing_else() -> None:
    said: list[str] = []
    heard = await talk_for_a_moment(["a", "b"], said)
    assert 6 <= len(heard.waits) <= len(said) <= len(heard.waits) + 3
    assert set(said) == {"a", "b"}
    assert not heard.failures
    assert heard.computed == 2


async def test_a_message_without_an_answer_is_a_failure_and_no_wait() -> None:
    heard = await talk_for_a_moment(["?"], [])
    assert heard.failures[0] == "Unanswered: ?"
    assert not heard.waits


@pytest.mark.parametrize(
    ("share", "wait"), [(0.0, 10.0), (0.5, 30.0), (0.95, 40.0), (0.99, 40.0), (1.0, 40.0)]
)
def test_a_quantile_is_a_wait_that_was_seen(share: float, wait: float) -> None:
    assert report.quantile([0.04, 0.01, 0.03, 0.02], share) == wait


def test_each_conversation_is_about_an_order_of_its_own() -> None:
    script = regalo_scripts()
    assert script()[2] != script()[2]
