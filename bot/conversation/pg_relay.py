"""Live events across workers, by PostgreSQL's LISTEN and NOTIFY.

A notification holds at most 8,000 bytes (PostgreSQL's documentation of NOTIFY), so a message goes
as its id and is read from the table by whoever shows it. SQLite has one edge, and no relay.

Events are sent and shown in the order in which they were published. Both queues are bounded: when
one is full, or the connection was lost, events are missing, and the pages concerned are told to
resume; they read the database anew.
"""

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

import asyncpg
import structlog

from bot.conversation.live_hub import LiveEvent

log = structlog.get_logger()
CHANNEL: Final = "regalo"
RECONNECT_EVERY: Final = 1.0  # seconds
# Some seconds of the busiest hour; pages that lag further behind resume from the database.
LONGEST_QUEUE: Final = 10_000
# To the other workers: events are missing, let your pages resume.
GAP: Final = {"type": "gap"}


class PgRelay:
    """The relay of one worker.

    Args:
        url: the database's, of the asyncpg driver.
        show: shows an event of another worker's on this worker's pages.
        resume: ends every socket of this worker, so that its pages read the database anew.
    """

    def __init__(
        self,
        url: str,
        show: Callable[[str, LiveEvent], Awaitable[None]],
        resume: Callable[[], None],
        longest_queue: int = LONGEST_QUEUE,
    ) -> None:
        self._dsn = url.replace("postgresql+asyncpg://", "postgresql://", 1)
        self._show = show
        self._resume = resume
        self._worker = uuid.uuid4().hex
        self._longest_queue = longest_queue
        self._outgoing: asyncio.Queue[str | None] = asyncio.Queue()
        self._incoming: asyncio.Queue[tuple[str, LiveEvent]] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start listening, and showing what arrives."""
        self._tasks = [asyncio.create_task(self._run()), asyncio.create_task(self._show_all())]

    async def stop(self) -> None:
        """Close the connection. Pages that miss unsent events read the database."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def send(self, conversation_id: str, event: LiveEvent) -> None:
        """Queue an event for the other workers; never waits."""
        if self._outgoing.qsize() >= self._longest_queue:
            log.warning("relay_queue_full", dropped=self._outgoing.qsize())
            _clear(self._outgoing)
            conversation_id, event = "", GAP
        notice = {"from": self._worker, "conversation": conversation_id, "event": event}
        self._outgoing.put_nowait(json.dumps(notice))

    async def _run(self) -> None:
        """Hold one connection; when it breaks, open another."""
        is_first = True
        while True:
            try:
                connection = await asyncpg.connect(self._dsn)
                # Nothing waits on a connection that is lost: this wakes the loop below.
                connection.add_termination_listener(lambda _: self._outgoing.put_nowait(None))
                try:
                    await connection.add_listener(CHANNEL, self._on_notification)
                    if not is_first:
                        self._resume()  # events of the meantime are missing
                    is_first = False
                    await self._send_all(connection)
                finally:
                    # Closing a lost connection may hang.
                    with suppress(TimeoutError, asyncpg.InterfaceError):
                        await connection.close(timeout=RECONNECT_EVERY)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("relay_lost", why=str(error))
                await asyncio.sleep(RECONNECT_EVERY)

    async def _send_all(self, connection: Any) -> None:
        """Send what is queued until the connection is lost."""
        while (notice := await self._outgoing.get()) is not None or not connection.is_closed():
            if notice is not None:
                await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, notice)

    def _on_notification(self, _connection: Any, _pid: int, _channel: str, payload: Any) -> None:
        notice = json.loads(payload)
        if notice["from"] == self._worker:
            return
        if notice["event"] == GAP:
            self._resume()
        elif self._incoming.qsize() >= self._longest_queue:
            log.warning("relay_behind", dropped=self._incoming.qsize())
            _clear(self._incoming)
            self._resume()
        else:
            self._incoming.put_nowait((notice["conversation"], notice["event"]))

    async def _show_all(self) -> None:
        """Show other workers' events, one after the other, in the order in which they were sent."""
        while True:
            conversation_id, event = await self._incoming.get()
            try:
                await self._show(conversation_id, event)
            except Exception:
                log.exception("relay_failed", conversation=conversation_id)


def _clear(queue: asyncio.Queue[Any]) -> None:
    while not queue.empty():
        queue.get_nowait()
