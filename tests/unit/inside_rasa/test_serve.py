"""The engine as it is served: light, and with Rasa's own answers; shown in the engine's Python."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.rasa import environment
from tests.unit.engine_python import run

pytestmark = pytest.mark.integration

STORY = """
import asyncio, json, sys
from bot.inside_rasa import light_import
light_import.import_rasa()

import rasa.core.actions.action
from aiohttp import web
from jsonschema import ValidationError
from rasa.core.agent import load_agent
from rasa.core.channels.channel import UserMessage
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.events import ActionExecuted
from rasa.shared.core.trackers import DialogueStateTracker
from bot.inside_rasa import rasa_cache_patches, serve
from bot.inside_rasa.graph_runner import PlainRunner
from bot.inside_rasa.remote_action import KeptEndpoint, OurAction

serve.create_app(sys.argv[1])
calls, connections = [], set()

async def act(request):
    calls.append(await request.json())
    connections.add(id(request.transport))
    return web.json_response({"events": [], "responses": [{"text": "done"}]})

def refused(answer):
    try:
        OurAction("action_chat", None)._validate_action_result(answer)
    except ValidationError:
        return True
    return False

remembering, right = RulePolicy._get_possible_keys, []

def look_again(policy, lookup, states):
    found = remembering(policy, lookup, states)
    right.append(found == rasa_cache_patches._look_for_rules(policy, lookup, states))
    return found

finding = RulePolicy._find_action_from_rules

def find_again(*about, **how):
    found = finding(*about, **how)
    right.append(found[0] == rasa_cache_patches._look_for_action(*about, **how)[0])
    return found

RulePolicy._get_possible_keys = look_again
RulePolicy._find_action_from_rules = find_again

async def story():
    app = web.Application()
    app.router.add_post("/webhook", act)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    agent = await load_agent(sys.argv[1])
    endpoint = KeptEndpoint(f"http://127.0.0.1:{port}/webhook", token="secret")
    agent.processor.action_endpoint = endpoint
    says = []
    for text in 3 * ("hola", "Mi pedido llegó roto"):
        says += await agent.handle_message(UserMessage(text, sender_id="one"))
    tracker = await agent.tracker_store.retrieve("one")
    actions = [e.action_name for e in tracker.events if isinstance(e, ActionExecuted)]
    await endpoint.close()
    await runner.cleanup()

    plain = agent.processor.graph_runner
    message = {"__message__": [UserMessage("llegó roto")], "__tracker__": tracker}
    targets = [agent.processor.model_metadata.nlu_target]
    ours = plain.run(message, targets)[targets[0]][0].as_dict()
    theirs = DaskGraphRunner.run(plain, message, targets)[targets[0]][0].as_dict()
    return {
        "runner": type(plain).__name__,
        "tensorflow": "tensorflow" in sys.modules,
        "says": [one["text"] for one in says],
        "actions": actions,
        "calls": calls,
        "connections": len(connections),
        "same": ours == theirs,
        "rules": right,
        "refused": [refused({"events": [{"event": "slot"}]}), refused({"responses": "hola"})],
        "allowed": not refused({"events": [], "responses": [{"text": "hola"}]}),
    }

told = asyncio.run(story())
# What was left out is there when it is asked for.
import rasa.core.channels.telegram, rasa.nlu.classifiers.diet_classifier
told["diet"] = rasa.nlu.classifiers.diet_classifier.DIETClassifier.__name__
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    model = environment.newest_model()
    assert model is not None
    secrets: Any = {"ENGINE_TOKEN": "e", "ACTIONS_URL": "http://127.0.0.1:1", "ACTIONS_TOKEN": "a"}
    return dict(json.loads(run("-c", STORY, model, **secrets).splitlines()[-1]))


def test_a_model_without_a_neural_network_brings_no_tensorflow(told: dict[str, Any]) -> None:
    assert told["tensorflow"] is False


def test_what_was_left_out_is_there_when_it_is_asked_for(told: dict[str, Any]) -> None:
    assert told["diet"] == "DIETClassifier"


def test_the_rules_pick_the_actions_and_the_actions_speak(told: dict[str, Any]) -> None:
    assert told["says"] == ["done"] * 6
    asked = [name for name in told["actions"] if name.startswith("action_chat")]
    assert asked == ["action_chat"] * 3
    assert told["actions"].count("action_take_complaint") == 3


def test_the_rules_that_are_remembered_are_those_that_rasa_finds(told: dict[str, Any]) -> None:
    assert len(told["rules"]) >= 30
    assert all(told["rules"])


def test_the_steps_of_the_model_give_what_rasa_s_own_runner_gives(told: dict[str, Any]) -> None:
    assert told["runner"] == "PlainRunner"
    assert told["same"]


def test_an_action_is_told_the_message_and_not_the_whole_conversation(
    told: dict[str, Any],
) -> None:
    call = told["calls"][-1]
    assert call["next_action"] == "action_take_complaint"
    assert call["sender_id"] == "one"
    assert call["tracker"]["latest_message"]["text"] == "Mi pedido llegó roto"
    assert call["tracker"]["latest_message"]["intent"]["name"] == "damaged"
    assert call["tracker"]["events"] == []
    assert "domain" not in call


def test_the_connection_to_the_actions_is_used_again(told: dict[str, Any]) -> None:
    assert told["connections"] == 1


def test_an_answer_that_is_none_is_refused(told: dict[str, Any]) -> None:
    assert told["refused"] == [True, True]
    assert told["allowed"]


NETWORK = """
recipe: default.v1
assistant_id: network
language: es
pipeline:
  - name: WhitespaceTokenizer
  - name: CountVectorsFeaturizer
  - name: DIETClassifier
    epochs: 1
"""
EXAMPLES = """
nlu:
- intent: greet
  examples: |
    - hola
    - buenos días
- intent: damaged
  examples: |
    - llegó roto
    - vino quebrado
"""


def test_a_pipeline_with_a_neural_network_is_served_as_well(tmp_path: Path) -> None:
    (tmp_path / "config.yml").write_text(NETWORK)
    (tmp_path / "nlu.yml").write_text(EXAMPLES)
    there: Any = {"folder": tmp_path, "RASA_CACHE_DIRECTORY": str(tmp_path / "cache")}
    files = ("--config", "config.yml", "--nlu", "nlu.yml", "--out", ".")
    run("-m", "rasa", "train", "nlu", *files, "--fixed-model-name", "network", **there)
    parse = ("-m", "bot.inside_rasa.parse", "network.tar.gz")
    understood = json.loads(run(*parse, told='"llegó roto"\n', **there))
    assert {intent for intent, _ in understood["ranking"]} == {"greet", "damaged"}
