"""Equal cases are treated alike, and what is no chance is marked."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from bot.simulation.equity import Equity, Group


def row(number: int, **given: Any) -> Any:
    value = given.pop("value", 1000)
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
    whole = {
        "reference": f"Q-{number}",
        "at": datetime(2026, 11, 23, 15, tzinfo=UTC),
        "channel": "web",
        "language": "es",
        "outcome": "offer" if value else "person",
        "reason": None,
        "policy_version": "1",
        "alternatives": alternatives if value else [],
        "facts": {"category": given.pop("category", "damaged"), "number": number},
    }
    return SimpleNamespace(**{**whole, **given})


def report(*rows: Any) -> Equity:
    equity = Equity(UTC)
    for one in rows:
        equity.add(one)
    return equity


def group(equity: Equity, by: str, name: str) -> Group:
    return next(one for one in equity.groups() if (one.by, one.name) == (by, name))


def test_the_same_facts_with_another_answer_are_named() -> None:
    facts = {"category": "damaged"}
    equity = report(row(1, facts=facts), row(2, facts=facts), row(3, facts=facts, value=900))
    assert equity.unequal == [("Q-1", "Q-3")]


def test_another_policy_may_answer_differently() -> None:
    facts = {"category": "damaged"}
    assert not report(
        row(1, facts=facts), row(2, facts=facts, value=900, policy_version="2")
    ).unequal


def test_a_channel_that_gets_less_in_the_same_category_is_marked() -> None:
    rows = [row(n, value=900 + n % 7) for n in range(100)]
    rows += [row(n, value=500 + n % 7, channel="whatsapp") for n in range(100, 200)]
    equity = report(*rows)
    assert group(equity, "channel", "whatsapp").value_beyond_chance
    assert not group(equity, "channel", "whatsapp").person_beyond_chance
    assert not group(equity, "language", "es").value_beyond_chance


def test_a_channel_with_other_categories_is_not_taken_for_an_unequal_one() -> None:
    rows = [row(n, value=900 + n % 7) for n in range(100)]
    rows += [
        row(n, value=500 + n % 7, channel="whatsapp", category="late_delivery")
        for n in range(100, 200)
    ]
    found = group(report(*rows), "channel", "whatsapp")
    assert not found.value_beyond_chance
    assert found.average_value_minor == found.expected_value_minor == 503


def test_more_people_in_one_language_are_marked() -> None:
    rows = [row(n, value=None if n % 10 == 0 else 1000) for n in range(200)]
    rows += [row(n, value=None if n % 2 else 1000, language="en") for n in range(200, 300)]
    found = group(report(*rows), "language", "en")
    assert (found.share_to_person, found.person_beyond_chance) == (0.5, True)


def test_nothing_is_said_about_few_cases() -> None:
    rows = [row(n, value=900 + n % 7) for n in range(100)]
    rows += [row(n, value=100 + n % 7, channel="telegram") for n in range(100, 110)]
    assert not group(report(*rows), "channel", "telegram").value_beyond_chance


def test_the_hour_is_that_of_the_company() -> None:
    assert group(report(row(1)), "hour", "12-18 h").cases == 1
