"""Limits how many turns run at once; the others wait in the order in which they came.

When more customers write than can be answered at once, those who came first are answered first,
instead of all of them at the very end.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class TurnSlots:
    """The slots of one process."""

    def __init__(self, count: int, patience: float) -> None:
        """Create free slots.

        Args:
            count: how many turns run at once.
            patience: seconds after which a turn that waits for something else (an engine that
                hangs, a download) leaves its slot to the next, and goes on without one.
        """
        self._free = asyncio.Semaphore(count)
        self._patience = patience

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait for a slot, and occupy it for at most ``patience`` seconds."""
        await self._free.acquire()
        is_occupied = True

        def leave() -> None:
            nonlocal is_occupied
            if is_occupied:
                is_occupied = False
                self._free.release()

        leaving = asyncio.get_running_loop().call_later(self._patience, leave)
        try:
            yield
        finally:
            leaving.cancel()
            leave()
