"""Goodwill shown in an order that a manager could not work out by hand from the file."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.company.profile import load_company
from bot.money import Money
from bot.policy.decide import decide
from bot.policy.decision import CaseFacts, Decision
from bot.policy.loader import POLICY_FILE, load_policy
from bot.policy.ranking import calculate_weight
from bot.policy.ranking_spec import RankingSpec

DEMO = Path(__file__).parents[3] / "data" / "company"
POLICY = load_policy(DEMO / POLICY_FILE, load_company(DEMO))


def cop(pesos: int) -> Money:
    return Money(pesos * 100, "COP")


WEIGHING = RankingSpec(doubled_at=cop(3_000_000))
LATE_GOLD = CaseFacts(
    "late_delivery",
    "medium",
    order_value=cop(500_000),
    order_currency="COP",
    tier="gold",
    identity_proven=True,
)


def kinds(decision: Decision) -> list[str]:
    return [one.kind for one in decision.alternatives]


@pytest.mark.parametrize(
    ("bought", "weighs"),
    [
        (None, 22_500),  # 67500 x 1 - 45000
        (0, 22_500),
        (1_500_000, 56_250),  # 67500 x 1.5 - 45000, as the policy's comment says
        (3_000_000, 90_000),
        (30_000_000, 90_000),  # never more than twice
    ],
)
def test_the_weight_is_what_the_formula_says(bought: int | None, weighs: int) -> None:
    at_risk = None if bought is None else cop(bought)
    assert calculate_weight(cop(67_500), cop(45_000), WEIGHING, at_risk) == cop(weighs)


def test_who_has_little_at_stake_is_shown_the_cheap_gift_first_and_others_the_voucher() -> None:
    little = decide(POLICY, LATE_GOLD)
    much = decide(POLICY, replace(LATE_GOLD, value_at_risk=cop(3_000_000)))
    assert kinds(little) == ["gift", "voucher", "free_shipping"]
    assert kinds(much) == ["voucher", "gift", "free_shipping"]
    assert [one.weight for one in little.alternatives] == [
        cop(30_000),
        cop(22_500),
        cop(3_600),
    ]
    assert "weighs COP 22,500" in " ".join(little.reasons)


def test_the_order_changes_and_nothing_else() -> None:
    little = decide(POLICY, LATE_GOLD)
    much = decide(POLICY, replace(LATE_GOLD, value_at_risk=cop(3_000_000)))
    amounts = [
        {one.kind: (one.amount, one.cost) for one in decision.alternatives}
        for decision in (little, much)
    ]
    assert amounts[0] == amounts[1]


def test_the_wish_and_the_right_go_before_whatever_weighs_more() -> None:
    late = replace(LATE_GOLD, severity="high", tier="standard")
    assert kinds(decide(POLICY, late))[0] == "refund"
    wished = decide(POLICY, replace(late, desired="free_shipping"))
    assert kinds(wished)[:2] == ["free_shipping", "refund"]


def test_what_has_no_value_keeps_its_place() -> None:
    rude = CaseFacts("rude_treatment", "medium", identity_proven=True)
    decision = decide(POLICY, rude)
    assert kinds(decision) == ["apology_call_back", "gift", "voucher"]
    assert decision.alternatives[0].weight is None


def test_without_weighing_the_order_is_the_one_written() -> None:
    plain = replace(POLICY, weighing=None)
    decision = decide(plain, replace(LATE_GOLD, value_at_risk=cop(3_000_000)))
    assert kinds(decision) == ["voucher", "free_shipping", "gift"]
    assert all(one.weight is None for one in decision.alternatives)
