"""The write lock: processes take turns, and none waits for one that died."""

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

# Takes the lock again and again, holds it so many seconds, and prints a line each time.
GREEDY = """
import asyncio, sys, time
from pathlib import Path
from bot.database.write_lock import WriteLock

async def main():
    lock = WriteLock(Path(sys.argv[1]))
    while True:
        await lock.acquire()
        print("in", flush=True)
        time.sleep(float(sys.argv[2]))
        lock.release()

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


async def test_process_that_writes_all_the_time_does_not_starve_others(tmp_path: Path) -> None:
    lock = WriteLock(tmp_path / "regalo.db")
    with another_process(tmp_path / "regalo.db", holds=0.01) as greedy:
        for _ in range(50):
            await asyncio.wait_for(lock.acquire(), 5)
            await asyncio.sleep(0.01)
            lock.release()
        greedy.kill()
        assert greedy.stdout
        meanwhile = len(greedy.stdout.readlines())
    lock.close()
    # Nearly in turn: it takes the lock once or twice before each of ours.
    assert 25 <= meanwhile <= 150


async def test_lock_of_a_killed_process_is_released(tmp_path: Path) -> None:
    lock = WriteLock(tmp_path / "regalo.db")
    with another_process(tmp_path / "regalo.db", holds=60) as holder:
        acquiring = asyncio.create_task(lock.acquire())
        await asyncio.sleep(0.2)
        assert not acquiring.done()
        holder.send_signal(signal.SIGKILL)
        await asyncio.wait_for(acquiring, 5)
    lock.release()
    lock.close()


async def test_cancelled_waiter_does_not_keep_the_lock(tmp_path: Path) -> None:
    ours, theirs = (WriteLock(tmp_path / "regalo.db") for _ in range(2))
    await ours.acquire()
    waiting = asyncio.create_task(theirs.acquire())
    await asyncio.sleep(0.05)
    waiting.cancel()
    await asyncio.sleep(0.05)
    ours.release()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await asyncio.wait_for(ours.acquire(), 5)
    ours.release()
    ours.close()
    theirs.close()


def owners(folder: Path) -> set[int]:
    return {file.stat().st_uid for file in folder.iterdir()}


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")
async def test_lock_files_belong_to_the_owner_of_the_database(tmp_path: Path) -> None:
    database = tmp_path / "regalo.db"
    database.touch()
    os.chown(database, 65534, 65534)
    lock = WriteLock(database)
    await lock.acquire()
    lock.release()
    lock.close()
    assert len(list(os.scandir(tmp_path))) == 3
    assert owners(tmp_path) == {65534}
