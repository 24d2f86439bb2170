"""The inbox: what comes in is stored before anything else is done, all that waits in one commit.

A commit waits for the disk, and SQLite has one writer at a time. So what comes while one is under
way is stored by the next together, and goes before everything that has been acknowledged already.
PostgreSQL takes many writers and joins their commits itself: there each has its own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from bot.context.company_context import CompanyContext
from bot.conversation.channel_api import Event
from bot.conversation.inbound import store_event
from bot.conversation.inbound.store_event import Taken
from bot.conversation.keyed_tasks import Runs
from bot.database.session import Database

log = structlog.get_logger()
# One transaction stays short enough that nobody notices it.
AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class _Came:
    channel: str
    event: Event
    stored: asyncio.Future[None]


class Inbox:
    """Stores what the channels of one process bring."""

    def __init__(
        self, db: Database, context: CompanyContext, on_taken: Callable[[Taken], Awaitable[None]]
    ) -> None:
        self._db = db
        self._context = context
        self._on_taken = on_taken
        self._waiting: list[_Came] = []
        self._runs = Runs(self._store_what_waits)

    async def store(self, channel: str, events: Sequence[Event]) -> None:
        """Store what came on a channel; what cannot be stored keeps nothing else from it."""
        loop = asyncio.get_running_loop()
        came = [_Came(channel, event, loop.create_future()) for event in events]
        if self._db.has_one_writer:
            self._waiting += came
            self._runs.wake("")
        else:
            for one in came:
                await self._alone(one)
        told = await asyncio.gather(*(one.stored for one in came), return_exceptions=True)
        # The provider is told, and sends it again.
        for error in told:
            if isinstance(error, BaseException):
                raise error

    async def stop(self) -> None:
        """Store what has come."""
        await self._runs.stop(patience=5)

    async def _store_what_waits(self, _: str) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            try:
                taken = await self._take(batch)
            except Exception:  # noqa: BLE001 - one of them; each learns by itself whether it was
                for one in batch:
                    await self._alone(one)
            else:
                await self._stored(batch, taken)

    async def _alone(self, one: _Came) -> None:
        try:
            taken = await self._take([one])
        except Exception as error:  # noqa: BLE001 - told to whoever brought it
            if not one.stored.done():
                one.stored.set_exception(error)
        else:
            await self._stored([one], taken)

    async def _take(self, batch: Sequence[_Came]) -> list[Taken | None]:
        async with self._db.write(first=True) as session:
            return [
                await store_event.take(session, self._context, one.channel, one.event)
                for one in batch
            ]

    async def _stored(self, batch: Sequence[_Came], taken: Sequence[Taken | None]) -> None:
        for one in batch:
            if not one.stored.done():  # whoever brought it may be gone
                one.stored.set_result(None)
        for what in taken:
            if what is not None:
                await self._tell(what)

    async def _tell(self, taken: Taken) -> None:
        try:
            await self._on_taken(taken)
        except Exception:
            # It is stored, and the keeper's sweep finds it; what waits here must not wait for it.
            log.exception("inbox_failed", conversation=taken.conversation_id)
