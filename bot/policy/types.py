"""The words and numbers that every part of the compensation policy is made of."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo

from bot.config.yaml_schema import wrong
from bot.money import Money, MoneyError, parse_amount

Hands = Literal["bank", "warehouse", "branch", "care_team"]
# Who carries it out: our own system, or the company's, which is asked by a webhook.
Provider = Literal["internal", "webhook"]
Identity = Literal["proven", "any"]


def _in_major_units(value: Any, info: ValidationInfo) -> Any:
    """An amount as the manager writes it, in the currency that the loader gives as context."""
    if value is None or isinstance(value, Money):
        return value
    allowed = "major units written plainly, such as 25000, not below zero"
    if not isinstance(value, int | Decimal):
        raise wrong(f"{value!r} is no amount", allowed)
    try:
        money = parse_amount(value, (info.context or {})["currency"])
    except MoneyError as error:
        raise wrong(str(error), allowed) from None
    if money.amount_minor < 0:
        raise wrong(f"{value} is below zero", allowed)
    return money


def _one_or_more(value: Any) -> Any:
    return value if value is None or isinstance(value, list | tuple) else [value]


Amount = Annotated[Money, BeforeValidator(_in_major_units)]
Percent = Annotated[Decimal, Field(gt=0, le=1000)]
Several = BeforeValidator(_one_or_more)


def plain(money: Money) -> str:
    """An amount as the file writes it: 25000."""
    return f"{money.major.normalize():f}"
