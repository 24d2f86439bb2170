"""Slow reads: the event loop goes on, they change nothing, and they end when their time is up."""

import asyncio
import math
import threading
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from bot.database.driver import SLOW_READS_AT_ONCE, ReadTimeoutError
from bot.database.session import Database
from bot.models import Order
from tests.integration.conftest import EACH_DRIVER

SQLITE = pytest.mark.parametrize(
    ("database_url", "sqlite_driver"),
    [("sqlite", "fast"), ("sqlite", "plain")],
    indirect=True,
    ids=["sqlite", "sqlite-plain"],
)
# It would count for minutes.
ENDLESS = text(
    "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers"
    " WHERE n < 1000000000) SELECT count(*) FROM numbers"
)
WAITING_LOCKS = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


async def orders(session: AsyncSession) -> list[tuple[str, int]]:
    rows = await session.scalars(select(Order).order_by(Order.id))
    return [(order.number, order.total_minor) for order in rows]


async def count_endlessly(session: AsyncSession) -> None:
    await session.execute(ENDLESS)


class Gate:
    """An SQL function that blocks inside of SQLite until the test opens the gate."""

    def __init__(self) -> None:
        self.is_entered, self.is_open = threading.Event(), threading.Event()
        self.entered = 0
        self._lock = threading.Lock()

    async def read(self, session: AsyncSession) -> int:
        await session.run_sync(self._add_function)
        return int(await session.scalar(text("SELECT gate()")) or 0)

    def _add_function(self, session: Session) -> None:
        driver: Any = session.connection().connection.dbapi_connection
        driver.create_function("gate", 0, self._block)

    def _block(self) -> int:
        with self._lock:
            self.entered += 1
        self.is_entered.set()
        assert self.is_open.wait(60), "nobody opened the gate: the event loop stood still"
        return 1


@EACH_DRIVER
async def test_result_is_that_of_a_quick_read(db: Database) -> None:
    async with db.read() as session:
        expected = await orders(session)
    assert len(expected) > 30
    assert await db.slow_read(orders) == expected


@SQLITE
async def test_event_loop_goes_on_while_a_statement_runs(db: Database) -> None:
    gate = Gate()
    reading = asyncio.create_task(db.slow_read(gate.read))
    await asyncio.to_thread(gate.is_entered.wait, 60)
    async with db.write() as session:
        await session.execute(update(Order).values(total_minor=0))
    gate.is_open.set()
    assert await reading == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_event_loop_goes_on_while_postgresql_waits(db: Database) -> None:
    lock = text("SELECT 1 FROM pg_advisory_xact_lock(1)")
    async with db.read() as holder:
        await holder.execute(lock)
        reading = asyncio.create_task(db.slow_read(lambda session: session.scalar(lock)))
        async with db.read() as session:
            # Each look is a turn of the loop, while the slow read waits for the lock.
            while not await session.scalar(WAITING_LOCKS):
                assert not reading.done()
    assert await reading == 1


@SQLITE
async def test_only_so_many_run_at_once(db: Database) -> None:
    gates = [Gate() for _ in range(SLOW_READS_AT_ONCE + 1)]
    readings = [asyncio.create_task(db.slow_read(gate.read)) for gate in gates]
    for gate in gates[:-1]:
        await asyncio.to_thread(gate.is_entered.wait, 60)
    assert not gates[-1].is_entered.is_set()
    gates[0].is_open.set()
    await asyncio.to_thread(gates[-1].is_entered.wait, 60)
    for gate in gates:
        gate.is_open.set()
    assert await asyncio.gather(*readings) == [1] * len(gates)


@EACH_DRIVER
async def test_read_ends_when_its_time_is_up(db: Database) -> None:
    with pytest.raises(ReadTimeoutError):
        await db.slow_read(count_endlessly, seconds=0.1)


@EACH_DRIVER
async def test_time_limit_ends_with_its_read(db: Database) -> None:
    long = text(ENDLESS.text.replace("1000000000", "200000"))
    with suppress(ReadTimeoutError):
        await db.slow_read(count_endlessly, seconds=0.01)
    assert await db.slow_read(lambda session: session.scalar(long), seconds=math.inf) == 200_000
    async with db.read() as session:
        assert await session.scalar(long) == 200_000


@EACH_DRIVER
async def test_changes_are_refused_or_not_kept(db: Database) -> None:
    async def change(session: AsyncSession) -> None:
        await session.execute(update(Order).values(total_minor=0))

    before = await db.slow_read(orders)
    with suppress(DBAPIError):
        await db.slow_read(change)
    assert await db.slow_read(orders) == before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_statement_of_a_cancelled_read_is_stopped(db: Database) -> None:
    gate = Gate()

    async def block_then_count(session: AsyncSession) -> None:
        await gate.read(session)
        await count_endlessly(session)

    reading = asyncio.create_task(db.slow_read(block_then_count, seconds=math.inf))
    await asyncio.to_thread(gate.is_entered.wait, 60)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    gate.is_open.set()
    await asyncio.wait_for(db.close(), 60)  # it waits for the thread


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_read_that_awaits_something_else_is_an_error(db: Database) -> None:
    async def wait(_: AsyncSession) -> None:
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="nothing but its session"):
        await db.slow_read(wait)
