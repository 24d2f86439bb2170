"""The channel and the actions' endpoint refuse a missing or empty token."""

import json
from typing import Any

import pytest

from bot.inside_rasa.tokens import MissingToken, checked_token, required_token
from tests.unit.engine_python import run

SCRIPT = """
import json, os
from bot.inside_rasa import patches
patches.apply_for_answering()

from bot.inside_rasa.channel import TokenRestInput
from bot.inside_rasa.remote_action import KeepAliveEndpoint
from bot.inside_rasa.tokens import MissingToken

def refusal_of(function, *args, **kwargs):
    try:
        function(*args, **kwargs)
    except MissingToken as error:
        return str(error).partition(" is ")[0]

results = {}
os.environ.pop("ENGINE_TOKEN", None)
results["channel_unset"] = refusal_of(TokenRestInput().blueprint, None)
os.environ["ENGINE_TOKEN"] = ""
results["channel_empty"] = refusal_of(TokenRestInput().blueprint, None)
results["endpoint_unset"] = refusal_of(KeepAliveEndpoint, "http://127.0.0.1:1", token=None)
results["endpoint_empty"] = refusal_of(KeepAliveEndpoint, "http://127.0.0.1:1", token="")
print(json.dumps(results))
"""


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    return dict(json.loads(run("-c", SCRIPT).splitlines()[-1]))


@pytest.mark.unit
@pytest.mark.parametrize("token", [None, "", "  "])
def test_missing_and_empty_tokens_are_refused(token: str | None) -> None:
    with pytest.raises(MissingToken, match=r"^NAME is missing or empty: .*"):
        checked_token("NAME", token)


@pytest.mark.unit
def test_token_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENGINE_TOKEN", "secret")
    assert required_token("ENGINE_TOKEN") == "secret"


@pytest.mark.integration
def test_channel_refuses_a_missing_or_empty_token(results: dict[str, Any]) -> None:
    assert results["channel_unset"] == results["channel_empty"] == "ENGINE_TOKEN"


@pytest.mark.integration
def test_endpoint_refuses_a_missing_or_empty_token(results: dict[str, Any]) -> None:
    assert results["endpoint_unset"] == results["endpoint_empty"] == "ACTIONS_TOKEN"
