"""The conditions of the policy's rules: the cases to which a rule applies."""

from typing import Annotated

from pydantic import Field, model_validator

from bot.category import Severity
from bot.config.category_slug import CategorySlug
from bot.config.yaml_schema import NotEmpty, StrictModel, schema_error
from bot.money import Money
from bot.policy.types import Amount, OneOrMany, RequiredIdentity, format_plain
from bot.remedy_kind import Kind


class AmountRange(StrictModel):
    """Amounts from ``low`` to ``high``, both included; None means no bound."""

    low: Amount | None = Field(None, alias="from")
    high: Amount | None = Field(None, alias="to")

    @model_validator(mode="after")
    def _check_order(self) -> "AmountRange":
        if self.low is not None and self.high is not None and self.high < self.low:
            raise schema_error("ends before it begins", f"{format_plain(self.low)} or more", "to")
        return self

    def contains(self, value: Money | None) -> bool:
        """Return True if there is a value and it lies in the range."""
        if value is None or (self.low is not None and value < self.low):
            return False
        return self.high is None or value <= self.high

    def covers(self, other: "AmountRange") -> bool:
        """Return True if every value of the other range lies in this one."""
        low = self.low is None or (other.low is not None and other.low >= self.low)
        high = self.high is None or (other.high is not None and other.high <= self.high)
        return low and high


class CountRange(StrictModel):
    """Whole numbers from ``low`` to ``high``, both included; None means no upper bound."""

    low: Annotated[int, Field(ge=0, alias="from")] = 0
    high: Annotated[int | None, Field(ge=0, alias="to")] = None

    @model_validator(mode="after")
    def _check_order(self) -> "CountRange":
        if self.high is not None and self.high < self.low:
            raise schema_error("ends before it begins", f"{self.low} or more", "to")
        return self

    def contains(self, number: int) -> bool:
        """Return True if the number lies in the range."""
        return self.low <= number and (self.high is None or number <= self.high)

    def covers(self, other: "CountRange") -> bool:
        """Return True if every number of the other range lies in this one."""
        high = self.high is None or (other.high is not None and other.high <= self.high)
        return self.low <= other.low and high


class Conditions(StrictModel):
    """The conditions of a rule, which all must be met; an omitted one is not checked."""

    category: Annotated[tuple[CategorySlug, ...], OneOrMany, NotEmpty]
    severity: Annotated[tuple[Severity, ...] | None, OneOrMany] = None
    order_value: AmountRange | None = None  # never met without an order
    tier: Annotated[tuple[str, ...] | None, OneOrMany] = None
    value_at_risk: AmountRange | None = None  # purchases of a year; never met by a stranger
    failures: CountRange | None = None  # earlier cases of the same customer
    identity: RequiredIdentity = "proven"
    photo: bool | None = None
    desired: Annotated[tuple[Kind, ...] | None, OneOrMany] = None

    def covers(self, other: "Conditions") -> bool:
        """Return True if every case that meets the other conditions meets these."""
        return (
            set(other.category) <= set(self.category)
            and _covers_words(self.severity, other.severity)
            and _covers_words(self.tier, other.tier)
            and _covers_words(self.desired, other.desired)
            and self.identity in ("any", other.identity)
            and self.photo in (None, other.photo)
            and _covers_range(self.order_value, other.order_value)
            and _covers_range(self.value_at_risk, other.value_at_risk)
            and (self.failures is None or self.failures.covers(other.failures or CountRange()))
        )


def _covers_range(broad: AmountRange | None, narrow: AmountRange | None) -> bool:
    return broad is None or (narrow is not None and broad.covers(narrow))


def _covers_words(broad: tuple[str, ...] | None, narrow: tuple[str, ...] | None) -> bool:
    return broad is None or (narrow is not None and set(narrow) <= set(broad))
