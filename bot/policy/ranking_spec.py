"""The part of the policy file that says how goodwill is ranked."""

from typing import Annotated

from pydantic import AfterValidator

from bot.config.yaml_schema import StrictModel, schema_error
from bot.money import Money
from bot.policy.types import Amount


def _check_above_zero(amount: Money) -> Money:
    if not amount.amount_minor:
        raise schema_error("is nothing", "an amount above zero, such as 3000000")
    return amount


class RankingSpec(StrictModel):
    """How the customer's purchases of a year change the ranking; the file calls it `weighing`."""

    # From these purchases on, what the alternative is worth to the customer counts twice.
    doubled_at: Annotated[Amount, AfterValidator(_check_above_zero)]
