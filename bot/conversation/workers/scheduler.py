"""The keeper: every stored message gets its turn, and no promise passes in silence."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from sqlalchemy import or_, select

from bot import clock
from bot.compensation import expiry, spending_breaker
from bot.context.company_context import CompanyContext
from bot.conversation.agents import auto_assign
from bot.conversation.agents.agent_actions import Step
from bot.conversation.keyed_tasks import Runs
from bot.conversation.outbound import outbox
from bot.conversation.turns.lease import turn_lease
from bot.conversation.turns.turn import Answered, Turns
from bot.conversation.workers import promise_reminders
from bot.database.session import Database
from bot.metrics import PAUSED
from bot.models import RECEIVED, Conversation, Message

log = structlog.get_logger()
# A turn that another worker left behind is found this soon.
SWEEP_EVERY = 1.0
PROMISES_EVERY = 20.0
DISPATCH_EVERY = 2.0
EXPIRE_EVERY = 60.0
BREAKER_EVERY = 5.0
# The customer hears from us this long before a promise passes.
AHEAD = timedelta(minutes=5)


class Keeper:
    """Runs the turns of a process: at once for what it received, and for what was left behind."""

    def __init__(
        self,
        db: Database,
        context: CompanyContext,
        turns: Turns,
        *,
        on_think: Callable[[str], None],
        on_answer: Callable[[Answered], Awaitable[None]],
        on_say: Callable[[Message], Awaitable[None]],
        on_step: Callable[[Step], Awaitable[None]],
        on_board: Callable[[], None],
    ) -> None:
        self._db = db
        self._context = context
        self._turns = turns
        self._on_think = on_think
        self._on_answer = on_answer
        self._on_say = on_say
        self._on_step = on_step
        self._on_board = on_board
        self._was_paused = False
        self._name = f"{socket.gethostname()}-{os.getpid()}"
        self._runs = Runs(self._run)
        self._loops: list[asyncio.Task[None]] = []
        self._take_back_from = clock.now() + auto_assign.GRACE

    def start(self) -> None:
        """Begin to sweep; what was left unanswered at the last stop is taken up first."""
        self._loops = [
            asyncio.create_task(self._for_ever(self._sweep, SWEEP_EVERY)),
            asyncio.create_task(self._for_ever(self._deliver, SWEEP_EVERY)),
            asyncio.create_task(self._for_ever(self._keep_promises, PROMISES_EVERY)),
            asyncio.create_task(self._for_ever(self._dispatch, DISPATCH_EVERY)),
            asyncio.create_task(self._for_ever(self._expire, EXPIRE_EVERY)),
            asyncio.create_task(self._for_ever(self._watch_spending, BREAKER_EVERY)),
        ]

    async def stop(self, patience: float = 10.0) -> None:
        """Stop sweeping, and let the turns that run come to their end."""
        for loop in self._loops:
            loop.cancel()
        await self._runs.stop(patience)

    def wake(self, conversation_id: str) -> None:
        """A message was stored: run its turn now, or right after the one that runs."""
        self._runs.wake(conversation_id)

    async def _run(self, conversation_id: str) -> None:
        try:
            async with turn_lease(
                self._db, conversation_id, self._name, is_alone=self._db.has_one_edge
            ) as lease:
                while answered := await self._turns.run_next(
                    conversation_id, lambda: self._on_think(conversation_id), lease
                ):
                    await self._on_answer(answered)
                    if self._runs.is_ending or not lease.held:
                        return  # whatever is left is found by the next sweep
        except Exception:
            # The message stays in the inbox, and the next sweep tries again.
            log.exception("turn_failed", conversation=conversation_id)

    async def _for_ever(self, step: Callable[[], Awaitable[None]], every: float) -> None:
        while True:
            try:
                await step()
            except Exception:
                log.exception("keeper_failed", step=step.__name__)
            await asyncio.sleep(every)

    async def _sweep(self) -> None:
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
            if conversation_id not in self._runs:
                self.wake(conversation_id)

    async def _deliver(self) -> None:
        """Show what other processes put into the outbox."""
        async with self._db.read() as session:
            waiting = await outbox.pending(session)
        if waiting:
            async with self._db.write() as session:
                taken = await outbox.take(session, waiting)
            for message in taken:
                await self._on_say(message)

    async def _keep_promises(self) -> None:
        for message in await promise_reminders.renew(self._db, self._context, clock.now() + AHEAD):
            await self._on_say(message)

    async def _expire(self) -> None:
        await expiry.sweep(self._db)

    async def _watch_spending(self) -> None:
        """Stop the assistant's spending when something looks wrong; tell when it stopped or not."""
        paused = await spending_breaker.watch(self._db, self._context)
        if paused != self._was_paused:
            self._was_paused = paused
            PAUSED.set(paused)
            self._on_board()

    async def _dispatch(self) -> None:
        """Look after the queue."""
        context = self._context
        steps = await auto_assign.assign(self._db, context)
        steps += await auto_assign.nudge(self._db, context)
        if clock.now() >= self._take_back_from:
            steps += await auto_assign.take_back(self._db, context)
        for step in steps:
            await self._on_step(step)
