"""Group commit: each writer is committed or rolled back as if it had a transaction alone."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from bot.database.group_commit import LONGEST_SECONDS, TransactionLostError
from bot.database.session import Database
from bot.database.sqlite_session import driver_of

WRITE = text("INSERT INTO words VALUES (:word)")


class Mistake(Exception):
    """What goes wrong in a writer."""


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'words.db'}")
    async with database.write() as session:
        await session.execute(text("CREATE TABLE words (word TEXT UNIQUE)"))
    yield database
    await database.close()


async def write(db: Database, word: str, *, error: Exception | None = None) -> None:
    async with db.write() as session:
        await asyncio.sleep(0)  # the other writers come, and wait
        await session.execute(WRITE, {"word": word})
        if error is not None:
            raise error


def committed(db: Database) -> list[str]:
    """Return the words that another process reads."""
    file = db.engine.url.database
    assert file
    with closing(sqlite3.connect(file)) as other:
        return sorted(word for (word,) in other.execute("SELECT word FROM words"))


async def test_concurrent_writers_share_commits(db: Database) -> None:
    commits: list[int] = []
    event.listen(db.engine, "commit", lambda _: commits.append(1))

    await asyncio.gather(*(write(db, str(number)) for number in range(20)))

    assert len(committed(db)) == 20
    assert len(commits) < 5


async def test_each_writer_continues_only_after_its_commit(db: Database) -> None:
    async def write_and_look(word: str) -> bool:
        await write(db, word)
        return word in committed(db)

    assert all(await asyncio.gather(*(write_and_look(str(number)) for number in range(20))))


async def test_error_of_one_writer_rolls_back_nothing_of_another(db: Database) -> None:
    outcomes = await asyncio.gather(
        write(db, "uno"),
        write(db, "dos", error=Mistake()),
        write(db, "tres"),
        write(db, "tres"),  # the database refuses it
        write(db, "cuatro"),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [
        type(None),
        Mistake,
        type(None),
        IntegrityError,
        type(None),
    ]
    assert committed(db) == ["cuatro", "tres", "uno"]


async def test_writers_after_a_failed_first_one_commit(db: Database) -> None:
    outcomes = await asyncio.gather(
        write(db, "uno", error=Mistake()),
        write(db, "dos"),
        write(db, "tres"),
        return_exceptions=True,
    )
    assert isinstance(outcomes[0], Mistake)
    assert committed(db) == ["dos", "tres"]


async def test_transaction_that_sqlite_rolls_back_fails_all_its_writers(
    db: Database,
) -> None:
    async def write_to_a_full_disk() -> None:
        async with db.write() as session:
            await session.execute(WRITE, {"word": "dos"})
            driver_of(session.sync_session.connection()).rollback()

    outcomes = await asyncio.gather(
        write(db, "uno"), write_to_a_full_disk(), write(db, "tres"), return_exceptions=True
    )

    assert isinstance(outcomes[0], TransactionLostError)
    assert isinstance(outcomes[1], Exception)
    assert outcomes[2] is None
    assert committed(db) == ["tres"]


async def test_no_writer_joins_a_transaction_that_takes_long(
    db: Database,
) -> None:
    commits: list[int] = []
    event.listen(db.engine, "commit", lambda _: commits.append(1))

    async def write_slowly() -> None:
        async with db.write() as session:
            await session.execute(WRITE, {"word": "uno"})
            await asyncio.sleep(2 * LONGEST_SECONDS)

    await asyncio.gather(write_slowly(), write(db, "dos"))

    assert len(commits) == 2


async def test_first_writer_goes_before_those_that_wait(db: Database) -> None:
    order: list[str] = []

    async def write_as(name: str, *, first: bool = False) -> None:
        async with db.write(goes_first=first):
            order.append(name)
            await asyncio.sleep(0)

    await asyncio.gather(
        write_as("writing"), write_as("second"), write_as("third"), write_as("first", first=True)
    )

    assert order == ["writing", "first", "second", "third"]


# How each writer ends: commits, raises, violates a constraint, or is cancelled after some turns.
ENDS = st.one_of(
    st.sampled_from(["commits", "raises", "violates"]), st.integers(min_value=0, max_value=30)
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ends=st.lists(ENDS, min_size=1, max_size=12))
async def test_other_writers_commit_however_some_end(db: Database, ends: list[str | int]) -> None:
    async with db.write() as session:
        await session.execute(text("DELETE FROM words"))
        await session.execute(WRITE, {"word": "known"})

    async def write_and_end(place: int, end: str | int) -> None:
        async with db.write(goes_first=place % 3 == 0) as session:
            await session.execute(WRITE, {"word": "known" if end == "violates" else str(place)})
            await asyncio.sleep(0)
            if end == "raises":
                raise Mistake

    tasks = [asyncio.create_task(write_and_end(place, end)) for place, end in enumerate(ends)]

    async def cancel(task: "asyncio.Task[None]", after: int) -> None:
        for _ in range(after):
            await asyncio.sleep(0)
        task.cancel()

    cancels = [cancel(tasks[place], end) for place, end in enumerate(ends) if isinstance(end, int)]
    await asyncio.gather(*cancels)
    await asyncio.wait(tasks, timeout=10)

    words = set(committed(db)) - {"known"}
    for place, (task, end) in enumerate(zip(tasks, ends, strict=True)):
        assert task.done(), "a writer waits for ever"
        if not task.cancelled():
            assert (task.exception() is None) == (end == "commits" or isinstance(end, int))
            assert (str(place) in words) == (task.exception() is None)
    await write(db, "afterwards")
