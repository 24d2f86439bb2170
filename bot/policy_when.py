"""The conditions of the policy's rules: which cases a rule is for."""

from typing import Annotated

from pydantic import Field, model_validator

from bot.category import Severity
from bot.checked_file import NotEmpty, Strict, wrong
from bot.kinds import Kind
from bot.money import Money
from bot.policy_words import Amount, CategorySlug, Identity, Several, plain


class Range(Strict):
    """Order values from one amount to another, both included."""

    low: Amount | None = Field(None, alias="from")
    high: Amount | None = Field(None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> "Range":
        if self.low is not None and self.high is not None and self.high < self.low:
            raise wrong("ends before it begins", f"{plain(self.low)} or more", "to")
        return self

    def holds(self, value: Money | None) -> bool:
        """Whether there is an order of such a value."""
        if value is None or (self.low is not None and value < self.low):
            return False
        return self.high is None or value <= self.high

    def covers(self, other: "Range") -> bool:
        """Whether every value of the other range is in this one too."""
        low = self.low is None or (other.low is not None and other.low >= self.low)
        high = self.high is None or (other.high is not None and other.high <= self.high)
        return low and high


class When(Strict):
    """What a case must be like for a rule to hold; what is left out does not matter."""

    category: Annotated[tuple[CategorySlug, ...], Several, NotEmpty]
    severity: Annotated[tuple[Severity, ...] | None, Several] = None
    order_value: Range | None = None  # given at all, there must be an order
    tier: Annotated[tuple[str, ...] | None, Several] = None
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
            and (
                self.order_value is None
                or (other.order_value is not None and self.order_value.covers(other.order_value))
            )
        )


def _covers(mine: tuple[str, ...] | None, theirs: tuple[str, ...] | None) -> bool:
    return mine is None or (theirs is not None and set(theirs) <= set(mine))
