"""A second failure treated like the first, or goodwill that grows past the limits."""

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
    return next(one.amount for one in decision.alternatives if one.kind == kind)


@pytest.mark.parametrize(
    ("severity", "failures", "by"),
    [
        ("low", 0, 0),
        ("high", 0, 20),
        ("medium", 1, 50),
        ("medium", 2, 100),
        ("medium", 9, 100),  # no more than two count
        ("high", 1, 70),
    ],
)
def test_goodwill_is_raised_by(severity: Severity, failures: int, by: int) -> None:
    assert full_percent(RAISES, severity, failures) == by


def test_where_the_whole_raise_does_not_fit_a_part_is_given() -> None:
    assert candidate_percents(RAISES, "high", 2) == [120, 100, 70, 50, 20]
    assert candidate_percents(RAISES, "low", 1) == [50]
    assert candidate_percents(RAISES, "medium", 0) == []
    nearly = Usage(customer_count=1, customer_total=cop(520_000))
    grave = late(category="unanswered_complaint", severity="high", failures=1, usage=nearly)
    assert amount(decide(POLICY, grave), "voucher") == cop(75_000)  # of 50,000; 85,000 do not fit


def test_a_second_failure_gets_half_as_much_again_and_a_third_twice() -> None:
    vouchers = [amount(decide(POLICY, late(failures=n)), "voucher") for n in (0, 1, 2, 3)]
    assert vouchers == [cop(25_000), cop(37_500), cop(50_000), cop(50_000)]


def test_the_record_says_what_was_raised_and_why() -> None:
    decision = decide(POLICY, late(failures=1))
    assert any("raised by 50 %" in reason for reason in decision.reasons)
    assert decision.trace.as_dict()["raised_percent"] == "50"


def test_a_right_and_what_settles_it_stay_what_they_are() -> None:
    once = late(category="not_delivered", failures=0)
    often = late(category="not_delivered", failures=2)
    for kind in ("refund", "replacement", "store_credit"):
        assert amount(decide(POLICY, often), kind) == amount(decide(POLICY, once), kind)


def test_who_was_failed_before_is_offered_the_better_model() -> None:
    decision = decide(POLICY, late(category="damaged", failures=1))
    assert decision.rule_id == "product_failed_again"
    assert decision.entitlement is not None
    assert amount(decision, "store_credit") == percent_of(cop(249_900), Decimal(120))


def test_a_raise_that_passes_the_customers_limit_leaves_the_plain_gift() -> None:
    nearly = Usage(customer_count=1, customer_total=cop(570_000))
    decision = decide(POLICY, late(failures=2, usage=nearly))
    assert amount(decision, "voucher") == cop(25_000)


@given(
    category=st.sampled_from(list(CATEGORIES)),
    severity=st.sampled_from(["low", "medium", "high"]),
    pesos=st.integers(1_000, 1_500_000),
    failures=st.integers(0, 5),
    given_before=st.integers(0, 600_000),
)
@example("unanswered_complaint", "high", 70_831, 1, 515_003)  # the whole does not fit, a part does
def test_no_raise_passes_a_limit_or_takes_anything_away(
    category: str, severity: Severity, pesos: int, failures: int, given_before: int
) -> None:
    """Of rules that ask for no failure; those that do are written to offer something else."""
    rules = tuple(rule for rule in POLICY.rules if rule.when.failures is None)
    policy = replace(POLICY, rules=rules)
    usage = Usage(customer_count=1, customer_total=cop(given_before))
    first = CaseFacts(category, severity, cop(pesos), "COP", identity_proven=True, usage=usage)
    one, again = decide(policy, first), decide(policy, replace(first, failures=failures))
    before = {alternative.title.es: alternative for alternative in one.alternatives}
    after = {alternative.title.es: alternative for alternative in again.alternatives}
    assert before.keys() <= after.keys()
    for title, alternative in after.items():
        if alternative.amount is not None:
            assert alternative.amount <= percent_of(cop(pesos), Decimal(120))
            less = before[title].amount
            assert less is not None
            assert less <= alternative.amount
        if alternative.goodwill is not None:
            assert cop(given_before) + alternative.goodwill <= cop(600_000)
