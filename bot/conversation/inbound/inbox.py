"""The inbox: stores the events of channels before anything else is done.

A commit waits for the disk, and SQLite has one writer at a time. So events that arrive during a
commit are stored together in the next one, before any other transaction that waits to write.
PostgreSQL takes many writers and groups their commits itself: there each event has its own.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from bot.context.company_context import CompanyContext
from bot.conversation.channel_api import ChannelEvent
from bot.conversation.inbound import store_event
from bot.conversation.inbound.stored_event import StoredEvent
from bot.conversation.keyed_tasks import KeyedTasks
from bot.conversation.live_events import LiveEvents
from bot.conversation.outbound.publisher import Publisher
from bot.conversation.outbound.sender import Sender
from bot.conversation.outbound.typing_indicator import TypingIndicator
from bot.conversation.turns.turn_runner import TurnRunner
from bot.database.session import Database

log = structlog.get_logger()
# Events in one transaction; so few that it takes no noticeable time.
BATCH = 20


@dataclass(frozen=True, slots=True)
class _Waiting:
    channel: str
    event: ChannelEvent
    stored: asyncio.Future[StoredEvent | None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Inbox:
    """Stores and publishes the events that the channels of one process receive."""

    def __init__(
        self,
        db: Database,
        context: CompanyContext,
        *,
        turns: TurnRunner,
        live: LiveEvents,
        publisher: Publisher,
        sender: Sender,
        typing: TypingIndicator,
    ) -> None:
        self._db = db
        self._context = context
        self._turns = turns
        self._live = live
        self._publisher = publisher
        self._sender = sender
        self._typing = typing
        self._waiting: list[_Waiting] = []
        self._tasks = KeyedTasks(self._store_waiting)
        self._publishing: set[asyncio.Task[None]] = set()

    async def receive(self, channel: str, events: Sequence[ChannelEvent]) -> None:
        """Store a channel's events; once this returns, they cannot be lost.

        They are published in the background, so that the provider gets its response at once.

        Raises:
            Exception: an event was not stored, and the provider has to send it again. The other
                events are stored all the same.
        """
        for stored in await self.store(channel, events):
            if stored is not None:
                task = asyncio.create_task(self._publish_in_background(stored))
                self._publishing.add(task)
                task.add_done_callback(self._publishing.discard)

    async def store(self, channel: str, events: Sequence[ChannelEvent]) -> list[StoredEvent | None]:
        """Store events and wake their turns. The caller publishes what is returned.

        Raises:
            Exception: as ``receive`` does.
            MessageRefused: a web visitor's message cannot be stored.
        """
        entries = [_Waiting(channel, event) for event in events]
        if self._db.has_one_writer:
            self._waiting += entries
            self._tasks.wake("")
        else:
            for entry in entries:
                await self._store_alone(entry)
        outcomes = await asyncio.gather(
            *(entry.stored for entry in entries), return_exceptions=True
        )
        stored = []
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
            stored.append(outcome)
        return stored

    async def publish(self, stored: StoredEvent) -> None:
        """Show a stored event on pages, and send outgoing messages that waited for it."""
        conversation_id = stored.conversation_id
        if not stored.is_new:
            return
        if stored.pressed_seq is not None:
            pressed = [stored.pressed_seq]
            chosen = next(
                message.choice_token for message in stored.messages if message.choice_token
            )
            self._live.choices_closed(conversation_id, pressed, chosen)
            self._typing.close_buttons(conversation_id, pressed)
        for message in stored.messages:
            await self._publisher.message(message)
        if stored.delivery is not None:
            self._live.delivery(stored.delivery)
        for case_of in (*stored.moved_from, *([conversation_id] if stored.moved_from else [])):
            self._live.case_changed(case_of)
        if stored.is_released:
            self._sender.wake_conversation(conversation_id)

    async def stop(self) -> None:
        """Store the events that wait (for at most 5 s), and publish them."""
        await self._tasks.stop(patience=5)
        if self._publishing:
            await asyncio.wait(self._publishing)

    async def _store_waiting(self, _: str) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            try:
                stored = await self._store_batch(batch)
            except Exception:  # noqa: BLE001 - one event is at fault; each is tried by itself
                for entry in batch:
                    await self._store_alone(entry)
            else:
                self._resolve(batch, stored)

    async def _store_alone(self, entry: _Waiting) -> None:
        try:
            stored = await self._store_batch([entry])
        except Exception as error:  # noqa: BLE001 - raised to the caller
            if not entry.stored.done():
                entry.stored.set_exception(error)
        else:
            self._resolve([entry], stored)

    async def _store_batch(self, batch: Sequence[_Waiting]) -> list[StoredEvent | None]:
        async with self._db.write(goes_first=True) as session:
            return [
                await store_event.store(session, self._context, entry.channel, entry.event)
                for entry in batch
            ]

    def _resolve(self, batch: Sequence[_Waiting], stored: Sequence[StoredEvent | None]) -> None:
        for entry, event in zip(batch, stored, strict=True):
            if event is not None and event.needs_answer:
                self._turns.wake(event.conversation_id)
            if not entry.stored.done():  # the caller may be gone
                entry.stored.set_result(event)

    async def _publish_in_background(self, stored: StoredEvent) -> None:
        try:
            await self.publish(stored)
        except Exception:
            # It is stored: pages read it when they resume, and the sweeps find the rest.
            log.exception("publishing_failed", conversation=stored.conversation_id)
