"""Requests due remedies from the company's own system, until it answers.

A due fulfilment is leased for longer than a request takes and requested outside of any transaction;
the answer is stored in a transaction of its own. Several edges share the work. What a killed one
left behind is requested again, with the same idempotency key.
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
SWEEP_EVERY = 1.0  # seconds
LEASE = timedelta(seconds=30)


class FulfilmentWorker:
    """Requests remedies from a provider.

    Args:
        worker: the name of this process in leases.
    """

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
        self._not_before = 0.0  # loop time before which the provider wants no request
        self._sweeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start sweeping; what was left at the last stop comes first."""
        if self._db.has_one_edge:
            async with self._db.write() as session:
                await fulfilment.release_all(session)
        self._sweeping = asyncio.create_task(self._sweep_forever())

    async def stop(self) -> None:
        """Stop sweeping. What is interrupted is requested again after its lease."""
        if self._sweeping is not None:
            self._sweeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._sweeping
        await self._provider.close()

    async def _sweep_forever(self) -> None:
        while True:
            try:
                while await self.sweep():
                    pass
            except Exception:
                log.exception("fulfilment_failed")
            await asyncio.sleep(SWEEP_EVERY)

    async def sweep(self) -> bool:
        """Request everything that is due, at the same time. Return True if there was anything."""
        async with self._db.read() as session:
            backlog = await fulfilment.measure_backlog(session)
        FULFILMENTS_PENDING.set(backlog.pending)
        FULFILMENTS_OLDEST.set(backlog.oldest.total_seconds())
        if not backlog.pending or asyncio.get_running_loop().time() < self._not_before:
            return False
        async with self._db.write() as session:
            tasks = await fulfilment.claim_due(session, self._worker, LEASE)
        outcomes = await asyncio.gather(
            *(self._request(task) for task in tasks), return_exceptions=True
        )
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                log.error("fulfilment_failed", exc_info=outcome)
        return bool(tasks)

    async def _request(self, task: FulfilmentTask) -> None:
        key = task.fulfilment.idempotency_key
        answer = await self._provider.request(build_request(task), key)
        if answer.outcome == ProviderOutcome.LATER and answer.after:
            later = asyncio.get_running_loop().time() + answer.after.total_seconds()
            self._not_before = max(self._not_before, later)
        async with self._db.write() as session:
            change = await fulfilment_result.store(session, self._context, key, answer)
        if change is not None:
            await self._publisher.change(change)
