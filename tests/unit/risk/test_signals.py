"""SignalsSpec that accuse: refuse somebody, take a right away, or look at who somebody is."""

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
from bot.risk.signals import CHECKS, Trace, Traces, raised

pytestmark = pytest.mark.unit
DEMO = Path(__file__).parents[3] / "data" / "company"
POLICY = load_policy(DEMO / POLICY_FILE, load_company(DEMO))
NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
SIGNALS = SignalsSpec.model_validate(
    {
        "claims": {"from": 3, "days": 90},
        **{
            f"same_{what}": {"from": 2, "days": 30}
            for what in ("address", "phone", "email", "device", "network")
        },
        "order_age": {"days": 120},
        "signed": {"weight": 2},
        "photo": {"days": 365},
    }
)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def traces(*people: str, days: float = 1) -> tuple[Trace, ...]:
    return tuple(Trace(who, f"Q-{who}", ago(days)) for who in people)


def names(**seen: Any) -> list[str]:
    return [one.name for one in raised(Traces(NOW, **seen), SIGNALS)]


@pytest.mark.parametrize(
    ("seen", "found"),
    [
        ({}, []),
        ({"claims": traces("ana", "ana")}, []),
        ({"claims": traces("ana", "ana", "ana")}, ["claims"]),
        ({"claims": traces("ana", "ana") + traces("ana", days=91)}, []),
        ({"same_address": traces("rosa", "rosa", "rosa")}, []),  # one person, however often
        ({"same_address": traces("rosa", "luis")}, ["same_address"]),
        ({"same_phone": traces("rosa", "luis")}, ["same_phone"]),
        ({"same_email": traces("rosa", "luis")}, ["same_email"]),
        ({"same_device": traces("rosa", "luis")}, ["same_device"]),
        ({"same_network": traces("rosa") + traces("luis", days=31)}, []),
        ({"bought_at": ago(121), "categories": ("damaged",)}, ["order_age"]),
        ({"bought_at": ago(120), "categories": ("damaged",)}, []),
        ({"bought_at": ago(900), "categories": ("defective",)}, []),  # a warranty lasts
        ({"bought_at": ago(900), "categories": ("defective", "missing_item")}, ["order_age"]),
        ({"signed_by": "RM", "is_delivered": True, "categories": ("not_delivered",)}, ["signed"]),
        ({"signed_by": "R. M.", "is_delivered": True, "categories": ("damaged",)}, []),
        ({"signed_by": "R. M.", "categories": ("not_delivered",)}, []),
        ({"is_delivered": True, "categories": ("not_delivered",)}, []),
        ({"photos": traces("rosa", days=300)}, ["photo"]),
        ({"photos": traces("rosa", days=366)}, []),
    ],
)  # fmt: skip
def test_a_signal_is_raised_exactly_when_its_reason_holds(
    seen: dict[str, Any], found: list[str]
) -> None:
    assert names(**seen) == found


def test_a_signal_that_the_policy_leaves_out_is_not_looked_for() -> None:
    seen = Traces(NOW, claims=traces(*"abcdefgh"), photos=traces("rosa"))
    assert raised(seen, SignalsSpec()) == ()
    assert [one.name for one in raised(seen, SIGNALS)] == ["claims", "photo"]


def test_every_signal_of_the_policy_has_a_check_and_the_other_way_round() -> None:
    assert (
        set(CHECKS)
        == set(SIGNAL_NAMES)
        == set(SignalsSpec.model_fields) - {"alone_up_to", "to_person_from"}
    )


def test_no_signal_can_see_a_name_a_language_or_a_channel() -> None:
    known = {one.name for one in fields(Traces)} | {one.name for one in fields(Trace)}
    assert not known & {"name", "customer_name", "language", "channel", "country", "tier"}


def test_the_newest_cases_are_named_once_each_and_not_without_end() -> None:
    many = tuple(Trace("ana", f"Q-{day}", ago(day)) for day in range(9, 0, -1))
    (signal,) = raised(Traces(NOW, claims=many + many), SIGNALS)
    assert signal.detail["references"] == ["Q-1", "Q-2", "Q-3", "Q-4", "Q-5"]


def facts(*signals: str, pesos: int = 249900, category: str = "damaged") -> CaseFacts:
    order = Money(pesos * 100, "COP")
    return CaseFacts(category, "medium", order, "COP", identity_proven=True, signals=signals)


def test_one_signal_leaves_a_small_case_to_the_assistant_with_the_same_offer() -> None:
    before, after = decide(POLICY, facts()), decide(POLICY, facts("claims"))
    assert after.outcome == "offer"
    assert after.alternatives == before.alternatives
    assert after.reasons == (*before.reasons, "signals claims: 1 of 2")


@pytest.mark.parametrize(
    "seen",
    [facts("claims", "order_age"), facts("photo"), facts("claims", pesos=900000)],
    ids=["two signals", "one that weighs two", "one, and much at stake"],
)
def test_enough_signals_bring_a_person_who_reads_the_reasons_and_the_right(
    seen: CaseFacts,
) -> None:
    decision = decide(POLICY, seen)
    assert (decision.outcome, decision.reason) == ("person", "to_check")
    assert (decision.rule_id, decision.alternatives) == ("damaged", ())
    told = " | ".join(decision.reasons)
    for name in seen.signals:
        assert name in told
    assert "entitlement: refund" in told


categories = st.sampled_from(sorted({c for rule in POLICY.rules for c in rule.when.category}))


@given(
    category=categories,
    signals=st.sets(st.sampled_from(SIGNAL_NAMES)),
    pesos=st.integers(1, 9_000_000),
    severity=st.sampled_from(["low", "medium", "high"]),
    proven=st.booleans(),
)
def test_whatever_the_signals_nobody_is_refused_and_no_offer_shrinks(
    category: str, signals: set[str], pesos: int, severity: Any, proven: bool
) -> None:
    plain = replace(
        facts(category=category, pesos=pesos), severity=severity, identity_proven=proven
    )
    before = decide(POLICY, plain)
    after = decide(POLICY, replace(plain, signals=tuple(sorted(signals))))
    assert after.outcome in {"offer", "person"}
    assert after.rule_id == before.rule_id
    if before.outcome == "person":
        assert after == before  # a person was needed anyway, for the same reason
    elif after.outcome == "offer":
        assert after.alternatives == before.alternatives
    else:
        assert after.reason == "to_check"
        assert set(before.reasons) <= set(after.reasons)
