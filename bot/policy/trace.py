"""How a decision was worked out, for whoever asks later why this was offered."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.money import Money


@dataclass(frozen=True, slots=True)
class Working:
    """The rule's reason, what goodwill was raised by, what was left out, what the limits left.

    What is left is None where nothing was looked at, or there is no order.
    """

    why: str = ""  # as the policy has it
    raised_percent: Decimal = Decimal(0)
    left_out: tuple[tuple[str, str], ...] = ()  # the kind of remedy, and the reason's word
    order_left: Money | None = None  # of all remedies
    customer_left: Money | None = None  # of goodwill

    def as_dict(self) -> Mapping[str, Any]:
        """All of it as JSON can hold it; amounts in minor units."""
        left = {"order": self.order_left, "customer": self.customer_left}
        known = [money for money in left.values() if money]
        return {
            "why": self.why,
            "raised_percent": f"{self.raised_percent.normalize():f}",
            "left_out": [{"kind": kind, "reason": reason} for kind, reason in self.left_out],
            **{f"{name}_left_minor": money and money.amount_minor for name, money in left.items()},
            "currency": known[0].currency if known else None,
        }
