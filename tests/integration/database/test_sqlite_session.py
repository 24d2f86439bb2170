"""The fast driver of SQLite: who waits for whom, and what is committed."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot.database import sqlite_session
from bot.database.session import Database

WRITE = text("INSERT INTO words VALUES ('uno')")


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    path = tmp_path / "words.db"
    db = Database(f"sqlite:///{path}")
    async with db.write() as session:
        await session.execute(text("CREATE TABLE words (word TEXT)"))
    await db.close()
    return path


@pytest.fixture
def other(file: Path) -> Iterator[sqlite3.Connection]:
    """A connection of another process, as far as SQLite can tell."""
    with closing(sqlite3.connect(file, isolation_level=None, timeout=0)) as connection:
        yield connection


async def write(db: Database) -> None:
    async with db.write() as session:
        await session.execute(WRITE)


def count(connection: sqlite3.Connection) -> int:
    (words,) = connection.execute("SELECT count(*) FROM words").fetchone()
    return int(words)


async def test_event_loop_goes_on_while_a_writer_waits_for_another_process(
    file: Path, other: sqlite3.Connection
) -> None:
    db = Database(f"sqlite:///{file}")
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(write(db))
    for _ in range(20):  # the loop turns while the writer waits
        await asyncio.sleep(0.005)
    assert not writing.done()
    async with db.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM words")) == 0
    other.execute("COMMIT")
    await asyncio.wait_for(writing, 5)
    assert count(other) == 1
    await db.close()


async def test_write_fails_when_the_database_stays_busy(
    file: Path, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_session, "BUSY_SECONDS", 0.05)
    db = Database(f"sqlite:///{file}")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        await write(db)
    other.execute("ROLLBACK")
    await write(db)  # the next one succeeds
    assert count(other) == 1
    await db.close()


async def test_many_concurrent_writers_all_commit(file: Path, other: sqlite3.Connection) -> None:
    db = Database(f"sqlite:///{file}")
    await asyncio.gather(*(write(db) for _ in range(50)))
    assert count(other) == 50
    await db.close()


async def test_first_writer_goes_before_those_that_wait(file: Path) -> None:
    db = Database(f"sqlite:///{file}")
    order: list[str] = []

    async def write_as(name: str, *, first: bool) -> None:
        async with db.write(goes_first=first) as session:
            await session.execute(WRITE)
            order.append(name)

    async with db.write():
        waiting = [asyncio.create_task(write_as("waiting", first=False)) for _ in range(10)]
        await asyncio.sleep(0.01)
        first = asyncio.create_task(write_as("first", first=True))
        await asyncio.sleep(0.01)
    await asyncio.gather(first, *waiting)
    assert order.index("first") <= 1
    assert len(order) == 11
    await db.close()


async def test_cancelled_writer_still_completes_a_commit_that_has_begun(
    file: Path, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    to_thread = asyncio.to_thread

    async def slow_disk(commit: object) -> None:
        def late() -> None:
            begun.set()
            go_on.wait(5)
            commit()  # type: ignore[operator]

        await to_thread(late)

    monkeypatch.setattr(sqlite_session, "SLOW_COMMIT_SECONDS", -1.0)
    db = Database(f"sqlite:///{file}")
    for _ in range(sqlite_session.SLOW_COMMITS):
        await write(db)
    monkeypatch.setattr(asyncio, "to_thread", slow_disk)
    writing = asyncio.create_task(write(db))
    await to_thread(begun.wait, 5)
    writing.cancel()
    await asyncio.sleep(0.05)
    assert not writing.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert count(other) == sqlite_session.SLOW_COMMITS + 1
    monkeypatch.undo()
    await db.close()


@pytest.mark.parametrize(("slow", "in_threads"), [(60.0, 0), (-1.0, 3)])
async def test_only_commits_to_a_slow_disk_go_to_a_thread(
    file: Path, monkeypatch: pytest.MonkeyPatch, slow: float, in_threads: int
) -> None:
    to_thread, handed_over = asyncio.to_thread, []

    async def count(commit: Callable[[], None]) -> None:
        handed_over.append(commit)
        await to_thread(commit)

    monkeypatch.setattr(sqlite_session, "SLOW_COMMIT_SECONDS", slow)
    monkeypatch.setattr(asyncio, "to_thread", count)
    db = Database(f"sqlite:///{file}")
    for _ in range(sqlite_session.SLOW_COMMITS + 3):
        await write(db)
    assert len(handed_over) == in_threads
    monkeypatch.undo()
    await db.close()


async def test_result_can_be_streamed(file: Path) -> None:
    db = Database(f"sqlite:///{file}")
    await asyncio.gather(*(write(db) for _ in range(5)))
    async with db.read() as session:
        rows = await session.stream(text("SELECT word FROM words"))
        assert [row.word async for row in rows] == ["uno"] * 5
    await db.close()
