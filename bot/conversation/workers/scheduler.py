"""The scheduler: at regular times it does the work for which nothing else wakes a process."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from sqlalchemy import or_, select

from bot import clock
from bot.compensation import expiry, spending_breaker
from bot.context.company_context import CompanyContext
from bot.conversation import message_states
from bot.conversation.agents import auto_assign
from bot.conversation.live_events import LiveEvents
from bot.conversation.outbound import outbox
from bot.conversation.outbound.publisher import Publisher
from bot.conversation.turns.turn_runner import TurnRunner
from bot.conversation.workers import promise_reminders
from bot.database.session import Database
from bot.metrics import PAUSED
from bot.models import RECEIVED, Conversation, Message

log = structlog.get_logger()
# Seconds between two sweeps. A turn that a killed worker left behind is found after the first.
SWEEP_EVERY = 1.0
PROMISES_EVERY = 20.0
ASSIGN_EVERY = 2.0
EXPIRE_EVERY = 60.0
BREAKER_EVERY = 5.0
# A promise is renewed so long before it would be broken.
AHEAD = timedelta(minutes=5)


class Scheduler:
    """The background loops of one process."""

    def __init__(
        self,
        db: Database,
        context: CompanyContext,
        turns: TurnRunner,
        publisher: Publisher,
        live: LiveEvents,
    ) -> None:
        self._db = db
        self._context = context
        self._turns = turns
        self._publisher = publisher
        self._live = live
        self._was_paused = False
        self._loops: list[asyncio.Task[None]] = []
        self._release_from = clock.now() + auto_assign.GRACE

    def start(self) -> None:
        """Start the loops; what was left at the last stop is found at once."""
        self._loops = [
            asyncio.create_task(self._repeat(self._wake_turns, SWEEP_EVERY)),
            asyncio.create_task(self._repeat(self._show_pending, SWEEP_EVERY)),
            asyncio.create_task(self._repeat(self._renew_promises, PROMISES_EVERY)),
            asyncio.create_task(self._repeat(self._assign, ASSIGN_EVERY)),
            asyncio.create_task(self._repeat(self._expire, EXPIRE_EVERY)),
            asyncio.create_task(self._repeat(self._watch_spending, BREAKER_EVERY)),
        ]

    def stop(self) -> None:
        """Stop the loops."""
        for loop in self._loops:
            loop.cancel()

    async def _repeat(self, step: Callable[[], Awaitable[None]], every: float) -> None:
        while True:
            try:
                await step()
            except Exception:
                log.exception("scheduler_failed", step=step.__name__)
            await asyncio.sleep(every)

    async def _wake_turns(self) -> None:
        """Run the turns of unanswered messages that no process runs."""
        now = clock.now()
        query = (
            select(Message.conversation_id)
            .join(Conversation, Conversation.id == Message.conversation_id)
            .where(
                RECEIVED,
                or_(Conversation.turn_until.is_(None), Conversation.turn_until < now),
            )
            .distinct()
            .limit(500)
        )
        async with self._db.read() as session:
            conversation_ids = list(await session.scalars(query))
        for conversation_id in conversation_ids:
            if conversation_id not in self._turns:
                self._turns.wake(conversation_id)

    async def _show_pending(self) -> None:
        """Show the web chat's messages that other processes stored."""
        async with self._db.read() as session:
            message_ids = await outbox.find_pending_web(session)
        if message_ids:
            async with self._db.write() as session:
                shown = await message_states.show(session, message_ids)
            for message in shown:
                await self._publisher.message(message)

    async def _renew_promises(self) -> None:
        for message in await promise_reminders.renew(self._db, self._context, clock.now() + AHEAD):
            await self._publisher.message(message)

    async def _expire(self) -> None:
        await expiry.expire_due(self._db)

    async def _watch_spending(self) -> None:
        """Pause the assistant's spending if the breaker's limits say so; update the consoles."""
        paused = await spending_breaker.watch(self._db, self._context)
        if paused != self._was_paused:
            self._was_paused = paused
            PAUSED.set(paused)
            self._live.board_changed()

    async def _assign(self) -> None:
        """Assign waiting cases, tell customers who wait too long, release absent agents' cases."""
        changes = await auto_assign.assign(self._db, self._context)
        changes += await auto_assign.notify_waiting(self._db, self._context)
        if clock.now() >= self._release_from:
            changes += await auto_assign.release_absent(self._db, self._context)
        for change in changes:
            await self._publisher.change(change)
