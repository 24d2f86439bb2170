"""Ranking of goodwill by the formula that the policy file explains."""

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


RANKING = RankingSpec(doubled_at=cop(3_000_000))
LATE_GOLD = CaseFacts(
    "late_delivery",
    "medium",
    order_value=cop(500_000),
    order_currency="COP",
    tier="gold",
    identity_proven=True,
)


def kinds(decision: Decision) -> list[str]:
    return [alternative.kind for alternative in decision.alternatives]


@pytest.mark.parametrize(
    ("purchases", "expected"),
    [
        (None, 22_500),  # 67500 x 1 - 45000
        (0, 22_500),
        (1_500_000, 56_250),  # 67500 x 1.5 - 45000, as the policy's comment says
        (3_000_000, 90_000),
        (30_000_000, 90_000),  # never more than twice
    ],
)
def test_calculate_weight(purchases: int | None, expected: int) -> None:
    at_risk = None if purchases is None else cop(purchases)
    assert calculate_weight(cop(67_500), cop(45_000), RANKING, at_risk) == cop(expected)


def test_stake_decides_whether_cheap_gift_or_voucher_is_first() -> None:
    low_stake = decide(POLICY, LATE_GOLD)
    high_stake = decide(POLICY, replace(LATE_GOLD, value_at_risk=cop(3_000_000)))
    assert kinds(low_stake) == ["gift", "voucher", "free_shipping"]
    assert kinds(high_stake) == ["voucher", "gift", "free_shipping"]
    assert [alternative.weight for alternative in low_stake.alternatives] == [
        cop(30_000),
        cop(22_500),
        cop(3_600),
    ]
    assert "weighs COP 22,500" in " ".join(low_stake.reasons)


def test_ranking_changes_no_amounts() -> None:
    low_stake = decide(POLICY, LATE_GOLD)
    high_stake = decide(POLICY, replace(LATE_GOLD, value_at_risk=cop(3_000_000)))
    amounts = [
        {
            alternative.kind: (alternative.amount, alternative.cost)
            for alternative in decision.alternatives
        }
        for decision in (low_stake, high_stake)
    ]
    assert amounts[0] == amounts[1]


def test_desired_kind_and_entitlement_precede_heavier_goodwill() -> None:
    late = replace(LATE_GOLD, severity="high", tier="standard")
    assert kinds(decide(POLICY, late))[0] == "refund"
    with_wish = decide(POLICY, replace(late, desired="free_shipping"))
    assert kinds(with_wish)[:2] == ["free_shipping", "refund"]


def test_alternative_without_value_keeps_its_place() -> None:
    rude = CaseFacts("rude_treatment", "medium", identity_proven=True)
    decision = decide(POLICY, rude)
    assert kinds(decision) == ["apology_call_back", "gift", "voucher"]
    assert decision.alternatives[0].weight is None


def test_without_ranking_alternatives_keep_order_of_file() -> None:
    policy = replace(POLICY, weighing=None)
    decision = decide(policy, replace(LATE_GOLD, value_at_risk=cop(3_000_000)))
    assert kinds(decision) == ["voucher", "free_shipping", "gift"]
    assert all(alternative.weight is None for alternative in decision.alternatives)
