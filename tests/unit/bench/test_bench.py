"""The load of the benchmark counts answers correctly. No product is measured."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bench import report
from bench.customers import ChatSession, LoadResult, NoAnswerError, run_load
from bench.products import regalo_scripts

pytestmark = pytest.mark.unit


class Echo:
    """Answers at once, except to a question mark."""

    def __init__(self, sent: list[str]) -> None:
        self._sent = sent

    async def send(self, text: str) -> float:
        await asyncio.sleep(0.001)
        if text == "?":
            raise NoAnswerError(text)
        self._sent.append(text)
        return 0.001


async def run_short_load(script: list[str], sent: list[str]) -> LoadResult:
    @asynccontextmanager
    async def open_session() -> AsyncIterator[ChatSession]:
        yield Echo(sent)

    clock = itertools.count(step=2)
    return await run_load(
        open_session,
        lambda: script,
        customers=3,
        seconds=0.1,
        warm=0,
        cpu_seconds=lambda: next(clock),
    )


async def test_each_answer_is_counted_once() -> None:
    sent: list[str] = []
    result = await run_short_load(["a", "b"], sent)
    assert 6 <= len(result.waits) <= len(sent) <= len(result.waits) + 3
    assert set(sent) == {"a", "b"}
    assert not result.failures
    assert result.cpu_seconds == 2


async def test_message_without_an_answer_is_counted_as_a_failure() -> None:
    result = await run_short_load(["?"], [])
    assert result.failures[0] == "NoAnswerError: ?"
    assert not result.waits


@pytest.mark.parametrize(
    ("share", "wait"), [(0.0, 10.0), (0.5, 30.0), (0.95, 40.0), (0.99, 40.0), (1.0, 40.0)]
)
def test_quantile_is_one_of_the_waits(share: float, wait: float) -> None:
    assert report.quantile([0.04, 0.01, 0.03, 0.02], share) == wait


def test_each_conversation_has_its_own_order() -> None:
    script = regalo_scripts()
    assert script()[2] != script()[2]
