"""Two workers on PostgreSQL: events of one reach the other's pages."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.conversation.live_hub import LiveEvent
from bot.conversation.pg_relay import PgRelay
from tests.integration.conftest import PostgreSQL, settings_for
from tests.integration.edge_process import EdgeProcess, FakeEngineServer


@pytest.fixture(scope="module")
def workers(
    postgresql: PostgreSQL, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[EdgeProcess, EdgeProcess]]:
    name = postgresql.new()
    folders: list[Path] = [tmp_path_factory.mktemp("worker") for _ in range(2)]
    engine = FakeEngineServer()
    edges = [EdgeProcess(settings_for(postgresql.url(name), folder), engine) for folder in folders]
    yield edges[0], edges[1]
    for edge in edges:
        edge.stop()
    engine.close()
    postgresql.drop(name)


async def test_page_on_another_worker_gets_live_events(
    workers: tuple[EdgeProcess, EdgeProcess],
) -> None:
    one, other = workers
    async with (
        one.open_page() as first,
        other.open_page(session=first.session) as second,
    ):
        sent = await first.send_message("buttons")
        shown = await second.wait_for("message")
        assert shown["message"]["text"] == "buttons"
        answer = await second.wait_for("message")
        assert answer["message"]["author"] == "bot"
        assert [choice["title"] for choice in answer["message"]["choices"]] == ["uno", "dos"]
        await second.wait_for("answered", id=sent)

        token = answer["message"]["choices"][0]["token"]
        await second.send(type="choose", id="6f1c3b0e-58b9-4a5e-8f4e-0a2f0f1d7c11", token=token)
        spent = await first.wait_for("spent")
        assert spent["chosen"] == token


async def test_messages_sent_to_two_workers_at_once_are_each_answered_once(
    workers: tuple[EdgeProcess, EdgeProcess],
) -> None:
    one, other = workers
    async with (
        one.open_page() as first,
        other.open_page(session=first.session) as second,
    ):
        sent = [
            await page.send_message(f"hola {word}")
            for page, word in ((first, "a"), (second, "b")) * 3
        ]
        for source_id in sent:
            await first.wait_for("answered", id=source_id)
        async with one.open_page(session=first.session) as third:
            messages = third.welcome["messages"]
    assert [message["seq"] for message in messages] == list(range(1, 13))
    answers = [message["text"] for message in messages if message["author"] == "bot"]
    assert len(answers) == len(sent)


class Worker:
    """A worker's relay, and what it shows; ``hold`` keeps it from showing."""

    def __init__(self, url: str, longest_queue: int = 1000) -> None:
        self.shown: list[tuple[str, LiveEvent]] = []
        self.hold = asyncio.Event()
        self.hold.set()
        self.resumed = asyncio.Event()
        self._news = asyncio.Event()
        self.relay = PgRelay(url, self._show, self.resumed.set, longest_queue)

    async def _show(self, conversation_id: str, event: LiveEvent) -> None:
        await self.hold.wait()
        self.shown.append((conversation_id, event))
        self._news.set()

    async def wait_for(self, count: int) -> None:
        async with asyncio.timeout(20):
            while len(self.shown) < count:
                self._news.clear()
                await self._news.wait()

    async def hears(self, speaker: "Worker") -> None:
        """Wait until both are connected: an event that the speaker repeats has come."""
        async with asyncio.timeout(20):
            while not self.shown:
                speaker.relay.send("warm up", {"type": "hello"})
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), 0.2)
        # All repetitions of it have passed once a last one has.
        speaker.relay.send("warm up", {"type": "last"})
        async with asyncio.timeout(20):
            while self.shown[-1][1]["type"] != "last":
                self._news.clear()
                await self._news.wait()
        self.shown.clear()


@pytest.fixture
async def two(postgresql: PostgreSQL) -> AsyncIterator[tuple[Worker, Worker]]:
    """Two workers, the second with room for few events."""
    url = postgresql.url("postgres")
    speaker, listener = Worker(url), Worker(url, longest_queue=10)
    for worker in (speaker, listener):
        worker.relay.start()
    await listener.hears(speaker)
    yield speaker, listener
    for worker in (speaker, listener):
        worker.hold.set()
        await worker.relay.stop()


async def test_events_are_shown_in_the_order_in_which_they_were_published(
    postgresql: PostgreSQL,
) -> None:
    url = postgresql.url("postgres")
    speaker, listener = Worker(url), Worker(url)
    for worker in (speaker, listener):
        worker.relay.start()
    await listener.hears(speaker)
    for number in range(300):
        speaker.relay.send("a", {"type": "n", "number": number})
    await listener.wait_for(300)
    for worker in (speaker, listener):
        await worker.relay.stop()
    assert [event["number"] for _, event in listener.shown] == list(range(300))


async def test_a_worker_that_lags_behind_drops_events_and_lets_its_pages_resume(
    two: tuple[Worker, Worker],
) -> None:
    speaker, listener = two
    listener.hold.clear()
    for number in range(50):
        speaker.relay.send("a", {"type": "n", "number": number})
    await asyncio.wait_for(listener.resumed.wait(), 20)
    listener.hold.set()
    speaker.relay.send("a", {"type": "n", "number": 50})
    async with asyncio.timeout(20):
        while not listener.shown or listener.shown[-1][1]["number"] != 50:
            await listener.wait_for(len(listener.shown) + 1)
    assert len(listener.shown) < 50


async def test_events_lost_before_they_were_sent_let_the_pages_of_others_resume(
    two: tuple[Worker, Worker],
) -> None:
    """The one with the short queue publishes more than it can send at once."""
    speaker, listener = two
    for number in range(50):
        listener.relay.send("a", {"type": "n", "number": number})
    await asyncio.wait_for(speaker.resumed.wait(), 20)


async def test_a_lost_connection_lets_the_pages_resume_and_is_made_anew(
    postgresql: PostgreSQL, two: tuple[Worker, Worker]
) -> None:
    speaker, listener = two
    postgresql.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = 'postgres' AND pid <> pg_backend_pid()"
    )
    for worker in two:
        await asyncio.wait_for(worker.resumed.wait(), 20)
    await listener.hears(speaker)
