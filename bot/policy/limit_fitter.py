"""Fits the alternatives of a rule into what the limits and budgets leave for one case."""

from collections.abc import Sequence
from decimal import Decimal

from bot.money import Money, percent_of, show, zero
from bot.policy import raises
from bot.policy.alternative import Alternative, build_alternative, face_value
from bot.policy.decision import CaseFacts, HumanReason
from bot.policy.limit_check import LimitReason, find_reached_limit
from bot.policy.model import AlternativeSpec, Policy
from bot.policy.trace import DecisionTrace
from bot.remedy_kind import KINDS, Kind


class LimitFitter:
    """Builds the alternatives of one case, and remembers by how much goodwill was raised."""

    def __init__(self, policy: Policy, facts: CaseFacts) -> None:
        nothing = zero(policy.currency)
        self._policy = policy
        self._facts = facts
        self._order_value = facts.order_value
        self._order_remaining: Money | None = None
        self.raised_percent = Decimal(0)  # the largest raise of any alternative
        if facts.order_value is not None:
            maximum = percent_of(facts.order_value, policy.limits.per_order.max_percent)
            self._order_remaining = max(maximum - (facts.usage.order_total or nothing), nothing)

    def fit_entitlement(self, spec: AlternativeSpec) -> Alternative | HumanReason:
        """Build an entitlement, or return why a human must decide.

        An entitlement is never cut down to a limit.
        """
        try:
            value = face_value(spec, self._order_value)
        except LookupError:
            return "needs_order"
        if value is not None and not self._fits_order(value):
            return "order_limit"
        alternative = build_alternative(spec, self._policy, value)
        return self._find_reached_limit(alternative) or alternative

    def fit_goodwill(
        self, spec: AlternativeSpec, owed: Money | None, percents: Sequence[Decimal]
    ) -> Alternative | HumanReason:
        """Build a goodwill alternative, or return the reason why it is left out.

        A gift of money is raised as far as the limits allow.

        Args:
            owed: what the entitlement beside it gives the customer.
            percents: the raises to try, the largest first.
        """
        kind = KINDS[spec.kind]
        is_money_gift = kind.is_money and not kind.is_paid_back and not spec.settles_right
        for percent in percents if is_money_gift else ():
            raised = self._fit_raised(spec, owed, percent)
            if isinstance(raised, Alternative):
                self.raised_percent = max(self.raised_percent, percent)
                return raised
        return self._fit_raised(spec, owed, Decimal(0))

    def describe_remaining(self) -> list[str]:
        """Return one line of text for each limit that leaves something."""
        remaining = {
            "this order": self._order_remaining,
            "this customer's goodwill": self._customer_remaining(),
        }
        return [
            f"left for {name}: {show(money, 'en')}" for name, money in remaining.items() if money
        ]

    def trace(self, why: str, left_out: Sequence[tuple[Kind, HumanReason]]) -> DecisionTrace:
        """Return what the decision was worked out from.

        Args:
            why: the rule's own reason.
            left_out: the alternatives of the rule that do not fit.
        """
        return DecisionTrace(
            why,
            self.raised_percent,
            tuple(left_out),
            self._order_remaining,
            self._customer_remaining(),
        )

    def _fit_raised(
        self, spec: AlternativeSpec, owed: Money | None, percent: Decimal
    ) -> Alternative | HumanReason:
        """Build goodwill, raised by ``percent`` and cut to what the order may still be given."""
        try:
            value = face_value(spec, self._order_value)
        except LookupError:
            return "needs_order"
        if value is not None and percent:
            value = raises.apply(value, percent)
        if value is not None and not self._fits_order(value):
            value = self._cut_to_order(spec)
            if value is None:
                return "order_limit"
        alternative = build_alternative(spec, self._policy, value, owed)
        return self._find_reached_limit(alternative) or alternative

    def _find_reached_limit(self, alternative: Alternative) -> LimitReason | None:
        """Return the first limit or budget that the alternative would exceed."""
        policy, facts = self._policy, self._facts
        goodwill = alternative.goodwill or zero(policy.currency)
        limit = find_reached_limit(
            policy.limits, facts.usage, facts.category, alternative.kind, goodwill
        )
        budget = facts.usage.budget_left
        if limit is None and budget is not None and alternative.budget_minor > budget.amount_minor:
            return "budget_spent"
        return limit

    def _customer_remaining(self) -> Money:
        """Return how much goodwill the customer's own limit leaves."""
        maximum = self._policy.limits.per_customer.max_total
        return maximum - (self._facts.usage.customer_total or zero(self._policy.currency))

    def _fits_order(self, value: Money) -> bool:
        """Return True if the order's limit leaves room for a value, which must be above zero."""
        return value.amount_minor > 0 and (
            self._order_remaining is None or value <= self._order_remaining
        )

    def _cut_to_order(self, spec: AlternativeSpec) -> Money | None:
        """Return all that the order's limit leaves; None if that defeats the alternative."""
        remaining = self._order_remaining
        if not KINDS[spec.kind].is_money or self._order_value is None or remaining is None:
            return None
        # Credit in place of a right must be worth as much as its text says, or is not offered.
        percent = spec.percent if spec.settles_right else None
        if percent is not None and remaining < percent_of(self._order_value, percent):
            return None
        return remaining if remaining.amount_minor > 0 else None
