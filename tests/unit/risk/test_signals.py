"""Risk signals: when each is raised, and that they refuse nothing and see no personal traits."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.company.profile import load_company
from bot.money import Money
from bot.policy.decide import decide
from bot.policy.decision import CaseFacts
from bot.policy.loader import POLICY_FILE, load_policy
from bot.policy.signal_spec import SIGNAL_NAMES, SignalsSpec
from bot.risk.signals import CHECKS, Evidence, RelatedCase, run_checks

pytestmark = pytest.mark.unit
DEMO = Path(__file__).parents[3] / "data" / "company"
POLICY = load_policy(DEMO / POLICY_FILE, load_company(DEMO))
NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
SIGNALS = SignalsSpec.model_validate(
    {
        "claims": {"from": 3, "days": 90},
        **{
            f"same_{name}": {"from": 2, "days": 30}
            for name in ("address", "phone", "email", "device", "network")
        },
        "order_age": {"days": 120},
        "signed": {"weight": 2},
        "photo": {"days": 365},
    }
)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def cases(*owners: str, days: float = 1) -> tuple[RelatedCase, ...]:
    return tuple(RelatedCase(owner, f"Q-{owner}", ago(days)) for owner in owners)


def names(**evidence: Any) -> list[str]:
    return [signal.name for signal in run_checks(Evidence(NOW, **evidence), SIGNALS)]


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ({}, []),
        ({"claims": cases("ana", "ana")}, []),
        ({"claims": cases("ana", "ana", "ana")}, ["claims"]),
        ({"claims": cases("ana", "ana") + cases("ana", days=91)}, []),
        ({"same_address": cases("rosa", "rosa", "rosa")}, []),  # one customer, however often
        ({"same_address": cases("rosa", "luis")}, ["same_address"]),
        ({"same_phone": cases("rosa", "luis")}, ["same_phone"]),
        ({"same_email": cases("rosa", "luis")}, ["same_email"]),
        ({"same_device": cases("rosa", "luis")}, ["same_device"]),
        ({"same_network": cases("rosa") + cases("luis", days=31)}, []),
        ({"bought_at": ago(121), "categories": ("damaged",)}, ["order_age"]),
        ({"bought_at": ago(120), "categories": ("damaged",)}, []),
        ({"bought_at": ago(900), "categories": ("defective",)}, []),  # a warranty lasts
        ({"bought_at": ago(900), "categories": ("defective", "missing_item")}, ["order_age"]),
        ({"signed_by": "RM", "is_delivered": True, "categories": ("not_delivered",)}, ["signed"]),
        ({"signed_by": "R. M.", "is_delivered": True, "categories": ("damaged",)}, []),
        ({"signed_by": "R. M.", "categories": ("not_delivered",)}, []),
        ({"is_delivered": True, "categories": ("not_delivered",)}, []),
        ({"photos": cases("rosa", days=300)}, ["photo"]),
        ({"photos": cases("rosa", days=366)}, []),
    ],
)  # fmt: skip
def test_signal_is_raised_exactly_when_its_condition_holds(
    evidence: dict[str, Any], expected: list[str]
) -> None:
    assert names(**evidence) == expected


def test_signal_left_out_of_policy_is_not_checked() -> None:
    evidence = Evidence(NOW, claims=cases(*"abcdefgh"), photos=cases("rosa"))
    assert run_checks(evidence, SignalsSpec()) == ()
    assert [signal.name for signal in run_checks(evidence, SIGNALS)] == ["claims", "photo"]


def test_signals_of_policy_and_checks_are_the_same() -> None:
    assert (
        set(CHECKS)
        == set(SIGNAL_NAMES)
        == set(SignalsSpec.model_fields) - {"alone_up_to", "to_person_from"}
    )


def test_evidence_has_no_name_language_or_channel() -> None:
    known = {field.name for field in fields(Evidence)} | {
        field.name for field in fields(RelatedCase)
    }
    assert not known & {"name", "customer_name", "language", "channel", "country", "tier"}


def test_newest_references_are_listed_once_up_to_maximum() -> None:
    cases_by_day = tuple(RelatedCase("ana", f"Q-{day}", ago(day)) for day in range(9, 0, -1))
    (signal,) = run_checks(Evidence(NOW, claims=cases_by_day + cases_by_day), SIGNALS)
    assert signal.detail["references"] == ["Q-1", "Q-2", "Q-3", "Q-4", "Q-5"]


def facts(*signals: str, pesos: int = 249900, category: str = "damaged") -> CaseFacts:
    order = Money(pesos * 100, "COP")
    return CaseFacts(category, "medium", order, "COP", identity_proven=True, signals=signals)


def test_one_signal_leaves_offer_of_low_value_unchanged() -> None:
    before, after = decide(POLICY, facts()), decide(POLICY, facts("claims"))
    assert after.outcome == "offer"
    assert after.alternatives == before.alternatives
    assert after.reasons == (*before.reasons, "signals claims: 1 of 2")


@pytest.mark.parametrize(
    "facts_with_signals",
    [facts("claims", "order_age"), facts("photo"), facts("claims", pesos=900000)],
    ids=["two signals", "one that weighs two", "one, and a high value"],
)
def test_enough_signals_send_case_to_human_with_reasons_and_entitlement(
    facts_with_signals: CaseFacts,
) -> None:
    decision = decide(POLICY, facts_with_signals)
    assert (decision.outcome, decision.reason) == ("person", "to_check")
    assert (decision.rule_id, decision.alternatives) == ("damaged", ())
    reasons = " | ".join(decision.reasons)
    for name in facts_with_signals.signals:
        assert name in reasons
    assert "entitlement: refund" in reasons


categories = st.sampled_from(sorted({c for rule in POLICY.rules for c in rule.when.category}))


@given(
    category=categories,
    signals=st.sets(st.sampled_from(SIGNAL_NAMES)),
    pesos=st.integers(1, 9_000_000),
    severity=st.sampled_from(["low", "medium", "high"]),
    proven=st.booleans(),
)
def test_signals_never_refuse_or_reduce_an_offer(
    category: str, signals: set[str], pesos: int, severity: Any, proven: bool
) -> None:
    unflagged = replace(
        facts(category=category, pesos=pesos), severity=severity, identity_proven=proven
    )
    before = decide(POLICY, unflagged)
    after = decide(POLICY, replace(unflagged, signals=tuple(sorted(signals))))
    assert after.outcome in {"offer", "person"}
    assert after.rule_id == before.rule_id
    if before.outcome == "person":
        assert after == before  # a person was needed anyway, for the same reason
    elif after.outcome == "offer":
        assert after.alternatives == before.alternatives
    else:
        assert after.reason == "to_check"
        assert set(before.reasons) <= set(after.reasons)
