"""The engine's tracker store keeps its size; run in the engine's own Python."""

import json
from typing import Any

import pytest

from tests.unit.engine_python import run

pytestmark = pytest.mark.integration

SCRIPT = """
import asyncio, json, sys
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted, ActiveLoop, BotUttered, SlotSet, UserUttered,
)
from bot.inside_rasa.tracker_store import RecentEventsTrackerStore

domain = Domain.from_yaml('''
version: "3.1"
intents: [hi]
slots:
  first: {type: any, mappings: [{type: custom}]}
  changing: {type: float, initial_value: 0, mappings: [{type: custom}]}
  untouched: {type: text, mappings: [{type: custom}]}
forms:
  ask: {required_slots: [first]}
''')

async def converse():
    store = RecentEventsTrackerStore(domain, events=30, conversations=3)
    sizes = []
    for turn in range(40):
        tracker = await store.get_or_create_tracker("long")
        tracker.update(ActionExecuted("action_listen"))
        tracker.update(UserUttered(f"turn {turn}", {"name": "hi", "confidence": 1.0}))
        if turn == 0:
            tracker.update(SlotSet("first", {"set": "early"}))
            tracker.update(ActiveLoop("ask"))
        tracker.update(SlotSet("changing", float(turn)))
        tracker.update(ActionExecuted("ask"))
        tracker.update(BotUttered("hm"))
        await store.save(tracker)
        sizes.append(len((await store.retrieve("long")).events))
    tracker = await store.retrieve("long")
    for name in "abcd":
        await store.save(await store.get_or_create_tracker(name))
    return {
        "sizes": sizes,
        "bytes": len(store.serialise_tracker(tracker)),
        "slots": {name: slot.value for name, slot in tracker.slots.items()},
        "loop": tracker.active_loop_name,
        "texts": [e.text for e in tracker.events if isinstance(e, UserUttered)],
        "start_of_turn": [type(e).__name__ for e in tracker.events][3:5],
        "kept": list(await store.keys()),
    }

print(json.dumps(asyncio.run(converse())))
"""


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    return dict(json.loads(run("-c", SCRIPT).splitlines()[-1]))


def test_stored_conversation_does_not_grow(results: dict[str, Any]) -> None:
    assert max(results["sizes"]) <= 30 + 3  # the events, and the preamble
    assert results["sizes"][-1] == results["sizes"][-10]
    assert results["texts"] == [f"turn {turn}" for turn in range(34, 40)]
    assert results["bytes"] < 10_000


def test_slots_and_loop_set_by_dropped_events_are_kept(results: dict[str, Any]) -> None:
    assert results["slots"]["first"] == {"set": "early"}
    assert results["slots"]["changing"] == 39.0
    assert results["slots"]["untouched"] is None
    assert results["loop"] == "ask"


def test_kept_turn_starts_with_action_listen(results: dict[str, Any]) -> None:
    assert results["start_of_turn"] == ["ActionExecuted", "UserUttered"]


def test_least_recently_saved_conversation_is_dropped(results: dict[str, Any]) -> None:
    assert results["kept"] == ["b", "c", "d"]
