"""The engine's memory: the last turns of the last conversations, and nothing besides.

All facts are in our own database, so what is forgotten here costs nothing; and neither memory nor
the cost of a turn grows with the length of a conversation or the number of them.
"""

from collections import OrderedDict
from typing import Any, List, Optional

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker


class RecentTurns(InMemoryTrackerStore):
    """Keeps about `events` events of a conversation, and `conversations` conversations.

    What the dropped events had set, slots and the open question, stands before the kept ones.
    """

    def __init__(
        self,
        domain: Domain,
        event_broker: Optional[EventBroker] = None,
        events: int = 30,
        conversations: int = 20_000,
        **kwargs: Any,
    ) -> None:
        """Takes its limits from the keys `events` and `conversations` in endpoints.yml."""
        super().__init__(domain, event_broker, **kwargs)
        self.store: "OrderedDict[str, str]" = OrderedDict()
        self.events = int(events)
        self.conversations = int(conversations)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the end of the conversation, and forget the one that was silent longest."""
        await self.stream_events(tracker)
        self.store[tracker.sender_id] = self.serialise_tracker(self._shortened(tracker))
        self.store.move_to_end(tracker.sender_id)
        while len(self.store) > self.conversations:
            self.store.popitem(last=False)

    def _shortened(self, tracker: DialogueStateTracker) -> DialogueStateTracker:
        told = list(tracker.events)
        # The preamble below is not counted: else slots alone could fill the room for turns.
        if len(told) - _preamble_length(told) <= self.events:
            return tracker
        start = _start_of_turn(told, len(told) - self.events)
        before = self._replay(tracker.sender_id, told[:start])
        preamble: List[Event] = [
            SlotSet(name, slot.value, timestamp=told[start].timestamp, metadata=_MARK)
            for name, slot in before.slots.items()
            if slot.value != slot.initial_value
        ]
        if before.active_loop_name:
            preamble.append(
                ActiveLoop(before.active_loop_name, told[start].timestamp, metadata=_MARK)
            )
        return self._replay(tracker.sender_id, preamble + told[start:])

    def _replay(self, sender_id: str, events: List[Event]) -> DialogueStateTracker:
        return DialogueStateTracker.from_events(sender_id, events, self.domain.slots)


_MARK = {"before": True}


def _preamble_length(events: List[Event]) -> int:
    count = 0
    while count < len(events) and events[count].metadata == _MARK:
        count += 1
    return count


def _start_of_turn(events: List[Event], wanted: int) -> int:
    """Where the first of the customer's turns from there on begins; the last one, if none does."""
    turns = [i for i, event in enumerate(events) if isinstance(event, UserUttered)]
    start = next((i for i in turns if i > wanted), turns[-1] if turns else wanted)
    # The listening before the words belongs to the turn: the policies look for it.
    listened = start > 0 and isinstance(events[start - 1], ActionExecuted)
    return start - 1 if listened else start
