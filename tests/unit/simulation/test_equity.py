"""The equity report: unequal decisions by equal facts, and differences beyond chance."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from bot.simulation.equity import EquityReport, Group


def row(number: int, **fields: Any) -> Any:
    value = fields.pop("value", 1000)
    alternatives = [
        {
            "kind": "voucher",
            "value_minor": value,
            "amount_minor": value,
            "cost_minor": value,
            "goodwill_minor": value,
            "is_entitlement": False,
        }
    ]
    defaults = {
        "reference": f"Q-{number}",
        "at": datetime(2026, 11, 23, 15, tzinfo=UTC),
        "channel": "web",
        "language": "es",
        "outcome": "offer" if value else "person",
        "reason": None,
        "policy_version": "1",
        "alternatives": alternatives if value else [],
        "facts": {"category": fields.pop("category", "damaged"), "number": number},
    }
    return SimpleNamespace(**{**defaults, **fields})


def report(*rows: Any) -> EquityReport:
    equity = EquityReport(UTC)
    for decision in rows:
        equity.add(decision)
    return equity


def group(equity: EquityReport, by: str, name: str) -> Group:
    return next(each for each in equity.groups() if (each.by, each.name) == (by, name))


def test_different_decisions_by_same_facts_are_reported() -> None:
    facts = {"category": "damaged"}
    equity = report(row(1, facts=facts), row(2, facts=facts), row(3, facts=facts, value=900))
    assert equity.unequal == [("Q-1", "Q-3")]


def test_other_policy_version_may_decide_differently() -> None:
    facts = {"category": "damaged"}
    assert not report(
        row(1, facts=facts), row(2, facts=facts, value=900, policy_version="2")
    ).unequal


def test_channel_with_lower_value_in_same_category_is_marked() -> None:
    rows = [row(n, value=900 + n % 7) for n in range(100)]
    rows += [row(n, value=500 + n % 7, channel="whatsapp") for n in range(100, 200)]
    equity = report(*rows)
    assert group(equity, "channel", "whatsapp").value_beyond_chance
    assert not group(equity, "channel", "whatsapp").person_beyond_chance
    assert not group(equity, "language", "es").value_beyond_chance


def test_channel_with_other_categories_is_not_marked() -> None:
    rows = [row(n, value=900 + n % 7) for n in range(100)]
    rows += [
        row(n, value=500 + n % 7, channel="whatsapp", category="late_delivery")
        for n in range(100, 200)
    ]
    result = group(report(*rows), "channel", "whatsapp")
    assert not result.value_beyond_chance
    assert result.average_value_minor == result.expected_value_minor == 503


def test_language_with_more_handoffs_is_marked() -> None:
    rows = [row(n, value=None if n % 10 == 0 else 1000) for n in range(200)]
    rows += [row(n, value=None if n % 2 else 1000, language="en") for n in range(200, 300)]
    result = group(report(*rows), "language", "en")
    assert (result.share_to_person, result.person_beyond_chance) == (0.5, True)


def test_small_group_is_not_marked() -> None:
    rows = [row(n, value=900 + n % 7) for n in range(100)]
    rows += [row(n, value=100 + n % 7, channel="telegram") for n in range(100, 110)]
    assert not group(report(*rows), "channel", "telegram").value_beyond_chance


def test_hours_are_grouped_in_company_time() -> None:
    assert group(report(row(1)), "hour", "12-18 h").cases == 1
