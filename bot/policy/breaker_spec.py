"""The part of the policy file about the spending breaker: when the assistant stops spending."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field, model_validator

from bot.config.yaml_schema import StrictModel, schema_error
from bot.policy.types import Amount


class BurstSpec(StrictModel):
    """Trip on so many remedies within so many minutes."""

    remedies: Annotated[int, Field(ge=1)]
    minutes: Annotated[int, Field(ge=1, le=1440)]


class UnusualHourSpec(StrictModel):
    """Trip on an hour in which much more is given than usual at that hour."""

    times: Annotated[Decimal, Field(gt=1, le=1000)]  # multiple of the usual value
    at_least: Amount  # in face value; a smaller sum never trips the breaker


class BreakerSpec(StrictModel):
    """The conditions that trip the breaker; an omitted one is not checked."""

    errors_in_a_row: Annotated[int | None, Field(ge=1)] = None
    burst: BurstSpec | None = None
    unusual_hour: UnusualHourSpec | None = None

    @model_validator(mode="after")
    def _check_not_empty(self) -> "BreakerSpec":
        if not (self.errors_in_a_row or self.burst or self.unusual_hour):
            raise schema_error("checks nothing", "errors_in_a_row, burst, unusual_hour")
        return self
