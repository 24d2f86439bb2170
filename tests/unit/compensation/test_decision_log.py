"""The facts of a decision come back from JSON as they went in."""

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
def test_the_facts_come_back_as_they_were(facts: CaseFacts) -> None:
    written = json.loads(json.dumps(facts_as_json(facts)))
    assert facts_from_json(written) == facts


def test_every_fact_is_written() -> None:
    written = facts_as_json(FULL)
    assert set(written) == {field.name for field in fields(CaseFacts)}


def test_facts_written_before_a_field_was_known_have_its_default() -> None:
    written: dict[str, Any] = facts_as_json(FULL)
    del written["usage"], written["tier"]
    read = facts_from_json(written)
    assert (read.usage, read.tier) == (Usage(), "standard")
