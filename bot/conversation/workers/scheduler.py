"""The scheduler: every stored message gets its turn, and no promise passes in silence."""

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
# A turn that another worker left behind is found this soon.
SWEEP_EVERY = 1.0
PROMISES_EVERY = 20.0
ASSIGN_EVERY = 2.0
EXPIRE_EVERY = 60.0
BREAKER_EVERY = 5.0
# The customer hears from us this long before a promise passes.
AHEAD = timedelta(minutes=5)


class Scheduler:
    """Looks at regular times for work that nobody was woken for, or that has fallen due."""

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
        self._take_back_from = clock.now() + auto_assign.GRACE

    def start(self) -> None:
        """Begin; what was left unanswered at the last stop is taken up first."""
        self._loops = [
            asyncio.create_task(self._for_ever(self._wake_turns, SWEEP_EVERY)),
            asyncio.create_task(self._for_ever(self._show_pending, SWEEP_EVERY)),
            asyncio.create_task(self._for_ever(self._keep_promises, PROMISES_EVERY)),
            asyncio.create_task(self._for_ever(self._assign, ASSIGN_EVERY)),
            asyncio.create_task(self._for_ever(self._expire, EXPIRE_EVERY)),
            asyncio.create_task(self._for_ever(self._watch_spending, BREAKER_EVERY)),
        ]

    def stop(self) -> None:
        """Look no more."""
        for loop in self._loops:
            loop.cancel()

    async def _for_ever(self, step: Callable[[], Awaitable[None]], every: float) -> None:
        while True:
            try:
                await step()
            except Exception:
                log.exception("scheduler_failed", step=step.__name__)
            await asyncio.sleep(every)

    async def _wake_turns(self) -> None:
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
            waiting = list(await session.scalars(query))
        for conversation_id in waiting:
            if conversation_id not in self._turns:
                self._turns.wake(conversation_id)

    async def _show_pending(self) -> None:
        """Show what other processes put into the outbox."""
        async with self._db.read() as session:
            waiting = await outbox.find_pending_web(session)
        if waiting:
            async with self._db.write() as session:
                taken = await message_states.show(session, waiting)
            for message in taken:
                await self._publisher.message(message)

    async def _keep_promises(self) -> None:
        for message in await promise_reminders.renew(self._db, self._context, clock.now() + AHEAD):
            await self._publisher.message(message)

    async def _expire(self) -> None:
        await expiry.expire_due(self._db)

    async def _watch_spending(self) -> None:
        """Stop the assistant's spending when something looks wrong; tell when it stopped or not."""
        paused = await spending_breaker.watch(self._db, self._context)
        if paused != self._was_paused:
            self._was_paused = paused
            PAUSED.set(paused)
            self._live.board_changed()

    async def _assign(self) -> None:
        """Look after the queue."""
        changes = await auto_assign.assign(self._db, self._context)
        changes += await auto_assign.notify_waiting(self._db, self._context)
        if clock.now() >= self._take_back_from:
            changes += await auto_assign.release_absent(self._db, self._context)
        for change in changes:
            await self._publisher.change(change)
