"""One task a key at a time, and one more if it was woken meanwhile."""

import asyncio

from bot.conversation.keyed_tasks import KeyedTasks


class Work:
    """Work that waits to be let go, and keeps what was begun and ended."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.go = asyncio.Semaphore(0)

    async def do(self, key: str) -> None:
        self.begun.append(key)
        await self.go.acquire()
        self.ended.append(key)


async def _settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_keys_run_concurrently_but_each_key_once_at_a_time() -> None:
    work = Work()
    runs = KeyedTasks(work.do)
    for key in ("a", "b", "a", "a"):
        runs.wake(key)
    await _settle()

    assert work.begun == ["a", "b"]
    assert "a" in runs


async def test_key_woken_while_it_runs_runs_once_more() -> None:
    work = Work()
    runs = KeyedTasks(work.do)
    runs.wake("a")
    await _settle()
    for _ in range(5):
        runs.wake("a")
    for _ in range(3):
        work.go.release()
        await _settle()

    assert work.ended == ["a", "a"]
    assert "a" not in runs


async def test_stop_waits_for_running_tasks_and_starts_none() -> None:
    work = Work()
    runs = KeyedTasks(work.do)
    runs.wake("a")
    await _settle()
    runs.wake("a")
    work.go.release()
    await runs.stop(patience=5)
    await _settle()

    assert work.begun == work.ended == ["a"]


async def test_stop_cancels_a_task_after_the_patience() -> None:
    work = Work()
    runs = KeyedTasks(work.do)
    runs.wake("a")
    await _settle()
    await runs.stop(patience=0.01)
    await _settle()

    assert "a" not in runs
    assert work.ended == []
