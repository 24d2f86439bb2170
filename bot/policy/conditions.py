"""The conditions of the policy's rules: which cases a rule is for."""

from typing import Annotated

from pydantic import Field, model_validator

from bot.category import Severity
from bot.config.category_slug import CategorySlug
from bot.config.yaml_schema import NotEmpty, Strict, wrong
from bot.money import Money
from bot.policy.types import Amount, Identity, Several, plain
from bot.remedy_kind import Kind


class Range(Strict):
    """Amounts from one to another, both included."""

    low: Amount | None = Field(None, alias="from")
    high: Amount | None = Field(None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> "Range":
        if self.low is not None and self.high is not None and self.high < self.low:
            raise wrong("ends before it begins", f"{plain(self.low)} or more", "to")
        return self

    def holds(self, value: Money | None) -> bool:
        """Whether there is such an amount."""
        if value is None or (self.low is not None and value < self.low):
            return False
        return self.high is None or value <= self.high

    def covers(self, other: "Range") -> bool:
        """Whether every value of the other range is in this one too."""
        low = self.low is None or (other.low is not None and other.low >= self.low)
        high = self.high is None or (other.high is not None and other.high <= self.high)
        return low and high


class Count(Strict):
    """Whole numbers from one to another, both included."""

    low: Annotated[int, Field(ge=0, alias="from")] = 0
    high: Annotated[int | None, Field(ge=0, alias="to")] = None

    @model_validator(mode="after")
    def _in_order(self) -> "Count":
        if self.high is not None and self.high < self.low:
            raise wrong("ends before it begins", f"{self.low} or more", "to")
        return self

    def holds(self, number: int) -> bool:
        """Whether the number is one of these."""
        return self.low <= number and (self.high is None or number <= self.high)

    def covers(self, other: "Count") -> bool:
        """Whether every number of the other range is in this one too."""
        high = self.high is None or (other.high is not None and other.high <= self.high)
        return self.low <= other.low and high


class When(Strict):
    """What a case must be like for a rule to hold; what is left out does not matter."""

    category: Annotated[tuple[CategorySlug, ...], Several, NotEmpty]
    severity: Annotated[tuple[Severity, ...] | None, Several] = None
    order_value: Range | None = None  # given at all, there must be an order
    tier: Annotated[tuple[str, ...] | None, Several] = None
    value_at_risk: Range | None = None  # of a year; given at all, the customer must be known
    failures: Count | None = None  # earlier ones of the same person
    identity: Identity = "proven"
    photo: bool | None = None
    desired: Annotated[tuple[Kind, ...] | None, Several] = None

    def covers(self, other: "When") -> bool:
        """Whether every case of the other condition falls under this one too."""
        return (
            set(other.category) <= set(self.category)
            and _covers(self.severity, other.severity)
            and _covers(self.tier, other.tier)
            and _covers(self.desired, other.desired)
            and self.identity in ("any", other.identity)
            and self.photo in (None, other.photo)
            and _holds_within(self.order_value, other.order_value)
            and _holds_within(self.value_at_risk, other.value_at_risk)
            and (self.failures is None or self.failures.covers(other.failures or Count()))
        )


def _holds_within(mine: Range | None, theirs: Range | None) -> bool:
    return mine is None or (theirs is not None and mine.covers(theirs))


def _covers(mine: tuple[str, ...] | None, theirs: tuple[str, ...] | None) -> bool:
    return mine is None or (theirs is not None and set(theirs) <= set(mine))
