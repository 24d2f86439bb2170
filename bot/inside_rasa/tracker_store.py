"""The engine's tracker store: the last events of the last conversations, in memory.

All facts are in our own database, so what is dropped here costs nothing, and neither memory nor
the time of a turn grows with the length of a conversation or their number.
"""

from collections import OrderedDict
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

# Marks the events that stand for the dropped ones.
_PREAMBLE_MARK = {"before": True}


class RecentEventsTrackerStore(InMemoryTrackerStore):
    """Keeps about `events` events of a conversation, in whole turns, and `conversations` of them.

    The slots and the active loop that the dropped events had set are put before the kept ones, as
    a preamble of new events.
    """

    def __init__(
        self,
        domain: Domain,
        event_broker: EventBroker | None = None,
        events: int = 30,
        conversations: int = 20_000,
        **kwargs: Any,
    ) -> None:
        """Create an empty store; `events` and `conversations` are keys in endpoints.yml."""
        super().__init__(domain, event_broker, **kwargs)
        self.store: OrderedDict[str, str] = OrderedDict()
        self.events = int(events)
        self.conversations = int(conversations)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the end of the conversation; drop the least recently saved one beyond the limit."""
        await self.stream_events(tracker)
        self.store[tracker.sender_id] = self.serialise_tracker(self._shortened(tracker))
        self.store.move_to_end(tracker.sender_id)
        while len(self.store) > self.conversations:
            self.store.popitem(last=False)

    def _shortened(self, tracker: DialogueStateTracker) -> DialogueStateTracker:
        events = list(tracker.events)
        # The preamble does not count, or many slots would leave no room for turns.
        if len(events) - _preamble_length(events) <= self.events:
            return tracker
        start = _start_of_turn(events, len(events) - self.events)
        before = self._replay(tracker.sender_id, events[:start])
        timestamp = events[start].timestamp
        preamble: list[Event] = [
            SlotSet(name, slot.value, timestamp=timestamp, metadata=_PREAMBLE_MARK)
            for name, slot in before.slots.items()
            if slot.value != slot.initial_value
        ]
        if before.active_loop_name:
            preamble.append(ActiveLoop(before.active_loop_name, timestamp, metadata=_PREAMBLE_MARK))
        return self._replay(tracker.sender_id, preamble + events[start:])

    def _replay(self, sender_id: str, events: list[Event]) -> DialogueStateTracker:
        return DialogueStateTracker.from_events(sender_id, events, self.domain.slots)


def _preamble_length(events: list[Event]) -> int:
    count = 0
    while count < len(events) and events[count].metadata == _PREAMBLE_MARK:
        count += 1
    return count


def _start_of_turn(events: list[Event], earliest: int) -> int:
    """Return the index at which the first turn after ``earliest`` begins, else the last turn."""
    turns = [i for i, event in enumerate(events) if isinstance(event, UserUttered)]
    start = next((i for i in turns if i > earliest), turns[-1] if turns else earliest)
    # The action_listen before the customer's message belongs to the turn: policies look for it.
    has_listen = start > 0 and isinstance(events[start - 1], ActionExecuted)
    return start - 1 if has_listen else start
