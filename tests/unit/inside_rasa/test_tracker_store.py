"""The engine's memory stays small; shown in the engine's own Python, which alone can load it."""

import json
import subprocess
from typing import Any

import pytest

from bot.config.settings import ROOT, load_settings
from bot.rasa import environment

pytestmark = pytest.mark.integration

STORY = """
import asyncio, json, sys
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted, ActiveLoop, BotUttered, SlotSet, UserUttered,
)
from bot.inside_rasa.tracker_store import RecentTurns

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

async def story():
    store = RecentTurns(domain, events=30, conversations=3)
    sizes = []
    for turn in range(40):
        tracker = await store.get_or_create_tracker("long")
        tracker.update(ActionExecuted("action_listen"))
        tracker.update(UserUttered(f"turn {turn}", {"name": "hi", "confidence": 1.0}))
        if turn == 0:
            tracker.update(SlotSet("first", {"told": "early"}))
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
        "said": [e.text for e in tracker.events if isinstance(e, UserUttered)],
        "turn_begins": [type(e).__name__ for e in tracker.events][3:5],
        "kept": list(await store.keys()),
    }

print(json.dumps(asyncio.run(story())))
"""


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    python = environment.python()
    assert python is not None
    result = subprocess.run(
        [python, "-c", STORY],
        env=environment.environment({}, load_settings()),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return found


def test_a_conversation_does_not_grow(told: dict[str, Any]) -> None:
    assert max(told["sizes"]) <= 30 + 3  # the events, and what the forgotten ones had set
    assert told["sizes"][-1] == told["sizes"][-10]
    assert told["said"] == [f"turn {turn}" for turn in range(34, 40)]
    assert told["bytes"] < 10_000


def test_what_the_forgotten_turns_had_set_still_holds(told: dict[str, Any]) -> None:
    assert told["slots"]["first"] == {"told": "early"}
    assert told["slots"]["changing"] == 39.0
    assert told["slots"]["untouched"] is None
    assert told["loop"] == "ask"


def test_a_kept_turn_begins_with_the_listening_before_it(told: dict[str, Any]) -> None:
    assert told["turn_begins"] == ["ActionExecuted", "UserUttered"]


def test_the_conversation_that_was_silent_longest_is_forgotten(told: dict[str, Any]) -> None:
    assert told["kept"] == ["b", "c", "d"]
