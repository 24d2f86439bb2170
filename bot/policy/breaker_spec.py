"""When the assistant's spending stops by itself, as the policy's file says it."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field, model_validator

from bot.config.yaml_schema import Strict, wrong
from bot.policy.types import Amount


class Burst(Strict):
    """So many remedies within so many minutes."""

    remedies: Annotated[int, Field(ge=1)]
    minutes: Annotated[int, Field(ge=1, le=1440)]


class UnusualHour(Strict):
    """An hour in which much more is given than is usual at that hour."""

    times: Annotated[Decimal, Field(gt=1, le=1000)]  # what is usual
    at_least: Amount  # in value to the customers; a lesser sum is never unusual


class BreakerSpec(Strict):
    """What the breaker looks at; what is left out is not looked at."""

    errors_in_a_row: Annotated[int | None, Field(ge=1)] = None
    burst: Burst | None = None
    unusual_hour: UnusualHour | None = None

    @model_validator(mode="after")
    def _looks_at_something(self) -> "BreakerSpec":
        if not (self.errors_in_a_row or self.burst or self.unusual_hour):
            raise wrong("looks at nothing", "errors_in_a_row, burst, unusual_hour")
        return self
