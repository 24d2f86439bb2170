"""Passes live events to every open socket of this process that watches a conversation."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

LiveEvent = dict[str, Any]
# Events. A socket that lags further behind is closed; its page resumes from the database.
LONGEST_QUEUE = 200


class LiveHub:
    """The sockets of this process, by the conversation that they watch."""

    def __init__(self) -> None:
        self._watchers: dict[str, set[asyncio.Queue[LiveEvent | None]]] = defaultdict(set)

    @contextmanager
    def watch(self, conversation_id: str) -> Iterator[asyncio.Queue[LiveEvent | None]]:
        """Yield a queue of the conversation's events; None ends them."""
        queue: asyncio.Queue[LiveEvent | None] = asyncio.Queue(LONGEST_QUEUE)
        self._watchers[conversation_id].add(queue)
        try:
            yield queue
        finally:
            self._watchers[conversation_id].discard(queue)
            if not self._watchers[conversation_id]:
                del self._watchers[conversation_id]

    def publish(self, conversation_id: str, event: LiveEvent) -> None:
        """Put an event into the queue of every watcher; never waits."""
        for queue in tuple(self._watchers.get(conversation_id, ())):
            if queue.full():
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(None)
            else:
                queue.put_nowait(event)

    def is_watched(self, conversation_id: str) -> bool:
        """Return True if a socket watches the conversation."""
        return conversation_id in self._watchers

    def close(self) -> None:
        """End every watch."""
        for queues in tuple(self._watchers.values()):
            for queue in tuple(queues):
                if not queue.full():
                    queue.put_nowait(None)

    def __len__(self) -> int:
        """Return the number of open sockets."""
        return sum(map(len, self._watchers.values()))
