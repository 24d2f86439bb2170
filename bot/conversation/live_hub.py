"""Who is looking at a conversation right now: events go to every open socket after the commit."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

LiveEvent = dict[str, Any]
# A socket that lags this far behind is dropped; it resumes from the database when it is back.
LONGEST_QUEUE = 200


class LiveHub:
    """Live delivery within this process; the database is what survives it."""

    def __init__(self) -> None:
        self._watchers: dict[str, set[asyncio.Queue[LiveEvent | None]]] = defaultdict(set)

    @contextmanager
    def watch(self, conversation_id: str) -> Iterator[asyncio.Queue[LiveEvent | None]]:
        """The events of a conversation as they happen; None ends it."""
        queue: asyncio.Queue[LiveEvent | None] = asyncio.Queue(LONGEST_QUEUE)
        self._watchers[conversation_id].add(queue)
        try:
            yield queue
        finally:
            self._watchers[conversation_id].discard(queue)
            if not self._watchers[conversation_id]:
                del self._watchers[conversation_id]

    def publish(self, conversation_id: str, event: LiveEvent) -> None:
        """Tell everyone who is looking; never waits."""
        for queue in tuple(self._watchers.get(conversation_id, ())):
            if queue.full():
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(None)
            else:
                queue.put_nowait(event)

    def is_watched(self, conversation_id: str) -> bool:
        """Whether anybody looks at the conversation."""
        return conversation_id in self._watchers

    def close(self) -> None:
        """End every watch."""
        for queues in tuple(self._watchers.values()):
            for queue in tuple(queues):
                if not queue.full():
                    queue.put_nowait(None)

    def __len__(self) -> int:
        """How many sockets are open."""
        return sum(map(len, self._watchers.values()))
