"""Writers that share a transaction: each is kept or undone as if it had been alone."""

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

from bot.database.group_commit import LONGEST, Undone
from bot.database.session import Database
from bot.database.sqlite_session import driver_of

pytestmark = pytest.mark.integration
WRITE = text("INSERT INTO words VALUES (:word)")


class Mistake(Exception):
    """What goes wrong in a writer."""


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    one = Database(f"sqlite:///{tmp_path / 'words.db'}")
    async with one.write() as session:
        await session.execute(text("CREATE TABLE words (word TEXT UNIQUE)"))
    yield one
    await one.close()


async def write(db: Database, word: str, *, then: Exception | None = None) -> None:
    async with db.write() as session:
        await asyncio.sleep(0)  # the others come, and wait
        await session.execute(WRITE, {"word": word})
        if then is not None:
            raise then


def kept(db: Database) -> list[str]:
    """What another process finds."""
    file = db.engine.url.database
    assert file
    with closing(sqlite3.connect(file)) as other:
        return sorted(word for (word,) in other.execute("SELECT word FROM words"))


async def test_those_who_wait_together_are_committed_together(db: Database) -> None:
    commits: list[int] = []
    event.listen(db.engine, "commit", lambda _: commits.append(1))

    await asyncio.gather(*(write(db, str(number)) for number in range(20)))

    assert len(kept(db)) == 20
    assert len(commits) < 5


async def test_nobody_goes_on_before_it_is_on_the_disk(db: Database) -> None:
    async def write_and_look(word: str) -> bool:
        await write(db, word)
        return word in kept(db)

    assert all(await asyncio.gather(*(write_and_look(str(number)) for number in range(20))))


async def test_what_goes_wrong_for_one_undoes_nothing_of_another(db: Database) -> None:
    outcomes = await asyncio.gather(
        write(db, "uno"),
        write(db, "dos", then=Mistake()),
        write(db, "tres"),
        write(db, "tres"),  # the database refuses it
        write(db, "cuatro"),
        return_exceptions=True,
    )
    assert [type(one) for one in outcomes] == [
        type(None),
        Mistake,
        type(None),
        IntegrityError,
        type(None),
    ]
    assert kept(db) == ["cuatro", "tres", "uno"]


async def test_when_the_first_fails_the_next_begin_anew(db: Database) -> None:
    outcomes = await asyncio.gather(
        write(db, "uno", then=Mistake()),
        write(db, "dos"),
        write(db, "tres"),
        return_exceptions=True,
    )
    assert isinstance(outcomes[0], Mistake)
    assert kept(db) == ["dos", "tres"]


async def test_if_sqlite_ends_the_transaction_by_itself_all_of_its_writers_learn_of_it(
    db: Database,
) -> None:
    async def meet_a_full_disk() -> None:
        async with db.write() as session:
            await session.execute(WRITE, {"word": "dos"})
            driver_of(session.sync_session.connection()).rollback()

    outcomes = await asyncio.gather(
        write(db, "uno"), meet_a_full_disk(), write(db, "tres"), return_exceptions=True
    )

    assert isinstance(outcomes[0], Undone)
    assert isinstance(outcomes[1], Exception)
    assert outcomes[2] is None
    assert kept(db) == ["tres"]


async def test_a_writer_who_takes_long_is_not_followed_in_the_same_transaction(
    db: Database,
) -> None:
    commits: list[int] = []
    event.listen(db.engine, "commit", lambda _: commits.append(1))

    async def slowly() -> None:
        async with db.write() as session:
            await session.execute(WRITE, {"word": "uno"})
            await asyncio.sleep(2 * LONGEST)

    await asyncio.gather(slowly(), write(db, "dos"))

    assert len(commits) == 2


async def test_who_comes_first_goes_before_those_who_wait(db: Database) -> None:
    order: list[str] = []

    async def go(name: str, *, first: bool = False) -> None:
        async with db.write(first=first):
            order.append(name)
            await asyncio.sleep(0)

    await asyncio.gather(go("in it"), go("waits"), go("waits, too"), go("first", first=True))

    assert order == ["in it", "first", "waits", "waits, too"]


# What becomes of each writer: it ends well, fails, is refused, or is cut off at some moment.
ENDS = st.one_of(
    st.sampled_from(["well", "mistake", "refused"]), st.integers(min_value=0, max_value=30)
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ends=st.lists(ENDS, min_size=1, max_size=12))
async def test_whatever_happens_to_some_the_others_are_kept(
    db: Database, ends: list[str | int]
) -> None:
    async with db.write() as session:
        await session.execute(text("DELETE FROM words"))
        await session.execute(WRITE, {"word": "known"})

    async def one(place: int, end: str | int) -> None:
        async with db.write(first=place % 3 == 0) as session:
            await session.execute(WRITE, {"word": "known" if end == "refused" else str(place)})
            await asyncio.sleep(0)
            if end == "mistake":
                raise Mistake

    tasks = [asyncio.create_task(one(place, end)) for place, end in enumerate(ends)]

    async def cut_off(task: "asyncio.Task[None]", after: int) -> None:
        for _ in range(after):
            await asyncio.sleep(0)
        task.cancel()

    cuts = [cut_off(tasks[place], end) for place, end in enumerate(ends) if isinstance(end, int)]
    await asyncio.gather(*cuts)
    await asyncio.wait(tasks, timeout=10)

    found = set(kept(db)) - {"known"}
    for place, (task, end) in enumerate(zip(tasks, ends, strict=True)):
        assert task.done(), "nobody waits for ever"
        if not task.cancelled():
            assert (task.exception() is None) == (end == "well" or isinstance(end, int))
            assert (str(place) in found) == (task.exception() is None)
    await write(db, "afterwards")
