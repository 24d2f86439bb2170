"""Several processes that do the same at the same moment; each of them imports this module."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from typing import Any

from bot.compensation import acceptance
from bot.compensation.agent_remedies import CannotGive, RemedyRequest
from bot.config.settings import load_settings
from bot.context.company_context import CompanyContext, load_company_context
from bot.conversation.agents import agent_actions, agent_offers
from bot.database.session import Database, open_database
from bot.handoffs.assignment import AlreadyClaimed
from bot.models import Agent, Handoff
from bot.money import Money
from bot.policy.limits import ScopedCap

PROCESSES = 4
START_SECONDS = 60  # importing the application takes the first race so long on a busy machine
_barriers: dict[int, Barrier] = {}


class Racers:
    """Processes that are used for all races: importing the application takes each of them seconds.

    On SQLite one process serves and a second may be the command line, so two take part there.
    """

    def __init__(self) -> None:
        context = get_context("spawn")
        barriers = {number: context.Barrier(number) for number in (2, PROCESSES)}
        self._pool = ProcessPoolExecutor(
            PROCESSES, mp_context=context, initializer=_keep_barriers, initargs=(barriers,)
        )

    def run(
        self, act: Callable[..., list[str]], items: Sequence[Any], processes: int, *arguments: Any
    ) -> list[str]:
        """Run ``act(share, processes, *arguments)`` in each process at once; return all outcomes.

        Args:
            act: waits with ``start_together`` before it begins.
            items: divided into one share for each process.
            processes: how many take part, 2 or 4.
        """
        shares = [items[number::processes] for number in range(processes)]
        futures = [self._pool.submit(act, share, processes, *arguments) for share in shares]
        return [outcome for future in futures for outcome in future.result()]

    def close(self) -> None:
        self._pool.shutdown()


def _keep_barriers(barriers: dict[int, Barrier]) -> None:
    """Run in each process when it starts: barriers cannot be sent later."""
    _barriers.update(barriers)


def start_together(processes: int) -> None:
    """Wait until all processes of the race are here."""
    _barriers[processes].wait(START_SECONDS)


@cache
def _company_context() -> CompanyContext:
    """Return the demo company's context, loaded once in each process."""
    return load_company_context(load_settings())


def accept(
    compensation_ids: list[int],
    processes: int,
    url: str,
    folder: str,
    budget: int | None,
    category_limit: int | None,
) -> list[str]:
    """Accept each of these compensations, all at once; return the outcome of each.

    Args:
        budget: what may be given on one day, in minor units.
        category_limit: how many remedies everybody together may have for a late delivery.
    """
    limits: dict[str, object] = {"per_kind": None, "per_category": None}
    if budget is not None:
        limits["daily_budget"] = Money(budget, "COP")
    if category_limit is not None:
        cap = {"max_remedies": category_limit, "period_days": 1, "for": "everybody"}
        limits["per_category"] = {"late_delivery": ScopedCap.model_validate(cap)}
    context = _company_context().pinned()
    changed = context.policy.limits.model_copy(update=limits)
    context.in_force.policy = replace(context.policy, limits=changed)

    async def accept_one(db: Database, compensation_id: int) -> str:
        async with db.write() as session:
            outcome, _ = await acceptance.accept(session, context, compensation_id, "bot")
        return outcome.value

    return asyncio.run(_do_all(accept_one, compensation_ids, processes, url, folder))


def claim(
    agent_ids: list[int], processes: int, url: str, folder: str, handoff_id: int
) -> list[str]:
    """Let each of these agents claim the same case, all at once; return the outcome of each."""

    async def claim_as(db: Database, agent_id: int) -> str:
        try:
            async with db.write() as session:
                agent = await session.get_one(Agent, agent_id)
                handoff = await session.get_one(Handoff, handoff_id)
                await agent_actions.claim(session, handoff, agent)
        except AlreadyClaimed as error:
            return f"claimed before by {error.by}"
        return "won"

    return asyncio.run(_do_all(claim_as, agent_ids, processes, url, folder))


def give(
    cases: list[tuple[int, str]],
    processes: int,
    url: str,
    folder: str,
    agent_id: int,
    amount_minor: int,
) -> list[str]:
    """Let one agent give a voucher in each of these cases, all at once; return the outcomes.

    Args:
        cases: the handoff's id, and the id of the request.
    """
    context = _company_context().pinned()

    async def give_in(db: Database, case: tuple[int, str]) -> str:
        handoff_id, request_id = case
        try:
            async with db.write() as session:
                step = await agent_offers.give(
                    session,
                    context,
                    await session.get_one(Handoff, handoff_id),
                    await session.get_one(Agent, agent_id),
                    remedy_request=RemedyRequest("small_voucher", amount_minor),
                    request_id=request_id,
                )
        except CannotGive as error:
            return error.code
        return "given" if step.messages else "given before"

    return asyncio.run(_do_all(give_in, cases, processes, url, folder))


async def _do_all(
    act: Callable[[Database, Any], Awaitable[str]],
    items: Sequence[Any],
    processes: int,
    url: str,
    folder: str,
) -> list[str]:
    """Run ``act`` on all items at once, when the other processes of the race begin as well."""
    db = open_database(load_settings(database_url=url, var_dir=folder))
    start_together(processes)
    outcomes = await asyncio.gather(*(act(db, item) for item in items))
    await db.close()
    return outcomes
