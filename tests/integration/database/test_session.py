"""What each driver promises: committed or rolled back as a whole, and never left locked."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from bot.database.session import Database
from bot.database.statements import compare_and_set, insert_if_absent, insert_row, lock_row
from bot.models import Agent, Budget
from tests.integration.conftest import EACH_DRIVER

pytestmark = EACH_DRIVER


class Mistake(Exception):
    """What goes wrong in a transaction."""


def row() -> dict[str, Any]:
    return {
        "created_at": datetime(2026, 9, 7, 10, tzinfo=UTC),
        "email": "eva@example.com",
        "name": "Eva Rojas",
        "role": "agent",
        "password_hash": "none",
        "capacity": 3,
        "language": "es",
    }


async def count_agents(db: Database) -> int:
    async with db.read() as session:
        return int(await session.scalar(select(func.count()).select_from(Agent)) or 0)


async def test_write_commits_at_its_end(db: Database) -> None:
    async with db.write() as session:
        agent = await insert_row(session, Agent, **row())
    async with db.read() as session:
        assert (await session.get_one(Agent, agent.id)).name == "Eva Rojas"
        assert agent.is_active, "a column that is not named has its default"


async def test_write_that_raises_is_rolled_back(db: Database) -> None:
    async def write_and_fail() -> None:
        async with db.write() as session:
            await insert_row(session, Agent, **row())
            raise Mistake

    with pytest.raises(Mistake):
        await write_and_fail()
    assert await count_agents(db) == 0


async def test_changes_of_a_read_are_not_kept(db: Database) -> None:
    async with db.read() as session:
        await insert_row(session, Agent, **row())
    assert await count_agents(db) == 0


async def test_insert_if_absent_keeps_the_first_row(db: Database) -> None:
    key = {"period": "day", "starts_on": date(2026, 9, 7), "currency": "COP"}
    for spent in (5, 7):
        async with db.write() as session:
            await insert_if_absent(session, Budget, **key, spent_minor=spent, untold_minor=0)
    async with db.read() as session:
        assert list(await session.scalars(select(Budget.spent_minor))) == [5]


async def test_of_two_that_compare_and_set_one_changes_the_row(db: Database) -> None:
    async with db.write() as session:
        agent = await insert_row(session, Agent, **row())

    async def rename(name: str) -> bool:
        statement = update(Agent).where(Agent.id == agent.id, Agent.name == "Eva Rojas")
        async with db.write() as session:
            return await compare_and_set(session, statement.values(name=name))

    assert sorted(await asyncio.gather(rename("Eva"), rename("Rojas"))) == [False, True]


async def test_lock_row_makes_the_next_writer_wait(db: Database) -> None:
    async with db.write() as session:
        agent = await insert_row(session, Agent, **row())
    order: list[str] = []
    is_locked = asyncio.Event()

    async def first() -> None:
        async with db.write() as session:
            await lock_row(session, Agent, agent.id)
            is_locked.set()
            for _ in range(20):
                await asyncio.sleep(0)
            order.append("first")

    async def second() -> None:
        await is_locked.wait()
        async with db.write() as session:
            await lock_row(session, Agent, agent.id)
            order.append("second")

    await asyncio.wait_for(asyncio.gather(first(), second()), 10)
    assert order == ["first", "second"]


async def test_run_sync_commits(db: Database) -> None:
    await db.run_sync(lambda connection: connection.execute(text("CREATE TABLE words (word TEXT)")))
    async with db.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM words")) == 0
