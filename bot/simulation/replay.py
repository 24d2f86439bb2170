"""Past cases and decisions in the form that simulation, shadow policy and equity report compare."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.policy.alternative import Alternative
from bot.policy.decision import CaseFacts, Decision


@dataclass(frozen=True, slots=True)
class ReplayedAlternative:
    """One alternative of a decision, all amounts in minor units.

    Attributes:
        value: the face value; 0 where it has none.
        cost: what it costs the company.
        budget: what it takes from the budgets, see ``Alternative.budget_minor``.
    """

    kind: str
    value: int
    cost: int
    budget: int


@dataclass(frozen=True, slots=True)
class ReplayedDecision:
    """A policy's decision in a case; without alternatives a human must decide."""

    rule: str | None
    reason: str | None
    alternatives: tuple[ReplayedAlternative, ...] = ()

    @property
    def is_offer(self) -> bool:
        """True if the assistant may make an offer."""
        return bool(self.alternatives)


@dataclass(frozen=True, slots=True)
class PastCase:
    """A case as it happened.

    Attributes:
        at: when it was decided, in UTC.
        decision: the last decision that was recorded.
        chosen: what the customer accepted from the assistant, if anything.
        had_human: the case had a handoff.
        agent_cost: the cost of what agents gave in the case, in minor units.
    """

    reference: str
    at: datetime
    facts: CaseFacts
    decision: ReplayedDecision
    chosen: ReplayedAlternative | None
    had_human: bool
    agent_cost: int


def from_decision(decision: Decision) -> ReplayedDecision:
    """Convert a decision of the policy."""
    alternatives = tuple(_from_alternative(alternative) for alternative in decision.alternatives)
    return ReplayedDecision(decision.rule_id, decision.reason, alternatives)


def from_record(
    rule: str | None, reason: str | None, alternatives: Sequence[Mapping[str, Any]]
) -> ReplayedDecision:
    """Convert the columns of a recorded decision."""
    return ReplayedDecision(rule, reason, tuple(map(from_terms, alternatives)))


def from_terms(terms: Mapping[str, Any]) -> ReplayedAlternative:
    """Convert one alternative from JSON, see ``Alternative.as_dict``."""
    cost, goodwill = terms["cost_minor"] or 0, terms["goodwill_minor"] or 0
    # Older records have no face value: the amount is the best that is known.
    value = terms.get("value_minor") or terms["amount_minor"] or 0
    budget = 0 if terms["is_entitlement"] else min(cost, goodwill) if goodwill else cost
    return ReplayedAlternative(terms["kind"], value, cost, budget)


def _from_alternative(alternative: Alternative) -> ReplayedAlternative:
    return ReplayedAlternative(
        alternative.kind,
        alternative.value.amount_minor if alternative.value else 0,
        alternative.cost.amount_minor if alternative.cost else 0,
        alternative.budget_minor,
    )


def predict_choice(case: PastCase, decision: ReplayedDecision) -> ReplayedAlternative | None:
    """Return what the customer would choose from another decision.

    That is the kind that they chose, else the first alternative. A customer who accepted nothing
    of an offer accepts nothing again.
    """
    if not decision.alternatives or (case.decision.is_offer and case.chosen is None):
        return None
    same_kind = (
        alternative
        for alternative in decision.alternatives
        if case.chosen and alternative.kind == case.chosen.kind
    )
    return next(same_kind, decision.alternatives[0])


def needs_human(case: PastCase, decision: ReplayedDecision) -> bool:
    """Return True if the decision leaves the case to a human, or an offer had not settled it."""
    return not decision.is_offer or (case.decision.is_offer and case.had_human)
