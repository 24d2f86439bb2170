"""The input and the output of a decision: the facts of a case, and what the policy says to them."""

from dataclasses import dataclass, field
from typing import Final, Literal

from bot.category import Severity
from bot.money import Money
from bot.policy.alternative import Alternative
from bot.policy.limit_check import LimitReason, Usage
from bot.policy.trace import DecisionTrace

HumanReason = (
    Literal[
        "no_rule",
        "rule_says_person",
        "needs_identity",
        "needs_order",
        "other_currency",
        "paused",
        "to_check",
    ]
    | LimitReason
)

# Each reason in words, for the decision's record and the command line; customers never read them.
HUMAN_REASONS: Final[dict[str, str]] = {
    "no_rule": "no rule of the policy takes such a case",
    "rule_says_person": "the rule leaves it to a person",
    "order_limit": "the order has had what the policy allows for one order",
    "customer_limit": "the customer has had what the policy allows in its period",
    "household_limit": "the household has had what the policy allows in its period",
    "category_limit": "such cases have had what the policy allows in its period",
    "kind_limit": "as much of this kind as the policy allows has been given in its period",
    "budget_spent": "the budget of the day, the week or the month does not suffice",
    "needs_identity": "a rule would take it once it is known who the customer is",
    "needs_order": "a rule would take it once it is known which order it is about",
    "other_currency": "the order is in another currency than the policy",
    "paused": "the assistant's spending is paused",
    "to_check": "a person should look at it first; nothing is refused",
}


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """The facts that a case is decided by; all of them come from the database.

    Attributes:
        order_value: the total of the order; None without an order, or while it is not identified.
        desired: the kind of remedy that the customer asked for.
        value_at_risk: the customer's purchases of one year; None while their identity is unknown.
        failures: how many earlier cases the same customer had.
        is_paused: the assistant's spending is paused, so it may offer nothing.
        signals: names of the raised risk signals, see ``bot/risk/signals.py``.
    """

    category: str
    severity: Severity
    order_value: Money | None = None
    order_currency: str | None = None
    tier: str = "standard"
    identity_proven: bool = False
    has_photo: bool = False
    desired: str | None = None
    value_at_risk: Money | None = None
    failures: int = 0
    usage: Usage = field(default_factory=Usage)
    is_paused: bool = False
    signals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What the assistant may offer, or that a human must decide and why.

    An offer has one to three alternatives: the one that the customer asked for, then the
    entitlement, then the goodwill in the order in which the policy ranks or lists it.

    Attributes:
        outcome: "person" means that a human must decide.
        reason: why a human must decide; None for an offer.
        reasons: how the decision came about, in words for the record and not for the customer.
        trace: the same as data.
    """

    outcome: Literal["offer", "person"]
    policy_version: str
    rule_id: str | None = None
    alternatives: tuple[Alternative, ...] = ()
    reason: HumanReason | None = None
    reasons: tuple[str, ...] = ()
    trace: DecisionTrace = field(default_factory=DecisionTrace)

    @property
    def entitlement(self) -> Alternative | None:
        """The alternative that law or contract gives the customer, if there is one."""
        return next(
            (alternative for alternative in self.alternatives if alternative.is_entitlement), None
        )
