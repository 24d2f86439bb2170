"""The rules: every intent has one, and every rule has an existing action."""

from typing import Any

import pytest
from ruamel.yaml import YAML

from actions.server import ACTIONS
from bot.category import CATEGORIES
from bot.config.settings import ROOT

pytestmark = pytest.mark.unit

DOMAIN: dict[str, Any] = YAML(typ="safe").load(ROOT / "domain.yml")
RULES = [
    (rule["rule"], [next(iter(step.items())) for step in rule["steps"]])
    for file in sorted((ROOT / "data" / "rules").glob("*.yml"))
    for rule in YAML(typ="safe").load(file)["rules"]
]


def test_every_intent_and_the_fallback_have_one_rule() -> None:
    intents = [steps[0][1] for _, steps in RULES]
    assert len(intents) == len(set(intents))
    assert set(intents) == {*DOMAIN["intents"], "nlu_fallback"}


def test_every_rule_runs_one_existing_action() -> None:
    names = {action(None, None).name() for action in ACTIONS}  # type: ignore[arg-type]
    for name, steps in RULES:
        assert [kind for kind, _ in steps] == ["intent", "action"], name
        assert steps[1][1] in names, name
    assert names == set(DOMAIN["actions"]) == {steps[1][1] for _, steps in RULES}


def test_every_category_is_an_intent_whose_action_takes_the_complaint() -> None:
    actions = {steps[0][1]: steps[1][1] for _, steps in RULES}
    assert {actions[category] for category in CATEGORIES} == {"action_take_complaint"}
