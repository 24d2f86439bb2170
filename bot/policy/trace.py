"""The data that a decision was worked out from, kept to explain the decision later."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.money import Money


@dataclass(frozen=True, slots=True)
class DecisionTrace:
    """How a decision was worked out.

    Attributes:
        why: the rule's own reason, as the policy file has it.
        raised_percent: by how much goodwill was raised.
        left_out: kind of remedy and reason of each alternative that the limits did not allow.
        order_left: what the order's limit leaves for all remedies; None without an order, or
            where no offer was worked out.
        customer_left: what the customer's limit leaves for goodwill; None as above.
    """

    why: str = ""
    raised_percent: Decimal = Decimal(0)
    left_out: tuple[tuple[str, str], ...] = ()
    order_left: Money | None = None
    customer_left: Money | None = None

    def as_dict(self) -> Mapping[str, Any]:
        """Return the trace as JSON values, amounts in minor units."""
        remaining = {"order": self.order_left, "customer": self.customer_left}
        known = [money for money in remaining.values() if money]
        return {
            "why": self.why,
            "raised_percent": f"{self.raised_percent.normalize():f}",
            "left_out": [{"kind": kind, "reason": reason} for kind, reason in self.left_out],
            **{
                f"{name}_left_minor": money and money.amount_minor
                for name, money in remaining.items()
            },
            "currency": known[0].currency if known else None,
        }
