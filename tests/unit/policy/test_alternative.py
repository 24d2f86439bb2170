"""Alternatives: face value, goodwill, and amounts in their texts."""

from decimal import Decimal
from pathlib import Path

import pytest

from bot.company.profile import load_company
from bot.config.localized import LocalText
from bot.money import Money
from bot.policy.alternative import build_alternative, face_value
from bot.policy.loader import POLICY_FILE, load_policy
from bot.policy.model import AlternativeSpec, EntitlementSpec, TitleText

DEMO = Path(__file__).parents[3] / "data" / "company"
POLICY = load_policy(DEMO / POLICY_FILE, load_company(DEMO))
WORDS = {
    "title": TitleText(es="Bono", en="Voucher"),
    "detail": LocalText(es="Recibe {amount}.", en="You get {amount}."),
}


def cop(pesos: int) -> Money:
    return Money(pesos * 100, "COP")


def spec(**fields: object) -> AlternativeSpec:
    return AlternativeSpec.model_validate(WORDS | {"kind": "voucher"} | fields)


TENTH = {
    "percent": Decimal(10),
    "at_least": cop(20000),
    "at_most": cop(80000),
    "round_to": cop(1000),
}


@pytest.mark.parametrize(
    ("fields", "order", "value"),
    [
        ({"value": cop(25000)}, None, cop(25000)),
        ({"value": cop(25000)}, cop(10000), cop(25000)),
        (TENTH, cop(249900), cop(25000)),
        (TENTH, cop(250100), cop(26000)),  # rounded in the customer's favour
        (TENTH, cop(39900), cop(20000)),
        (TENTH, cop(2900000), cop(80000)),
        ({"kind": "refund", "percent": 100}, cop(249900), cop(249900)),
        ({"kind": "refund", "percent": 99, "round_to": cop(1000)}, cop(249900), cop(248000)),
        ({"kind": "refund", "percent": 100, "round_to": cop(1000)}, cop(249900), cop(249900)),
        ({"kind": "refund", "value": cop(50000)}, cop(39900), cop(39900)),
        ({"kind": "replacement", "percent": 100, "detail": WORDS["title"]}, cop(39900), cop(39900)),
    ],
)
def test_face_value(fields: dict[str, object], order: Money | None, value: Money) -> None:
    assert face_value(spec(**fields), order) == value


def test_face_value_of_remedy_without_value_is_none() -> None:
    assert face_value(spec(kind="apology_call_back", detail=WORDS["title"]), cop(1000)) is None


@pytest.mark.parametrize("fields", [TENTH, {"kind": "refund", "value": cop(100)}])
def test_face_value_without_order_raises(fields: dict[str, object]) -> None:
    with pytest.raises(LookupError):
        face_value(spec(**fields), None)


def test_entitlement_is_never_worth_more_than_order() -> None:
    right = EntitlementSpec.model_validate(
        WORDS | {"kind": "store_credit", "value": cop(50000), "right": "refund_owed"}
    )
    assert face_value(right, cop(39900)) == cop(39900)
    alternative = build_alternative(right, POLICY, cop(39900))
    assert alternative.is_entitlement
    assert alternative.goodwill is None


@pytest.mark.parametrize(
    ("fields", "owed", "goodwill"),
    [
        ({}, None, 50000),
        ({}, 40000, 50000),
        ({"settles_right": True}, 40000, 10000),
        ({"settles_right": True}, 60000, 0),
        ({"settles_right": True}, None, 50000),
        ({"kind": "refund"}, None, 0),
    ],
)
def test_goodwill_is_what_exceeds_the_right(
    fields: dict[str, object], owed: int | None, goodwill: int
) -> None:
    alternative = build_alternative(
        spec(value=cop(50000), **fields), POLICY, cop(50000), cop(owed) if owed else None
    )
    assert alternative.goodwill == cop(goodwill)


def test_amount_is_filled_in_in_each_language() -> None:
    alternative = build_alternative(spec(value=cop(25000), cost_percent=60), POLICY, cop(25000))
    assert alternative.detail == LocalText(es="Recibe $25.000.", en="You get COP 25,000.")
    assert alternative.cost == cop(15000)


def test_remedy_that_is_no_money_has_cost_and_no_amount() -> None:
    alternative = build_alternative(
        spec(kind="gift", value=cop(40000), cost_percent=50, detail=WORDS["title"]),
        POLICY,
        cop(40000),
    )
    assert (alternative.amount, alternative.goodwill, alternative.cost) == (None, None, cop(20000))
