"""Events are stored before they are acknowledged, many of them in one commit."""

import asyncio

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context.company_context import CompanyContext
from bot.conversation.channel_api import (
    ChannelEvent,
    DeliveryReport,
    DeliveryStatus,
    IncomingMessage,
)
from bot.conversation.inbound import store_event
from bot.conversation.inbound.stored_event import StoredEvent
from bot.models import Message
from tests.integration.harness import AppHarness
from tests.integration.parts import IdleTurns, Parts

pytestmark = pytest.mark.integration


def incoming_text(number: int, source: str = "", text: str = "hola") -> IncomingMessage:
    return IncomingMessage(f"57300{number:07d}", source or f"wamid.{number}", text=text)


async def test_acknowledged_events_are_stored_and_published_once(
    app: AppHarness,
) -> None:
    parts = Parts(app, turns_of=IdleTurns)
    posts = [parts.inbox.receive("whatsapp", [incoming_text(number)]) for number in range(60)]
    await asyncio.gather(*posts)
    assert len(await app.rows(Message)) == 60
    await parts.inbox.stop()
    assert len(parts.publisher.published) == 60


async def test_simultaneous_duplicates_are_one_message(app: AppHarness) -> None:
    parts = Parts(app, turns_of=IdleTurns)
    await asyncio.gather(*(parts.inbox.receive("whatsapp", [incoming_text(1)]) for _ in range(10)))
    await parts.inbox.stop()
    assert len(await app.rows(Message)) == len(parts.publisher.published) == 1


async def test_event_that_cannot_be_stored_raises_for_its_caller_only(
    app: AppHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_event.store

    async def fail_for_one(
        session: AsyncSession, context: CompanyContext, channel: str, what: ChannelEvent
    ) -> StoredEvent | None:
        stored = await store(session, context, channel, what)
        if isinstance(what, IncomingMessage) and what.source_id == "wamid.3":
            raise RuntimeError("the disk is full")
        return stored

    monkeypatch.setattr(store_event, "store", fail_for_one)
    parts = Parts(app, turns_of=IdleTurns)
    told = await asyncio.gather(
        *(parts.inbox.receive("whatsapp", [incoming_text(number)]) for number in range(6)),
        return_exceptions=True,
    )
    await parts.inbox.stop()

    assert [isinstance(one, RuntimeError) for one in told] == [number == 3 for number in range(6)]
    sources = {message.source_id for message in await app.rows(Message)}
    assert sources == {f"wamid.{number}" for number in range(6) if number != 3}
    assert len(parts.publisher.published) == 5


async def test_error_after_the_commit_does_not_reach_the_provider(app: AppHarness) -> None:
    parts = Parts(app, turns_of=IdleTurns)
    parts.publisher.fails = True
    posts = [parts.inbox.receive("whatsapp", [incoming_text(number)]) for number in range(30)]
    await asyncio.wait_for(asyncio.gather(*posts), 60)
    await parts.inbox.stop()
    assert len(parts.publisher.published) == len(await app.rows(Message)) == 30


async def test_events_of_a_post_are_stored_in_order(
    app: AppHarness,
) -> None:
    parts = Parts(app, turns_of=IdleTurns)
    said = [incoming_text(1, f"wamid.{number}", f"frase {number}") for number in range(5)]
    await parts.inbox.receive(
        "whatsapp", [*said, DeliveryReport(12345, "wamid.of-nobody", DeliveryStatus.READ)]
    )
    await parts.inbox.stop()
    found = sorted(await app.rows(Message), key=lambda message: message.seq)
    assert [message.text for message in found] == [f"frase {number}" for number in range(5)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_waiting_events_share_a_commit_on_sqlite(
    app: AppHarness,
) -> None:
    commits: list[int] = []
    event.listen(app.db.engine, "commit", lambda _: commits.append(1))
    parts = Parts(app, turns_of=IdleTurns)
    async with app.db.write():
        posts = [
            asyncio.create_task(parts.inbox.receive("whatsapp", [incoming_text(number)]))
            for number in range(10)
        ]
        await asyncio.sleep(0.05)
        # Nothing is committed, so nobody has been told that it is stored.
        assert not any(post.done() for post in posts)
    await asyncio.gather(*posts)
    await parts.inbox.stop()

    assert len(await app.rows(Message)) == 10
    # That of the writer who was before them, and one for all ten.
    assert len(commits) == 2
