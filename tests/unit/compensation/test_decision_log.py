"""Facts survive their serialization to JSON."""

import json
from dataclasses import fields
from typing import Any

import pytest

from bot.compensation.decision_log import facts_as_json, facts_from_json
from bot.money import Money
from bot.policy.decision import CaseFacts
from bot.policy.limit_check import Usage

FULL = CaseFacts(
    category="damaged",
    severity="high",
    order_value=Money(24_990_000, "COP"),
    order_currency="COP",
    tier="gold",
    identity_proven=True,
    has_photo=True,
    desired="refund",
    usage=Usage(1, Money(500_000, "COP"), 2, Money(700_000, "COP")),
)


@pytest.mark.parametrize("facts", [FULL, CaseFacts(category="late_delivery", severity="low")])
def test_facts_survive_json(facts: CaseFacts) -> None:
    values = json.loads(json.dumps(facts_as_json(facts)))
    assert facts_from_json(values) == facts


def test_every_fact_is_serialized() -> None:
    values = facts_as_json(FULL)
    assert set(values) == {field.name for field in fields(CaseFacts)}


def test_fact_missing_in_record_has_its_default() -> None:
    values: dict[str, Any] = facts_as_json(FULL)
    del values["usage"], values["tier"]
    facts = facts_from_json(values)
    assert (facts.usage, facts.tier) == (Usage(), "standard")
