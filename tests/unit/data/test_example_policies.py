"""The example policies: one that cannot be used, or that leaves a customer with nothing."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from bot.category import CATEGORIES, OrderNeed
from bot.company.profile import Company, load_company
from bot.config.settings import ROOT
from bot.money import Money, parse_amount
from bot.policy.decide import decide
from bot.policy.decision import CaseFacts
from bot.policy.loader import POLICY_FILE, load_policy
from bot.policy.model import Policy
from bot.remedy_kind import KINDS

SHOP = ROOT / "data" / "company"
EXAMPLES = {"shop": SHOP} | {
    folder.name: folder for folder in sorted((ROOT / "docs" / "policies").iterdir())
}
# An ordinary purchase there, in major units.
ORDINARY = {"shop": 249_900, "telephone": 24_990, "bank": 180, "hotel": 260, "restaurant": 21_500}
# The most important complaints there: they must be resolved without a human.
IMPORTANT = {
    "shop": ["late_delivery", "not_delivered", "damaged", "defective", "wrong_item"],
    "telephone": ["service_outage", "overcharge", "misleading_offer", "defective", "late_delivery"],
    "bank": ["overcharge", "refund_pending", "service_outage", "unanswered_complaint"],
    "hotel": ["not_delivered", "defective", "late_delivery", "service_outage", "misleading_offer"],
    "restaurant": ["late_delivery", "wrong_item", "defective", "missing_item", "not_delivered"],
}
BUSINESSES = sorted(EXAMPLES)


def load_example(name: str) -> tuple[Company, Policy]:
    folder: Path = EXAMPLES[name]
    company = load_company(folder)
    return company, load_policy(folder / POLICY_FILE, company)


def facts(name: str, company: Company, category: str) -> CaseFacts:
    """A known customer with an ordinary purchase."""
    worth = parse_amount(ORDINARY[name], company.currency)
    severity = CATEGORIES[category].severity
    return CaseFacts(category, severity, worth, company.currency, identity_proven=True)


def test_every_business_has_an_example() -> None:
    assert set(EXAMPLES) == {"shop", "telephone", "bank", "hotel", "restaurant"}


@pytest.mark.parametrize("name", BUSINESSES)
def test_example_loads_without_warnings(name: str) -> None:
    company, policy = load_example(name)
    assert policy.warnings == ()
    assert company.law is not None
    assert policy.weighing is not None
    assert policy.authority.agent is not None


@pytest.mark.parametrize(("name", "category"), list(product(BUSINESSES, CATEGORIES)))
def test_every_complaint_gets_one_to_three_alternatives_or_a_human(
    name: str, category: str
) -> None:
    company, policy = load_example(name)
    decision = decide(policy, facts(name, company, category))
    assert decision.rule_id is not None, decision.reasons
    if decision.outcome == "person":
        assert decision.reason == "rule_says_person"
        assert category not in IMPORTANT[name]
    else:
        assert 1 <= len(decision.alternatives) <= 3
        titles = [
            alternative.title[language]
            for alternative in decision.alternatives
            for language in ("es", "en")
        ]
        assert all(len(title) <= 20 for title in titles), titles


@pytest.mark.parametrize("name", BUSINESSES)
def test_important_complaints_get_goodwill_worth_more_than_its_cost(name: str) -> None:
    company, policy = load_example(name)
    for category in IMPORTANT[name]:
        decision = decide(policy, facts(name, company, category))
        goodwill = [
            (alternative.worth, alternative.cost)
            for alternative in decision.alternatives
            if not alternative.is_entitlement
        ]
        assert any(worth and cost and worth > cost for worth, cost in goodwill), category


@pytest.mark.parametrize("name", BUSINESSES)
def test_unidentified_customer_gets_no_money_and_always_a_rule(name: str) -> None:
    _, policy = load_example(name)
    for rule in policy.rules:
        if rule.when.identity == "any":
            assert rule.entitlement is None
            assert not any(KINDS[part.kind].is_money for part in rule.offer)
    for category in CATEGORIES.values():
        if category.order is OrderNeed.NONE:
            unidentified = CaseFacts(category.slug, category.severity)
            assert decide(policy, unidentified).rule_id, category.slug


@pytest.mark.parametrize("name", BUSINESSES)
def test_goodwill_for_a_high_value_is_limited(name: str) -> None:
    """For a hundred times the value, each alternative stays within the customer's limit."""
    company, policy = load_example(name)
    for category in IMPORTANT[name]:
        ordinary = facts(name, company, category)
        assert ordinary.order_value is not None
        much = Money(ordinary.order_value.amount_minor * 100, company.currency)
        decision = decide(policy, replace(ordinary, order_value=much))
        for alternative in decision.alternatives:
            if alternative.goodwill is not None:
                assert alternative.goodwill <= policy.limits.per_customer.max_total
