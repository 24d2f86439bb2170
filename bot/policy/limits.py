"""What the system may give away by itself, as the policy's file says it."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from bot.config.category_slug import CategorySlug
from bot.config.yaml_schema import NotEmpty, Strict, wrong
from bot.money import Money
from bot.policy.types import Amount, Percent, plain
from bot.remedy_kind import KINDS, Kind

Count = Annotated[int, Field(ge=1)]
Days = Annotated[int, Field(ge=1, le=3650)]


class PerOrder(Strict):
    """What may be given on one order."""

    max_remedies: Count
    max_percent: Percent  # of the value of the order, all remedies together
    period_days: Days | None = None  # without it, for ever


class Cap(Strict):
    """How many remedies, or how much goodwill, in a rolling period."""

    max_remedies: Count | None = None
    max_total: Amount | None = None  # of goodwill
    period_days: Days

    @model_validator(mode="after")
    def _limits_something(self) -> "Cap":
        if self.max_remedies is None and self.max_total is None:
            raise wrong("limits nothing", "max_remedies, max_total or both")
        return self


class PerCustomer(Cap):
    """What one customer may be given in a rolling period."""

    max_remedies: Count
    max_total: Amount


class ScopedCap(Cap):
    """A cap for each customer, or for all that the system gives."""

    scope: Literal["customer", "everybody"] = Field("customer", alias="for")


class Limits(Strict):
    """What the system may give away by itself; beyond it a person decides."""

    per_order: PerOrder
    per_customer: PerCustomer
    per_household: Cap | None = None
    per_category: Annotated[dict[CategorySlug, ScopedCap] | None, NotEmpty] = None
    per_kind: Annotated[dict[Kind, ScopedCap] | None, NotEmpty] = None
    daily_budget: Amount  # of what goodwill costs the company
    weekly_budget: Amount | None = None
    monthly_budget: Amount | None = None

    @property
    def budgets(self) -> Mapping[str, Money | None]:
        """The budget of each period, as ``bot.ledger.budgets`` names them."""
        return {
            "day": self.daily_budget,
            "week": self.weekly_budget,
            "month": self.monthly_budget,
        }

    def of_kind(self, kind: str) -> ScopedCap | None:
        """The cap of one kind of remedy."""
        caps = (self.per_kind or {}).items()
        return next((cap for name, cap in caps if name == kind), None)

    @model_validator(mode="after")
    def _budgets_that_grow(self) -> "Limits":
        shorter, name = self.daily_budget, "daily_budget"
        for key in ("weekly_budget", "monthly_budget"):
            longer = getattr(self, key)
            if longer is not None and longer < shorter:
                raise wrong(f"is below {name}", f"{plain(shorter)} or more", key)
            if longer is not None:
                shorter, name = longer, key
        return self

    @model_validator(mode="after")
    def _totals_of_money(self) -> "Limits":
        for kind, cap in (self.per_kind or {}).items():
            if cap.max_total is not None and not KINDS[kind].is_money:
                raise wrong(f"per_kind: a {kind} is no sum of money", "max_remedies", "per_kind")
        return self
