"""An intent that nothing answers would leave a customer without a word."""

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


def test_every_intent_has_one_rule_and_the_fallback_too() -> None:
    answered = [steps[0][1] for _, steps in RULES]
    assert len(answered) == len(set(answered))
    assert set(answered) == {*DOMAIN["intents"], "nlu_fallback"}


def test_every_rule_runs_one_action_that_exists() -> None:
    names = {action(None, None).name() for action in ACTIONS}  # type: ignore[arg-type]
    for name, steps in RULES:
        assert [kind for kind, _ in steps] == ["intent", "action"], name
        assert steps[1][1] in names, name
    assert names == set(DOMAIN["actions"]) == {steps[1][1] for _, steps in RULES}


def test_every_category_is_an_intent_that_takes_the_complaint() -> None:
    actions = {steps[0][1]: steps[1][1] for _, steps in RULES}
    assert {actions[category] for category in CATEGORIES} == {"action_take_complaint"}
