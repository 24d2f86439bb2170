"""One turn at a time per conversation, and no message without its turn."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.conversation.live_hub import LiveEvent
from bot.conversation.turns import lease
from bot.conversation.turns.lease import Lease
from bot.database.session import Database
from bot.models import Author, Message, MessageState
from tests.integration.harness import AppHarness, ConversationHarness
from tests.integration.parts import Parts


@asynccontextmanager
async def turn_lease(db: Database, conversation_id: str, owner: str) -> AsyncIterator[Lease]:
    """A lease as a turn has it: acquired in a transaction of its own."""
    async with lease.turn_lease(db, conversation_id, owner) as acquired:
        async with db.write() as session:
            await acquired.acquire(session)
        yield acquired


async def acquire_as_killed_worker(chat: ConversationHarness) -> None:
    """A worker took the turn, and was never heard of again."""
    async with chat.app.db.write() as session:
        assert await Lease(chat.id, "killed").acquire(session)


async def test_two_workers_cannot_hold_the_same_lease(chat: ConversationHarness) -> None:
    db = chat.app.db
    async with turn_lease(db, chat.id, "one") as first, turn_lease(db, chat.id, "two") as second:
        assert (first.held, second.held) == (True, False)
    async with turn_lease(db, chat.id, "two") as after:
        assert after.held


async def test_one_of_ten_workers_gets_the_lease(chat: ConversationHarness) -> None:
    async def work(name: str) -> bool:
        async with turn_lease(chat.app.db, chat.id, name) as acquired:
            if acquired.held:
                await asyncio.sleep(0.2)
            return acquired.held

    held = await asyncio.gather(*(work(f"worker {place}") for place in range(10)))
    assert held.count(True) == 1


async def test_lease_blocks_no_other_conversation(app: AppHarness) -> None:
    first, second = await app.chat(), await app.chat()
    async with (
        turn_lease(app.db, first.id, "one") as one,
        turn_lease(app.db, second.id, "two") as two,
    ):
        assert one.held
        assert two.held


async def test_lease_of_a_killed_worker_runs_out(chat: ConversationHarness) -> None:
    app = chat.app
    await acquire_as_killed_worker(chat)
    async with turn_lease(app.db, chat.id, "next") as acquired:
        assert not acquired.held
    app.clock.advance(seconds=lease.LENGTH.total_seconds() + 1)
    async with turn_lease(app.db, chat.id, "next") as acquired:
        assert acquired.held


async def test_lease_is_renewed_during_a_long_turn(
    chat: ConversationHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "RENEW_EVERY", 0.05)
    monkeypatch.setattr(lease, "LENGTH", timedelta(seconds=0.3))
    async with turn_lease(chat.app.db, chat.id, "one") as acquired:
        assert acquired.held
        await asyncio.sleep(0.8)
        async with turn_lease(chat.app.db, chat.id, "two") as other:
            assert not other.held


async def test_failed_turn_releases_its_lease(chat: ConversationHarness) -> None:
    with pytest.raises(RuntimeError):
        async with turn_lease(chat.app.db, chat.id, "one"):
            raise RuntimeError
    async with turn_lease(chat.app.db, chat.id, "two") as acquired:
        assert acquired.held


async def test_lease_is_kept_while_a_message_waits(
    chat: ConversationHarness,
) -> None:
    await chat.receive("hola")
    async with turn_lease(chat.app.db, chat.id, "one") as acquired:
        async with chat.app.db.write() as session:
            await acquired.release_if_all_answered(session, has_queued=False)
        held = acquired.held
        async with chat.app.db.write() as session:
            message = await session.scalar(select(Message))
            assert message is not None
            message.state = "answered"
            await acquired.release_if_all_answered(session, has_queued=False)
        assert (held, acquired.held) == (True, False)
        async with turn_lease(chat.app.db, chat.id, "two") as other:
            assert other.held


class AnswerEvents:
    """Counts the answered messages of conversations, as the pages of their workers hear of it."""

    def __init__(self, workers: Sequence[Parts], chats: Sequence[ConversationHarness]) -> None:
        self._open = ExitStack()
        self._events = [
            self._open.enter_context(worker.live.watch(chat.id))
            for worker in workers
            for chat in chats
        ]

    async def wait_for(self, count: int) -> None:
        """Wait until so many messages were answered."""
        answered = asyncio.Semaphore(0)

        async def listen(events: asyncio.Queue[LiveEvent | None]) -> None:
            while (event := await events.get()) is not None:
                if event["type"] == "answered":
                    answered.release()

        listening = [asyncio.create_task(listen(events)) for events in self._events]
        async with asyncio.timeout(10):
            for _ in range(count):
                await answered.acquire()
        for task in listening:
            task.cancel()
        self._open.close()


async def test_unanswered_message_is_answered_after_a_restart(
    app: AppHarness,
) -> None:
    chats = [await app.chat() for _ in range(3)]
    for chat in chats:
        for text in ("hola", "¿hay alguien?"):
            await chat.receive(text)
        app.engine.expect(chat.id, "greet", None)
    parts = Parts(app)
    answers = AnswerEvents([parts], chats)
    parts.scheduler.start()
    await answers.wait_for(6)
    await parts.stop()
    assert await app.count(Message, Message.state == MessageState.RECEIVED) == 0
    assert await app.count(Message, Message.author == Author.BOT) == 6


async def test_one_sweep_answers_all_messages_of_a_conversation(
    app: AppHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.conversation.workers.scheduler.SWEEP_EVERY", 3600)
    chat = await app.chat()
    for text in ("uno", "dos", "tres"):
        await chat.receive(text)
    app.engine.expect(chat.id, "greet", None)
    parts = Parts(app)
    answers = AnswerEvents([parts], [chat])
    parts.scheduler.start()
    await answers.wait_for(3)
    await parts.stop()


# On SQLite one process runs all turns.
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_workers_answer_each_message_once(app: AppHarness) -> None:
    chats = [await app.chat() for _ in range(4)]
    for chat in chats:
        for text in ("uno", "dos", "tres"):
            await chat.receive(text)
        app.engine.expect(chat.id, "greet", None)
    both = Parts(app, "worker 0"), Parts(app, "worker 1")
    answers = AnswerEvents(both, chats)
    for worker in both:
        worker.scheduler.start()
    await answers.wait_for(12)
    for worker in both:
        await worker.stop()
    assert await app.count(Message, Message.author == Author.BOT) == 12
    assert len(app.engine.texts) == 12


async def test_failed_turn_is_run_again(app: AppHarness) -> None:
    chat = await app.chat()
    await chat.receive("hola")
    app.engine.expect(chat.id, "greet", None)
    app.engine.error = RuntimeError("a bug")
    parts = Parts(app)
    answers = AnswerEvents([parts], [chat])
    parts.scheduler.start()
    await asyncio.wait_for(app.engine.asked.wait(), 10)
    assert await app.count(Message, Message.author == Author.BOT) == 0
    app.engine.error = None
    await answers.wait_for(1)
    await parts.stop()
    assert await app.count(Message, Message.author == Author.BOT) == 1
