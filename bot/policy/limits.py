"""The part of the policy file that limits what the assistant may give by itself."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from bot.config.category_slug import CategorySlug
from bot.config.yaml_schema import NotEmpty, StrictModel, schema_error
from bot.money import Money
from bot.policy.types import Amount, Percent, format_plain
from bot.remedy_kind import KINDS, Kind

RemedyCount = Annotated[int, Field(ge=1)]
Days = Annotated[int, Field(ge=1, le=3650)]


class PerOrder(StrictModel):
    """The limits of one order."""

    max_remedies: RemedyCount
    max_percent: Percent  # of the order's value, for all its remedies together
    period_days: Days | None = None  # None: all time


class Cap(StrictModel):
    """How many remedies, or how much goodwill in money, in a rolling period of days."""

    max_remedies: RemedyCount | None = None
    max_total: Amount | None = None  # goodwill only, without entitlements
    period_days: Days

    @model_validator(mode="after")
    def _check_not_empty(self) -> "Cap":
        if self.max_remedies is None and self.max_total is None:
            raise schema_error("limits nothing", "max_remedies, max_total or both")
        return self


class PerCustomer(Cap):
    """The limits of one customer, both required."""

    max_remedies: RemedyCount
    max_total: Amount


class ScopedCap(Cap):
    """A cap that counts one customer's remedies, or everybody's."""

    scope: Literal["customer", "everybody"] = Field("customer", alias="for")


class Limits(StrictModel):
    """The limits of what the assistant may give by itself; beyond them a human decides."""

    per_order: PerOrder
    per_customer: PerCustomer
    per_household: Cap | None = None
    per_category: Annotated[dict[CategorySlug, ScopedCap] | None, NotEmpty] = None
    per_kind: Annotated[dict[Kind, ScopedCap] | None, NotEmpty] = None
    daily_budget: Amount  # of the cost of goodwill
    weekly_budget: Amount | None = None
    monthly_budget: Amount | None = None

    @property
    def budgets(self) -> Mapping[str, Money | None]:
        """The budget of each period, under the names that ``bot.ledger.budgets`` uses."""
        return {
            "day": self.daily_budget,
            "week": self.weekly_budget,
            "month": self.monthly_budget,
        }

    def cap_for_kind(self, kind: str) -> ScopedCap | None:
        """Return the cap of one kind of remedy, if it has one."""
        caps = (self.per_kind or {}).items()
        return next((cap for name, cap in caps if name == kind), None)

    @model_validator(mode="after")
    def _check_budgets(self) -> "Limits":
        shorter, name = self.daily_budget, "daily_budget"
        for key in ("weekly_budget", "monthly_budget"):
            longer = getattr(self, key)
            if longer is not None and longer < shorter:
                raise schema_error(f"is below {name}", f"{format_plain(shorter)} or more", key)
            if longer is not None:
                shorter, name = longer, key
        return self

    @model_validator(mode="after")
    def _check_kind_totals(self) -> "Limits":
        for kind, cap in (self.per_kind or {}).items():
            if cap.max_total is not None and not KINDS[kind].is_money:
                raise schema_error(
                    f"per_kind: a {kind} is no sum of money", "max_remedies", "per_kind"
                )
        return self
