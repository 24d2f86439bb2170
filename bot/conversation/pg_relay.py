"""Live events across workers: PostgreSQL carries them, each worker shows them to its own sockets.

A notification holds at most 8,000 bytes (PostgreSQL's documentation of NOTIFY), so a message goes
as its id and is read from the table by whoever shows it. SQLite has one worker, and no relay.
"""

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import structlog

from bot.conversation.live_hub import Event

log = structlog.get_logger()
CHANNEL = "regalo"
RECONNECT_EVERY = 1.0


class Relay:
    """One worker's ear and voice; ``on_event`` gets what other workers say."""

    def __init__(self, url: str, on_event: Callable[[str, Event], Awaitable[None]]) -> None:
        self._dsn = url.replace("postgresql+asyncpg://", "postgresql://", 1)
        self._on_event = on_event
        self._me = uuid.uuid4().hex
        self._outbox: asyncio.Queue[str | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._shows: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin to listen."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Say what is left to say, and hang up."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, *self._shows, return_exceptions=True)

    def send(self, conversation_id: str, event: Event) -> None:
        """Tell the other workers; never waits."""
        said = {"from": self._me, "conversation": conversation_id, "event": event}
        self._outbox.put_nowait(json.dumps(said))

    async def _run(self) -> None:
        """Hold one connection; when it breaks, open another.

        What is said meanwhile to another worker's page is not lost: it is in the thread, and the
        page gets it with the next message or when it comes back.
        """
        while True:
            try:
                connection = await asyncpg.connect(self._dsn)
                # Nobody listens on a connection that is lost: then there is something to do.
                connection.add_termination_listener(lambda _: self._outbox.put_nowait(None))
                try:
                    await connection.add_listener(CHANNEL, self._hear)
                    while (said := await self._outbox.get()) is not None or _is_open(connection):
                        if said is not None:
                            await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, said)
                finally:
                    await connection.close()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("relay_lost", why=str(error))
                await asyncio.sleep(RECONNECT_EVERY)

    def _hear(self, _connection: Any, _pid: int, _channel: str, payload: Any) -> None:
        said = json.loads(payload)
        if said["from"] == self._me:
            return
        task = asyncio.create_task(self._show(said["conversation"], said["event"]))
        self._shows.add(task)
        task.add_done_callback(self._shows.discard)

    async def _show(self, conversation_id: str, event: Event) -> None:
        try:
            await self._on_event(conversation_id, event)
        except Exception:
            log.exception("relay_failed", conversation=conversation_id)


def _is_open(connection: Any) -> bool:
    return not connection.is_closed()
