"""Raised goodwill: it grows with severity and earlier cases, within the limits."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.category import CATEGORIES, Severity
from bot.company.profile import load_company
from bot.money import Money, percent_of
from bot.policy.decide import decide
from bot.policy.decision import CaseFacts, Decision
from bot.policy.limit_check import Usage
from bot.policy.loader import POLICY_FILE, load_policy
from bot.policy.raises import Raises, candidate_percents, full_percent

DEMO = Path(__file__).parents[3] / "data" / "company"
POLICY = load_policy(DEMO / POLICY_FILE, load_company(DEMO))
RAISES = Raises(high_severity=Decimal(20), each_failure=Decimal(50), most_failures=2)


def cop(pesos: int) -> Money:
    return Money(pesos * 100, "COP")


def late(**more: object) -> CaseFacts:
    facts = CaseFacts("late_delivery", "medium", cop(249_900), "COP", identity_proven=True)
    return replace(facts, **more)  # type: ignore[arg-type]


def amount(decision: Decision, kind: str) -> Money | None:
    return next(
        alternative.amount for alternative in decision.alternatives if alternative.kind == kind
    )


@pytest.mark.parametrize(
    ("severity", "failures", "percent"),
    [
        ("low", 0, 0),
        ("high", 0, 20),
        ("medium", 1, 50),
        ("medium", 2, 100),
        ("medium", 9, 100),  # no more than two count
        ("high", 1, 70),
    ],
)
def test_full_percent(severity: Severity, failures: int, percent: int) -> None:
    assert full_percent(RAISES, severity, failures) == percent


def test_smaller_raise_is_given_where_full_raise_exceeds_limit() -> None:
    assert candidate_percents(RAISES, "high", 2) == [120, 100, 70, 50, 20]
    assert candidate_percents(RAISES, "low", 1) == [50]
    assert candidate_percents(RAISES, "medium", 0) == []
    usage_near_limit = Usage(customer_count=1, customer_total=cop(520_000))
    severe = late(
        category="unanswered_complaint", severity="high", failures=1, usage=usage_near_limit
    )
    assert amount(decide(POLICY, severe), "voucher") == cop(75_000)  # of 50,000; 85,000 do not fit


def test_voucher_grows_with_each_earlier_failure_up_to_the_most_counted() -> None:
    vouchers = [amount(decide(POLICY, late(failures=n)), "voucher") for n in (0, 1, 2, 3)]
    assert vouchers == [cop(25_000), cop(37_500), cop(50_000), cop(50_000)]


def test_raise_is_in_reasons_and_trace() -> None:
    decision = decide(POLICY, late(failures=1))
    assert any("raised by 50 %" in reason for reason in decision.reasons)
    assert decision.trace.as_dict()["raised_percent"] == "50"


def test_entitlement_and_its_settlement_are_not_raised() -> None:
    once = late(category="not_delivered", failures=0)
    often = late(category="not_delivered", failures=2)
    for kind in ("refund", "replacement", "store_credit"):
        assert amount(decide(POLICY, often), kind) == amount(decide(POLICY, once), kind)


def test_customer_with_earlier_failure_gets_rule_for_it() -> None:
    decision = decide(POLICY, late(category="damaged", failures=1))
    assert decision.rule_id == "product_failed_again"
    assert decision.entitlement is not None
    assert amount(decision, "store_credit") == percent_of(cop(249_900), Decimal(120))


def test_goodwill_is_not_raised_past_customer_limit() -> None:
    usage_near_limit = Usage(customer_count=1, customer_total=cop(570_000))
    decision = decide(POLICY, late(failures=2, usage=usage_near_limit))
    assert amount(decision, "voucher") == cop(25_000)


@given(
    category=st.sampled_from(list(CATEGORIES)),
    severity=st.sampled_from(["low", "medium", "high"]),
    pesos=st.integers(1_000, 1_500_000),
    failures=st.integers(0, 5),
    given_before=st.integers(0, 600_000),
)
@example("unanswered_complaint", "high", 70_831, 1, 515_003)  # the whole does not fit, a part does
def test_raise_never_exceeds_limits_and_never_gives_less(
    category: str, severity: Severity, pesos: int, failures: int, given_before: int
) -> None:
    """Rules with a condition on failures are left out: they offer something else on purpose."""
    rules = tuple(rule for rule in POLICY.rules if rule.when.failures is None)
    policy = replace(POLICY, rules=rules)
    usage = Usage(customer_count=1, customer_total=cop(given_before))
    first_facts = CaseFacts(
        category, severity, cop(pesos), "COP", identity_proven=True, usage=usage
    )
    first_decision, later_decision = (
        decide(policy, first_facts),
        decide(policy, replace(first_facts, failures=failures)),
    )
    before = {alternative.title.es: alternative for alternative in first_decision.alternatives}
    after = {alternative.title.es: alternative for alternative in later_decision.alternatives}
    assert before.keys() <= after.keys()
    for title, alternative in after.items():
        if alternative.amount is not None:
            assert alternative.amount <= percent_of(cop(pesos), Decimal(120))
            first_amount = before[title].amount
            assert first_amount is not None
            assert first_amount <= alternative.amount
        if alternative.goodwill is not None:
            assert cop(given_before) + alternative.goodwill <= cop(600_000)
