"""How goodwill is ranked, as the policy's file says it."""

from typing import Annotated

from pydantic import AfterValidator

from bot.config.yaml_schema import Strict, wrong
from bot.money import Money
from bot.policy.types import Amount


def _above_zero(amount: Money) -> Money:
    if not amount.amount_minor:
        raise wrong("is nothing", "an amount above zero, such as 3000000")
    return amount


class Weighing(Strict):
    """From which purchases of a year on the customer's side counts twice."""

    doubled_at: Annotated[Amount, AfterValidator(_above_zero)]
