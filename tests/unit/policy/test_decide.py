"""decide(): the right rule and alternatives, within the limits, and never a refusal."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.category import CATEGORIES, Severity
from bot.company.profile import load_company
from bot.money import Money, percent_of
from bot.policy.decide import decide
from bot.policy.decision import CaseFacts, Decision
from bot.policy.limit_check import Usage
from bot.policy.loader import POLICY_FILE, load_policy
from bot.policy.model import Policy
from bot.remedy_kind import KINDS

DEMO = Path(__file__).parents[3] / "data" / "company"
COMPANY = load_company(DEMO)
POLICY = load_policy(DEMO / POLICY_FILE, COMPANY)
MONEY = {"voucher", "store_credit", "refund", "bill_credit"}


def cop(pesos: int) -> Money:
    return Money(pesos * 100, "COP")


def case(
    category: str, severity: Severity = "medium", pesos: int | None = 249900, **more: Any
) -> CaseFacts:
    """Return the facts of a case with proven identity and an order of that many pesos."""
    order = (cop(pesos), "COP") if pesos else (None, None)
    return CaseFacts(category, severity, *order, **{"identity_proven": True, **more})


def kinds(decision: Decision) -> list[str]:
    return [alternative.kind for alternative in decision.alternatives]


@pytest.mark.parametrize(
    ("facts", "rule", "offered"),
    [
        (case("late_delivery"), "late", ["voucher", "free_shipping"]),
        (case("late_delivery", "high"), "late_high", ["refund", "voucher", "free_shipping"]),
        (case("late_delivery", tier="gold"), "late_gold", ["gift", "voucher", "free_shipping"]),
        (case("late_delivery", desired="refund"), "late_cancel",
         ["refund", "store_credit", "voucher"]),
        (case("not_delivered"), "not_delivered", ["refund", "replacement", "store_credit"]),
        (case("damaged", "low"), "damaged_low", ["refund", "replacement", "voucher"]),
        (case("damaged"), "damaged", ["refund", "replacement", "store_credit"]),
        (case("damaged", pesos=1500000), "damaged", ["refund", "replacement", "store_credit"]),
        (case("damaged", pesos=2900000, has_photo=True), "damaged_high_value_with_photo",
         ["refund", "replacement", "store_credit"]),
        (case("defective"), "defective", ["refund", "warranty_extension", "store_credit"]),
        (case("defective", tier="gold"), "defective_gold", ["refund", "upgrade", "store_credit"]),
        (case("damaged", "low", failures=1), "product_failed_again",
         ["refund", "upgrade", "store_credit"]),
        (case("wrong_item"), "wrong_item", ["refund", "replacement", "store_credit"]),
        (case("missing_item"), "missing_item", ["replacement", "gift", "refund"]),
        (case("overcharge"), "overcharge", ["refund", "store_credit", "bill_credit"]),
        (case("refund_pending"), "refund_pending", ["refund", "store_credit"]),
        (case("rude_treatment", pesos=None), "rude_treatment_known",
         ["apology_call_back", "gift", "voucher"]),
        (case("rude_treatment", pesos=None, identity_proven=False), "rude_treatment",
         ["apology_call_back", "free_shipping"]),
        (case("service_outage", pesos=None, identity_proven=False), "service_outage",
         ["free_shipping", "apology_call_back"]),
        (case("warranty_denied"), "warranty_denied",
         ["refund", "warranty_extension", "store_credit"]),
        (case("misleading_offer"), "misleading_offer_order", ["refund", "store_credit", "refund"]),
        (case("misleading_offer", pesos=None), "misleading_offer",
         ["apology_call_back", "free_shipping"]),
        (case("unanswered_complaint", "high", None), "unanswered_known",
         ["apology_call_back", "voucher", "free_shipping"]),
        (case("debt_collection", pesos=None, identity_proven=False), "debt_collection",
         ["apology_call_back"]),
        (case("other_complaint", "low", None, identity_proven=False), "other",
         ["apology_call_back", "free_shipping"]),
    ],
)  # fmt: skip
def test_demo_policy_offers(facts: CaseFacts, rule: str, offered: list[str]) -> None:
    decision = decide(POLICY, facts)
    assert (decision.outcome, decision.reason) == ("offer", None)
    assert decision.rule_id == rule
    assert kinds(decision) == offered
    assert decision.policy_version == POLICY.version
    assert decision.reasons


@pytest.mark.parametrize(
    ("facts", "rule", "reason"),
    [
        (case("damaged", pesos=2900000), "damaged_high_value", "rule_says_person"),
        (case("damaged", pesos=9000000, has_photo=True), "damaged_high_value", "rule_says_person"),
        (case("not_delivered", pesos=2900000), "not_delivered_high_value", "rule_says_person"),
        (case("debt_collection", "high", None), "debt_collection_harassment", "rule_says_person"),
        (case("debt_collection", "high", None, identity_proven=False),
         "debt_collection_harassment", "rule_says_person"),
        (case("damaged", identity_proven=False), None, "needs_identity"),
        (case("damaged", pesos=None), None, "needs_order"),
        (case("damaged", pesos=None, identity_proven=False), None, "needs_order"),
        (case("a_category_to_come"), None, "no_rule"),
        (case("damaged", usage=Usage(order_count=1)), "damaged", "order_limit"),
        (case("damaged", usage=Usage(customer_count=2)), "damaged", "customer_limit"),
        (case("rude_treatment", pesos=None, usage=Usage(customer_total=cop(600000))),
         "rude_treatment_known", None),
        (case("service_outage", "high", None, usage=Usage(customer_total=cop(590000))),
         "service_outage_known", None),
    ],
)  # fmt: skip
def test_demo_policy_leaves_case_to_human(
    facts: CaseFacts, rule: str | None, reason: str | None
) -> None:
    decision = decide(POLICY, facts)
    assert (decision.rule_id, decision.reason) == (rule, reason)
    assert decision.outcome == ("person" if reason else "offer")
    assert bool(decision.alternatives) == (reason is None)
    assert decision.reasons


def test_order_in_other_currency_goes_to_human() -> None:
    for facts in (
        replace(case("damaged"), order_value=Money(10000, "USD"), order_currency="USD"),
        replace(case("rude_treatment", pesos=None), order_currency="MXN"),
    ):
        decision = decide(POLICY, facts)
        assert (decision.outcome, decision.reason) == ("person", "other_currency")


def test_credit_is_worth_more_than_refund_and_costs_less() -> None:
    decision = decide(POLICY, case("damaged"))
    refund, replacement, credit = decision.alternatives
    assert decision.entitlement is refund
    assert (refund.amount, refund.cost, refund.right) == (
        cop(249900),
        cop(249900),
        "product_as_bought",
    )
    assert refund.hands == "bank"
    assert refund.due is not None
    assert refund.due.business_days == 5
    assert refund.goodwill is None
    assert replacement.amount is None
    assert replacement.cost is not None
    assert credit.amount == cop(275000)
    assert credit.goodwill == cop(25100)
    assert credit.cost is not None
    assert credit.cost < cop(249900)
    assert credit.hands is None
    assert credit.due is None
    assert credit.valid_days == 365
    assert credit.detail["es"].startswith("Recibe ya $275.000 de saldo")
    assert credit.detail["en"].startswith("You get COP 275,000 of credit")


@pytest.mark.parametrize("kind", ["refund", "replacement", "store_credit"])
def test_desired_kind_is_listed_first(kind: str) -> None:
    decision = decide(POLICY, case("damaged", desired=kind))
    assert decision.alternatives[0].kind == kind
    assert len(decision.alternatives) == 3
    assert decision.entitlement is not None


def test_desired_kind_that_is_not_offered_changes_nothing() -> None:
    assert kinds(decide(POLICY, case("damaged", desired="gift"))) == kinds(
        decide(POLICY, case("damaged"))
    )


def test_case_without_order_is_decided_by_rule_without_percentage() -> None:
    decision = decide(POLICY, case("other_complaint", "low", None))
    assert decision.rule_id == "other"


def test_alternative_can_be_stored_as_json() -> None:
    refund, _, credit = decide(POLICY, case("damaged")).alternatives
    stored = json.loads(json.dumps(credit.as_dict()))
    assert stored["title"] == {"es": "Saldo con 10 % más", "en": "Credit with 10% more"}
    assert (stored["amount_minor"], stored["currency"]) == (27500000, "COP")
    assert stored["due"] is None
    assert refund.as_dict()["due"] == {"business_days": 5}


# Allows several remedies on one order, so that earlier ones reduce what the next may be.
MULTIPLE_REMEDIES = replace(
    POLICY,
    limits=POLICY.limits.model_copy(
        update={
            "per_order": POLICY.limits.per_order.model_copy(update={"max_remedies": 5}),
            "per_customer": POLICY.limits.per_customer.model_copy(update={"max_remedies": 5}),
        }
    ),
)


def test_goodwill_is_cut_to_what_the_order_limit_leaves() -> None:
    used = Usage(order_count=1, order_total=cop(290000))
    decision = decide(MULTIPLE_REMEDIES, case("late_delivery", usage=used))
    assert [alternative.amount for alternative in decision.alternatives] == [cop(9880)]


def test_credit_that_settles_right_is_left_out_not_cut() -> None:
    used = Usage(order_count=1, order_total=cop(40000))
    decision = decide(MULTIPLE_REMEDIES, case("damaged", usage=used))
    assert kinds(decision) == ["refund", "replacement"]
    assert any("left out" in note for note in decision.reasons)


def test_entitlement_is_never_cut_and_never_paid_twice() -> None:
    used = Usage(order_count=1, order_total=cop(249900))
    decision = decide(MULTIPLE_REMEDIES, case("damaged", usage=used))
    assert (decision.outcome, decision.reason) == ("person", "order_limit")
    small = decide(
        MULTIPLE_REMEDIES, case("damaged", usage=Usage(order_count=1, order_total=cop(10000)))
    )
    assert small.entitlement is not None
    assert small.entitlement.amount == cop(249900)


def test_customer_at_limit_keeps_entitlement_and_remedies_without_money() -> None:
    used = Usage(customer_count=1, customer_total=cop(600000))
    decision = decide(POLICY, case("damaged", usage=used))
    assert kinds(decision) == ["refund", "replacement"]


def test_order_of_no_value_goes_to_human() -> None:
    decision = decide(POLICY, case("damaged", usage=Usage(), pesos=None))
    assert decision.outcome == "person"
    free = replace(case("damaged"), order_value=cop(0))
    assert decide(POLICY, free).outcome == "person"


cases = st.builds(
    CaseFacts,
    category=st.sampled_from([*CATEGORIES, "unheard_of"]),
    severity=st.sampled_from(["low", "medium", "high"]),
    order_value=st.none() | st.integers(0, 10**9).map(lambda minor: Money(minor, "COP")),
    order_currency=st.just("COP"),
    tier=st.sampled_from(["standard", "gold", "other"]),
    identity_proven=st.booleans(),
    has_photo=st.booleans(),
    value_at_risk=st.none() | st.integers(0, 10**9).map(lambda minor: Money(minor, "COP")),
    failures=st.integers(0, 4),
    desired=st.none() | st.sampled_from(list(KINDS)),
    usage=st.builds(
        Usage,
        order_count=st.integers(0, 3),
        order_total=st.none() | st.integers(0, 10**9).map(lambda minor: Money(minor, "COP")),
        customer_count=st.integers(0, 3),
        customer_total=st.none() | st.integers(0, 10**8).map(lambda minor: Money(minor, "COP")),
    ),
)


@settings(max_examples=400, deadline=None)
@given(cases, st.sampled_from([POLICY, MULTIPLE_REMEDIES]))
def test_no_decision_exceeds_limits_or_refuses(facts: CaseFacts, policy: Policy) -> None:
    decision = decide(policy, facts)
    limits, usage = policy.limits, facts.usage
    if decision.outcome == "person":
        assert decision.reason
        assert not decision.alternatives
        return
    assert decision.reason is None
    assert 1 <= len(decision.alternatives) <= 3
    assert sum(alternative.is_entitlement for alternative in decision.alternatives) <= 1
    assert usage.order_count < limits.per_order.max_remedies
    assert usage.customer_count < limits.per_customer.max_remedies
    for alternative in decision.alternatives:
        for money in (alternative.amount, alternative.cost):
            assert money is None or money.amount_minor >= 0
        assert alternative.goodwill is None or alternative.goodwill.amount_minor >= 0
        assert bool(alternative.hands) == bool(alternative.due)
        assert len(alternative.title.es) <= 20
        assert len(alternative.title.en) <= 20
        assert "{" not in alternative.detail.es + alternative.detail.en
        if alternative.amount is None:
            continue
        assert alternative.kind in MONEY
        assert alternative.amount.amount_minor > 0
        if alternative.goodwill:
            given_before = usage.customer_total or cop(0)
            assert given_before + alternative.goodwill <= limits.per_customer.max_total
        if facts.order_value is not None:
            maximum = percent_of(facts.order_value, limits.per_order.max_percent)
            assert alternative.amount + (usage.order_total or cop(0)) <= maximum
            if alternative.is_entitlement or alternative.kind == "refund":
                assert alternative.amount <= facts.order_value
    if facts.desired in kinds(decision):
        assert decision.alternatives[0].kind == facts.desired
    elif decision.entitlement:
        assert decision.alternatives[0].is_entitlement


@settings(max_examples=100, deadline=None)
@given(cases)
def test_decision_is_deterministic(facts: CaseFacts) -> None:
    assert decide(POLICY, facts) == decide(POLICY, facts)


@settings(max_examples=100, deadline=None)
@given(st.integers(100_00, 1_500_000_00))
def test_order_of_higher_value_never_gets_less(minor: int) -> None:
    order, dearer = Money(minor, "COP"), Money(minor + 100_00, "COP")
    for category in ("late_delivery", "damaged"):
        decision = decide(POLICY, replace(case(category), order_value=order))
        dearer_decision = decide(POLICY, replace(case(category), order_value=dearer))
        if decision.rule_id == dearer_decision.rule_id:
            dearer_amounts = {
                dearer_alternative.kind: dearer_alternative.amount
                for dearer_alternative in dearer_decision.alternatives
            }
            for alternative in decision.alternatives:
                assert (alternative.amount or cop(0)) <= (
                    dearer_amounts[alternative.kind] or cop(0)
                )


def test_credit_is_never_less_than_its_text_says() -> None:
    for minor in (100_00, 3_999_00, 39_900_00, 249_900_00, 1_499_999_99):
        decision = decide(POLICY, replace(case("damaged"), order_value=Money(minor, "COP")))
        for alternative in decision.alternatives:
            if alternative.kind == "store_credit":
                assert alternative.amount is not None
                assert alternative.amount >= percent_of(Money(minor, "COP"), Decimal(110))
