"""The engine as it is served, in its own Python: light, with the results of Rasa's own parts."""

import json
from typing import Any

import pytest

from bot.rasa import environment
from tests.unit.engine_python import run, run_failing

pytestmark = pytest.mark.integration

SCRIPT = """
import asyncio, json, sys
from bot.inside_rasa import patches
patches.apply_for_answering()

from aiohttp import web
from jsonschema import ValidationError
from rasa.core.agent import load_agent
from rasa.core.channels.channel import UserMessage
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.events import ActionExecuted
from rasa.shared.core.trackers import DialogueStateTracker
from bot.inside_rasa import rasa_cache_patches, serve
from bot.inside_rasa.remote_action import KeepAliveEndpoint, LatestMessageAction

serve.create_app(sys.argv[1])
calls, connections = [], set()

async def act(request):
    calls.append(await request.json())
    connections.add(id(request.transport))
    return web.json_response({"events": [], "responses": [{"text": "done"}]})

def is_refused(answer):
    try:
        LatestMessageAction("action_chat", None)._validate_action_result(answer)
    except ValidationError:
        return True
    return False

get_possible_keys, find_action = RulePolicy._get_possible_keys, RulePolicy._find_action_from_rules
rules_agree = []

def compare_keys(policy, lookup, states):
    keys = get_possible_keys(policy, lookup, states)
    uncached = rasa_cache_patches._rasa_get_possible_keys(policy, lookup, states)
    rules_agree.append(keys == uncached)
    return keys

def compare_actions(*args, **kwargs):
    prediction = find_action(*args, **kwargs)
    uncached = rasa_cache_patches._rasa_find_action_from_rules(*args, **kwargs)
    rules_agree.append(prediction[0] == uncached[0])
    return prediction

RulePolicy._get_possible_keys = compare_keys
RulePolicy._find_action_from_rules = compare_actions

async def converse():
    app = web.Application()
    app.router.add_post("/webhook", act)
    web_runner = web.AppRunner(app)
    await web_runner.setup()
    site = web.TCPSite(web_runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    agent = await load_agent(sys.argv[1])
    endpoint = KeepAliveEndpoint(f"http://127.0.0.1:{port}/webhook", token="secret")
    agent.processor.action_endpoint = endpoint
    answers = []
    for text in 3 * ("hola", "Mi pedido llegó roto"):
        answers += await agent.handle_message(UserMessage(text, sender_id="one"))
    tracker = await agent.tracker_store.retrieve("one")
    actions = [e.action_name for e in tracker.events if isinstance(e, ActionExecuted)]
    await endpoint.close()
    await web_runner.cleanup()

    runner = agent.processor.graph_runner
    message = {"__message__": [UserMessage("llegó roto")], "__tracker__": tracker}
    targets = [agent.processor.model_metadata.nlu_target]
    ours = runner.run(message, targets)[targets[0]][0].as_dict()
    plain = DaskGraphRunner.run(runner, message, targets)[targets[0]][0].as_dict()
    return {
        "runner": type(runner).__name__,
        "tensorflow": "tensorflow" in sys.modules,
        "texts": [answer["text"] for answer in answers],
        "actions": actions,
        "calls": calls,
        "connections": len(connections),
        "runners_agree": ours == plain,
        "rules_agree": rules_agree,
        "refused": [
            is_refused({"events": [{"event": "slot"}]}), is_refused({"responses": "hola"}),
        ],
        "allowed": not is_refused({"events": [], "responses": [{"text": "hola"}]}),
    }

results = asyncio.run(converse())
# Modules that were left out can still be imported.
import rasa.core.channels.telegram, rasa.nlu.classifiers.diet_classifier
results["diet"] = rasa.nlu.classifiers.diet_classifier.DIETClassifier.__name__
print(json.dumps(results))
"""


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    model = environment.newest_model()
    assert model is not None
    secrets: Any = {"ENGINE_TOKEN": "e", "ACTIONS_URL": "http://127.0.0.1:1", "ACTIONS_TOKEN": "a"}
    return dict(json.loads(run("-c", SCRIPT, model, **secrets).splitlines()[-1]))


def test_tensorflow_is_not_imported_for_a_linear_model(results: dict[str, Any]) -> None:
    assert results["tensorflow"] is False


def test_modules_left_out_can_be_imported_later(results: dict[str, Any]) -> None:
    assert results["diet"] == "DIETClassifier"


def test_rules_choose_the_actions_and_actions_give_the_answers(results: dict[str, Any]) -> None:
    assert results["texts"] == ["done"] * 6
    assert results["actions"].count("action_chat") == 3
    assert results["actions"].count("action_take_complaint") == 3


def test_cached_rules_are_those_that_rasa_finds(results: dict[str, Any]) -> None:
    assert len(results["rules_agree"]) >= 30
    assert all(results["rules_agree"])


def test_sequential_runner_gives_the_results_of_rasas_runner(results: dict[str, Any]) -> None:
    assert results["runner"] == "SequentialGraphRunner"
    assert results["runners_agree"]


def test_action_is_sent_the_latest_message_without_events_and_domain(
    results: dict[str, Any],
) -> None:
    call = results["calls"][-1]
    assert call["next_action"] == "action_take_complaint"
    assert call["sender_id"] == "one"
    assert call["tracker"]["latest_message"]["text"] == "Mi pedido llegó roto"
    assert call["tracker"]["latest_message"]["intent"]["name"] == "damaged"
    assert call["tracker"]["events"] == []
    assert "domain" not in call


def test_connection_to_the_actions_is_reused(results: dict[str, Any]) -> None:
    assert results["connections"] == 1


def test_invalid_answer_of_an_action_is_refused(results: dict[str, Any]) -> None:
    assert results["refused"] == [True, True]
    assert results["allowed"]


@pytest.mark.parametrize("name", ["ENGINE_TOKEN", "ACTIONS_TOKEN"])
@pytest.mark.parametrize("blank", [None, "", " "])
def test_serve_refuses_a_missing_or_empty_token(name: str, blank: str | None) -> None:
    tokens = {"ENGINE_TOKEN": "e", "ACTIONS_TOKEN": "a"} | {name: blank}
    variables: Any = {key: value for key, value in tokens.items() if value is not None}
    arguments = ("model.tar.gz", "127.0.0.1", "1")
    error = run_failing("-m", "bot.inside_rasa.serve", *arguments, **variables)
    assert error.startswith(f"{name} is missing or empty")
    assert error.count("\n") == 1
