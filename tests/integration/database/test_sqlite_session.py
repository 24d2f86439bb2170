"""SQLite in the event loop: who waits for whom, and what is kept."""

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

pytestmark = pytest.mark.integration
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
    """Another process, as far as the database can tell."""
    with closing(sqlite3.connect(file, isolation_level=None, timeout=0)) as connection:
        yield connection


async def write(db: Database) -> None:
    async with db.write() as session:
        await session.execute(WRITE)


def count(connection: sqlite3.Connection) -> int:
    (found,) = connection.execute("SELECT count(*) FROM words").fetchone()
    return int(found)


async def test_a_writer_waits_for_another_process_and_the_loop_goes_on(
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


async def test_a_database_that_stays_busy_is_an_error_in_the_end(
    file: Path, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_session, "BUSY_SECONDS", 0.05)
    db = Database(f"sqlite:///{file}")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        await write(db)
    other.execute("ROLLBACK")
    await write(db)  # and the next one is none
    assert count(other) == 1
    await db.close()


async def test_many_writers_of_one_process_all_have_their_turn(
    file: Path, other: sqlite3.Connection
) -> None:
    db = Database(f"sqlite:///{file}")
    await asyncio.gather(*(write(db) for _ in range(50)))
    assert count(other) == 50
    await db.close()


async def test_a_writer_for_whom_somebody_waits_goes_before_those_in_line(file: Path) -> None:
    db = Database(f"sqlite:///{file}")
    order: list[str] = []

    async def writer(name: str, *, first: bool) -> None:
        async with db.write(first=first) as session:
            await session.execute(WRITE)
            order.append(name)

    async with db.write():
        line = [asyncio.create_task(writer("line", first=False)) for _ in range(10)]
        await asyncio.sleep(0.01)
        first = asyncio.create_task(writer("first", first=True))
        await asyncio.sleep(0.01)
    await asyncio.gather(first, *line)
    assert order.index("first") <= 1
    assert len(order) == 11
    await db.close()


async def test_a_commit_that_has_begun_comes_to_its_end_when_its_task_is_cancelled(
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

    monkeypatch.setattr(sqlite_session, "SLOW", -1.0)
    db = Database(f"sqlite:///{file}")
    for _ in range(sqlite_session.SLOW_TIMES):
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
    assert count(other) == sqlite_session.SLOW_TIMES + 1
    await db.close()


@pytest.mark.parametrize(("slow", "in_threads"), [(60.0, 0), (-1.0, 3)])
async def test_only_a_slow_disk_is_waited_for_in_a_thread(
    file: Path, monkeypatch: pytest.MonkeyPatch, slow: float, in_threads: int
) -> None:
    to_thread, handed_over = asyncio.to_thread, []

    async def count(commit: Callable[[], None]) -> None:
        handed_over.append(commit)
        await to_thread(commit)

    monkeypatch.setattr(sqlite_session, "SLOW", slow)
    monkeypatch.setattr(asyncio, "to_thread", count)
    db = Database(f"sqlite:///{file}")
    for _ in range(sqlite_session.SLOW_TIMES + 3):
        await write(db)
    assert len(handed_over) == in_threads
    await db.close()


async def test_a_long_result_is_read_piece_by_piece(file: Path) -> None:
    db = Database(f"sqlite:///{file}")
    await asyncio.gather(*(write(db) for _ in range(5)))
    async with db.read() as session:
        rows = await session.stream(text("SELECT word FROM words"))
        assert [row.word async for row in rows] == ["uno"] * 5
    await db.close()
