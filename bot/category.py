"""The fifteen categories of complaints, with the severity of each and its need for an order."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

Severity = Literal["low", "medium", "high"]
# The category of a case if no other fits, or until its category is known: one that the customer
# names later replaces it.
OTHER_COMPLAINT: Final = "other_complaint"


class OrderNeed(StrEnum):
    """How far a complaint of a category needs its order to be resolved."""

    NEEDED = "needed"  # the order is required for a decision
    USEFUL = "useful"  # asked for once; the case continues without it
    NONE = "none"  # never asked for


@dataclass(frozen=True, slots=True)
class Category:
    """A category; ``slug`` is its name in code, data and reports."""

    slug: str
    order: OrderNeed
    severity: Severity


CATEGORIES: dict[str, Category] = {
    category.slug: category
    for category in (
        Category("late_delivery", OrderNeed.NEEDED, "medium"),
        Category("not_delivered", OrderNeed.NEEDED, "high"),
        Category("damaged", OrderNeed.NEEDED, "medium"),
        Category("defective", OrderNeed.NEEDED, "medium"),
        Category("wrong_item", OrderNeed.NEEDED, "medium"),
        Category("missing_item", OrderNeed.NEEDED, "medium"),
        Category("overcharge", OrderNeed.NEEDED, "high"),
        Category("refund_pending", OrderNeed.NEEDED, "high"),
        Category("rude_treatment", OrderNeed.NONE, "medium"),
        Category("service_outage", OrderNeed.NONE, "medium"),
        Category("warranty_denied", OrderNeed.NEEDED, "medium"),
        Category("misleading_offer", OrderNeed.USEFUL, "medium"),
        Category("unanswered_complaint", OrderNeed.USEFUL, "high"),
        Category("debt_collection", OrderNeed.NONE, "medium"),
        Category(OTHER_COMPLAINT, OrderNeed.NONE, "low"),
    )
}
