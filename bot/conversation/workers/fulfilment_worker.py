"""Asks the company's own system for what it is to carry out, until it answers.

What is due is leased for longer than any request takes, asked for outside of every transaction, and
its answer taken in in one of its own. Several edges share the work; what a killed one left behind
is asked for again, under the same key.
"""

import asyncio
from contextlib import suppress
from datetime import timedelta

import structlog

from bot.compensation import fulfilment
from bot.compensation.fulfilment import FulfilmentTask
from bot.compensation.provider_client import ProviderClient, build_request
from bot.context.company_context import CompanyContext
from bot.conversation.outbound.publisher import Publisher
from bot.conversation.workers import fulfilment_result
from bot.database.session import Database
from bot.metrics import FULFILMENTS_OLDEST, FULFILMENTS_PENDING
from bot.models import ProviderOutcome

log = structlog.get_logger()
SWEEP_EVERY = 1.0
LEASE = timedelta(seconds=30)


class FulfilmentWorker:
    """Carries remedies to a provider."""

    def __init__(
        self,
        db: Database,
        context: CompanyContext,
        provider: ProviderClient,
        publisher: Publisher,
        worker: str,
    ) -> None:
        self._db = db
        self._context = context
        self._provider = provider
        self._publisher = publisher
        self._worker = worker
        self._not_before = 0.0  # when the provider, which is short of breath, may be asked again
        self._sweeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin; what was left at the last stop goes first."""
        if self._db.has_one_edge:
            async with self._db.write() as session:
                await fulfilment.release_all(session)
        self._sweeping = asyncio.create_task(self._for_ever())

    async def stop(self) -> None:
        """Whatever is cut off is asked for again by whoever comes next."""
        if self._sweeping is not None:
            self._sweeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._sweeping
        await self._provider.close()

    async def _for_ever(self) -> None:
        while True:
            try:
                while await self.sweep():
                    pass
            except Exception:
                log.exception("fulfilment_failed")
            await asyncio.sleep(SWEEP_EVERY)

    async def sweep(self) -> bool:
        """Ask for all that is due now, at once; whether there was anything."""
        async with self._db.read() as session:
            backlog = await fulfilment.measure_backlog(session)
        FULFILMENTS_PENDING.set(backlog.pending)
        FULFILMENTS_OLDEST.set(backlog.oldest.total_seconds())
        if not backlog.pending or asyncio.get_running_loop().time() < self._not_before:
            return False
        async with self._db.write() as session:
            tasks = await fulfilment.claim_due(session, self._worker, LEASE)
        outcomes = await asyncio.gather(
            *(self._carry(task) for task in tasks), return_exceptions=True
        )
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                log.error("fulfilment_failed", exc_info=outcome)
        return bool(tasks)

    async def _carry(self, task: FulfilmentTask) -> None:
        key = task.fulfilment.idempotency_key
        answer = await self._provider.request(build_request(task), key)
        if answer.outcome == ProviderOutcome.LATER and answer.after:
            later = asyncio.get_running_loop().time() + answer.after.total_seconds()
            self._not_before = max(self._not_before, later)
        async with self._db.write() as session:
            change = await fulfilment_result.store(session, self._context, key, answer)
        if change is not None:
            await self._publisher.change(change)
