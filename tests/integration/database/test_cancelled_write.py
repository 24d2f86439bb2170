"""Transactions whose task is cancelled leave nothing locked, with either driver of SQLite."""

import asyncio
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.config.settings import SqliteDriver
from bot.database.session import Database


@pytest.mark.parametrize("driver", ["fast", "plain"])
async def test_cancelled_write_releases_the_write_lock(
    driver: SqliteDriver, tmp_path: Path
) -> None:
    path = tmp_path / "cancelled.db"
    db = Database(f"sqlite:///{path}", driver)
    async with db.write() as session:
        await session.execute(text("CREATE TABLE words (word TEXT)"))

    async def write() -> None:
        async with db.write() as session:
            for word in ("uno", "dos", "tres"):
                await session.execute(text("INSERT INTO words VALUES (:word)"), {"word": word})
                await session.execute(text("SELECT count(*) FROM words"))

    chance = random.Random(7)  # noqa: S311  (any moment will do)
    for _ in range(150):
        # The tasks, and with them all that their tracebacks refer to, stay alive meanwhile.
        tasks = [asyncio.create_task(write()) for _ in range(2)]
        await asyncio.sleep(chance.uniform(0, 0.02))
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        with closing(sqlite3.connect(path, isolation_level=None, timeout=2)) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")
    await db.close()
