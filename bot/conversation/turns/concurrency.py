"""The lane: few turns are run at once, and the others wait for theirs in the order they came.

When more customers write than can be answered at once, those who came first are answered first,
instead of all of them at the very end.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class TurnSlots:
    """The places of one process."""

    def __init__(self, places: int, patience: float) -> None:
        """A lane.

        Args:
            places: how many turns run at once.
            patience: seconds after which a turn that waits for something else (an engine that
                hangs, a download) leaves its place to the next, and goes on beside the lane.
        """
        self._places = asyncio.Semaphore(places)
        self._patience = patience

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Wait for a place, and have it for as long as the patience lasts."""
        await self._places.acquire()
        held = [self._places]

        def leave() -> None:
            while held:
                held.pop().release()

        leaving = asyncio.get_running_loop().call_later(self._patience, leave)
        try:
            yield
        finally:
            leaving.cancel()
            leave()
