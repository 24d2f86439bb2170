"""Processes that write to one SQLite file: they take turns, and none waits for a dead one."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.database.write_lock import WriteLock

pytestmark = pytest.mark.integration
# Takes the place again and again, each time for ten milliseconds, and tells how often.
GREEDY = """
import asyncio, sys, time
from pathlib import Path
from bot.database.write_lock import WriteLock

async def main():
    gate = WriteLock(Path(sys.argv[1]))
    while True:
        await gate.enter()
        print("in", flush=True)
        time.sleep(float(sys.argv[2]))
        gate.leave()

asyncio.run(main())
"""


@contextmanager
def another_process(database: Path, holds: float) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", GREEDY, str(database), str(holds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "in\n"
            yield process
        finally:
            process.kill()


async def test_a_process_that_writes_all_the_time_lets_others_in(tmp_path: Path) -> None:
    gate = WriteLock(tmp_path / "regalo.db")
    with another_process(tmp_path / "regalo.db", holds=0.01) as greedy:
        for _ in range(50):
            await asyncio.wait_for(gate.enter(), 5)
            await asyncio.sleep(0.01)
            gate.leave()
        greedy.kill()
        assert greedy.stdout
        meanwhile = len(greedy.stdout.readlines())
    gate.close()
    # Nearly in turn: it takes the place once or twice before each of ours.
    assert 25 <= meanwhile <= 150


async def test_the_place_of_a_process_that_was_killed_is_free(tmp_path: Path) -> None:
    gate = WriteLock(tmp_path / "regalo.db")
    with another_process(tmp_path / "regalo.db", holds=60) as holder:
        entering = asyncio.create_task(gate.enter())
        await asyncio.sleep(0.2)
        assert not entering.done()
        holder.send_signal(signal.SIGKILL)
        await asyncio.wait_for(entering, 5)
    gate.leave()
    gate.close()


async def test_who_no_longer_waits_keeps_nobody_out(tmp_path: Path) -> None:
    ours, theirs = (WriteLock(tmp_path / "regalo.db") for _ in range(2))
    await ours.enter()
    waiting = asyncio.create_task(theirs.enter())
    await asyncio.sleep(0.05)
    waiting.cancel()
    await asyncio.sleep(0.05)
    ours.leave()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await asyncio.wait_for(ours.enter(), 5)
    ours.leave()
    ours.close()
    theirs.close()


def owners(folder: Path) -> set[int]:
    return {file.stat().st_uid for file in folder.iterdir()}


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")
async def test_what_root_makes_belongs_to_the_owner_of_the_database(tmp_path: Path) -> None:
    database = tmp_path / "regalo.db"
    database.touch()
    os.chown(database, 65534, 65534)
    gate = WriteLock(database)
    await gate.enter()
    gate.leave()
    gate.close()
    assert len(list(os.scandir(tmp_path))) == 3
    assert owners(tmp_path) == {65534}
