"""What one of several processes does in a race; imported anew by each of them."""

import asyncio
import time
from dataclasses import replace

from bot import compensation
from bot.db import Database
from bot.desk import Desk, open_desk
from bot.money import Money
from bot.settings import load_settings


def accept(url: str, folder: str, ids: list[int], every: float, budget: int | None) -> list[str]:
    """Accept each of these compensations, all at once; what came of each.

    Args:
        every: the processes start together, at the next whole multiple of so many seconds.
    """
    return asyncio.run(_accept(url, folder, ids, every, budget))


async def _accept(
    url: str, folder: str, ids: list[int], every: float, budget: int | None
) -> list[str]:
    settings = load_settings(database_url=url, var_dir=folder)
    desk = open_desk(settings)
    if budget is not None:
        limits = desk.policy.limits.model_copy(update={"daily_budget": Money(budget, "COP")})
        desk = replace(desk, policy=replace(desk.policy, limits=limits))
    db = Database(settings.database_url)
    await asyncio.sleep(every - time.time() % every)
    outcomes = await asyncio.gather(*(_one(db, desk, one) for one in ids))
    await db.close()
    return outcomes


async def _one(db: Database, desk: Desk, compensation_id: int) -> str:
    async with db.write() as session:
        outcome, _ = await compensation.accept(session, desk, compensation_id, "bot")
    return outcome.value
