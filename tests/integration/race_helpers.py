"""What one of several processes does in a race; imported anew by each of them."""

import asyncio
import time
from dataclasses import replace

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

# Every process opens its context and then waits for the next whole so many seconds.
START_WITHIN = 2.0


def accept(
    url: str,
    folder: str,
    ids: list[int],
    every: float,
    budget: int | None,
    of_the_category: int | None,
) -> list[str]:
    """Accept each of these compensations, all at once; what came of each.

    Args:
        every: the processes start together, at the next whole multiple of so many seconds.
        budget: what may be given on one day.
        of_the_category: how many remedies everybody together may have for a late delivery.
    """
    limits: dict[str, object] = {"per_kind": None, "per_category": None}
    if budget is not None:
        limits["daily_budget"] = Money(budget, "COP")
    if of_the_category is not None:
        cap = {"max_remedies": of_the_category, "period_days": 1, "for": "everybody"}
        limits["per_category"] = {"late_delivery": ScopedCap.model_validate(cap)}
    return asyncio.run(_accept(url, folder, ids, every, limits))


async def _accept(
    url: str, folder: str, ids: list[int], every: float, limits: dict[str, object]
) -> list[str]:
    settings = load_settings(database_url=url, var_dir=folder)
    context = load_company_context(settings)
    changed = context.policy.limits.model_copy(update=limits)
    context.in_force.policy = replace(context.policy, limits=changed)
    db = open_database(settings)
    await asyncio.sleep(every - time.time() % every)
    outcomes = await asyncio.gather(*(_one(db, context, one) for one in ids))
    await db.close()
    return outcomes


async def _one(db: Database, context: CompanyContext, compensation_id: int) -> str:
    async with db.write() as session:
        outcome, _ = await acceptance.accept(session, context, compensation_id, "bot")
    return outcome.value


def claim(url: str, folder: str, handoff_id: int, people: list[int], every: float) -> list[str]:
    """Each of these people claims the same case at the same moment; what each is told."""
    return asyncio.run(_claim(url, folder, handoff_id, people, every))


async def _claim(
    url: str, folder: str, handoff_id: int, people: list[int], every: float
) -> list[str]:
    db = open_database(load_settings(database_url=url, var_dir=folder))
    await asyncio.sleep(every - time.time() % every)
    outcomes = await asyncio.gather(*(_claims(db, handoff_id, one) for one in people))
    await db.close()
    return outcomes


async def _claims(db: Database, handoff_id: int, person_id: int) -> str:
    try:
        async with db.write() as session:
            person = await session.get_one(Agent, person_id)
            await agent_actions.claim(session, await session.get_one(Handoff, handoff_id), person)
    except AlreadyClaimed as error:
        return f"claimed before by {error.by}"
    return "won"


def give(
    url: str, folder: str, cases: list[tuple[int, str]], person_id: int, amount: int, every: float
) -> list[str]:
    """One person gives a voucher in each of these handoffs at once; what came of each.

    Args:
        cases: the handoff, and the request's id.
    """
    return asyncio.run(_give(url, folder, cases, person_id, amount, every))


async def _give(
    url: str, folder: str, cases: list[tuple[int, str]], person_id: int, amount: int, every: float
) -> list[str]:
    settings = load_settings(database_url=url, var_dir=folder)
    context, db = load_company_context(settings), open_database(settings)
    await asyncio.sleep(every - time.time() % every)
    outcomes = await asyncio.gather(*(_gives(db, context, one, person_id, amount) for one in cases))
    await db.close()
    return outcomes


async def _gives(
    db: Database, context: CompanyContext, case: tuple[int, str], person_id: int, amount: int
) -> str:
    handoff_id, request_id = case
    try:
        async with db.write() as session:
            step = await agent_offers.give(
                session,
                context,
                await session.get_one(Handoff, handoff_id),
                await session.get_one(Agent, person_id),
                wanted=RemedyRequest("small_voucher", amount),
                request_id=request_id,
            )
    except CannotGive as error:
        return error.code
    return "given" if step.messages else "given before"
