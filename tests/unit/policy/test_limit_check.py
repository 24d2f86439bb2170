"""Each limit of the policy, at its bound."""

from decimal import Decimal
from typing import Any

import pytest

from bot.money import Money
from bot.policy.limit_check import RemedyTotal, Usage, find_reached_limit
from bot.policy.limits import Limits


def money(amount: int) -> Money:
    return Money(amount, "COP")


LIMITS = {
    "per_order": {"max_remedies": 2, "max_percent": Decimal(120)},
    "per_customer": {"max_remedies": 3, "max_total": money(100), "period_days": 90},
    "per_household": {"max_remedies": 4, "max_total": money(150), "period_days": 90},
    "per_category": {"damaged": {"max_remedies": 5, "period_days": 30, "for": "everybody"}},
    "per_kind": {"voucher": {"max_total": money(80), "period_days": 30}},
    "daily_budget": money(1000),
}


@pytest.mark.parametrize(
    ("usage", "category", "kind", "goodwill", "limit"),
    [
        ({}, "damaged", "voucher", 80, None),
        ({"order_count": 1}, "damaged", None, 0, None),
        ({"order_count": 2}, "damaged", None, 0, "order_limit"),
        ({"customer_count": 3}, "damaged", None, 0, "customer_limit"),
        ({"customer_total": money(50)}, "damaged", "refund", 50, None),
        ({"customer_total": money(50)}, "damaged", "refund", 51, "customer_limit"),
        ({"customer_total": money(500)}, "damaged", "refund", 0, None),  # no goodwill, a right
        ({"household": RemedyTotal(3, money(150))}, "damaged", None, 0, None),
        ({"household": RemedyTotal(4)}, "damaged", None, 0, "household_limit"),
        ({"household": RemedyTotal(1, money(100))}, "damaged", "refund", 51, "household_limit"),
        ({"category": RemedyTotal(5)}, "damaged", None, 0, "category_limit"),
        ({"category": RemedyTotal(5)}, "late_delivery", None, 0, None),
        ({"kinds": {"voucher": RemedyTotal(9, money(30))}}, "damaged", "voucher", 50, None),
        ({"kinds": {"voucher": RemedyTotal(9, money(30))}}, "damaged", "voucher", 51, "kind_limit"),
        ({"kinds": {"voucher": RemedyTotal(9, money(99))}}, "damaged", None, 0, None),
        ({"kinds": {"voucher": RemedyTotal(9, money(99))}}, "damaged", "refund", 51, None),
    ],
)
def test_limit_is_reached_exactly_at_its_bound(
    usage: dict[str, Any], category: str, kind: str | None, goodwill: int, limit: str | None
) -> None:
    limits = Limits.model_validate(LIMITS)
    assert find_reached_limit(limits, Usage(**usage), category, kind, money(goodwill)) == limit
