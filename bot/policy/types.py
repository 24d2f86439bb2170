"""The value types of which the policy's models are made: amounts, percentages, fixed words."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo

from bot.config.yaml_schema import schema_error
from bot.money import Money, MoneyError, parse_amount

# The team that does what takes time; the file and the stored terms call it `hands`.
Team = Literal["bank", "warehouse", "branch", "care_team"]
# What carries a remedy out: our own system, or the company's, which a webhook asks.
Provider = Literal["internal", "webhook"]
RequiredIdentity = Literal["proven", "any"]


def _parse_major_units(value: Any, info: ValidationInfo) -> Any:
    """Read an amount in major units, in the currency that the loader gives as context."""
    if value is None or isinstance(value, Money):
        return value
    allowed = "major units written plainly, such as 25000, not below zero"
    if not isinstance(value, int | Decimal):
        raise schema_error(f"{value!r} is no amount", allowed)
    try:
        money = parse_amount(value, (info.context or {})["currency"])
    except MoneyError as error:
        raise schema_error(str(error), allowed) from None
    if money.amount_minor < 0:
        raise schema_error(f"{value} is below zero", allowed)
    return money


def _as_list(value: Any) -> Any:
    return value if value is None or isinstance(value, list | tuple) else [value]


Amount = Annotated[Money, BeforeValidator(_parse_major_units)]
Percent = Annotated[Decimal, Field(gt=0, le=1000)]
OneOrMany = BeforeValidator(_as_list)  # for a field that takes one value or a list


def format_plain(money: Money) -> str:
    """Return an amount as the file writes it: 25000."""
    return f"{money.major.normalize():f}"
