"""Tasks by key: one at a time for each key, and one more if it was woken meanwhile."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class KeyedTasks:
    """The tasks of one kind in a process.

    Args:
        work: called with a key; it must not raise.
    """

    def __init__(self, work: Callable[[str], Coroutine[Any, Any, None]]) -> None:
        self._work = work
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self.is_ending = False

    def __contains__(self, key: str) -> bool:
        """Return True while a task for this key runs."""
        return key in self._running

    def wake(self, key: str) -> None:
        """Run a task for this key now, or right after the one that runs."""
        if key in self._running:
            self._again.add(key)
            return
        task = asyncio.create_task(self._work(key))
        self._running[key] = task
        task.add_done_callback(lambda _: self._done(key))

    async def stop(self, patience: float) -> None:
        """Start no more tasks; wait ``patience`` seconds for those that run, then cancel them."""
        self.is_ending = True
        if self._running:
            await asyncio.wait(self._running.values(), timeout=patience)
        for task in self._running.values():
            task.cancel()

    def _done(self, key: str) -> None:
        del self._running[key]
        if key in self._again:
            self._again.discard(key)
            if not self.is_ending:
                self.wake(key)
