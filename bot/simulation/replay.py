"""A past case and what a policy answers to it: what a simulation, a shadow and a report compare."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.policy.alternative import Alternative
from bot.policy.decision import CaseFacts, Decision


@dataclass(frozen=True, slots=True)
class Option:
    """One alternative in minor units: what it is worth, what it costs, what the budget pays."""

    kind: str
    value: int
    cost: int
    budget: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a policy says to a case: alternatives, or a person where there are none."""

    rule: str | None
    reason: str | None
    options: tuple[Option, ...] = ()

    @property
    def is_offer(self) -> bool:
        """Whether the assistant may settle it."""
        return bool(self.options)


@dataclass(frozen=True, slots=True)
class Past:
    """A case as it really was."""

    reference: str
    at: datetime
    facts: CaseFacts
    answer: Answer  # what was decided then
    took: Option | None  # what the customer took of the assistant
    had_person: bool
    by_people: int  # what people gave, at cost


def of(decision: Decision) -> Answer:
    """The answer that a decision is."""
    options = tuple(_of_alternative(one) for one in decision.alternatives)
    return Answer(decision.rule_id, decision.reason, options)


def kept(rule: str | None, reason: str | None, written: Sequence[Mapping[str, Any]]) -> Answer:
    """The answer that was kept as JSON."""
    return Answer(rule, reason, tuple(map(option, written)))


def option(terms: Mapping[str, Any]) -> Option:
    """One alternative as JSON has it; the budget pays as `Alternative.budget_minor` says."""
    cost, goodwill = terms["cost_minor"] or 0, terms["goodwill_minor"] or 0
    # Kept before the value was: then what is known of it.
    value = terms.get("value_minor") or terms["amount_minor"] or 0
    budget = 0 if terms["is_entitlement"] else min(cost, goodwill) if goodwill else cost
    return Option(terms["kind"], value, cost, budget)


def _of_alternative(one: Alternative) -> Option:
    cost = one.cost.amount_minor if one.cost else 0
    return Option(one.kind, one.value.amount_minor if one.value else 0, cost, one.budget_minor)


def would_take(past: Past, answer: Answer) -> Option | None:
    """What the customer would take: the kind they took, else the first, or again nothing."""
    if not answer.options or (past.answer.is_offer and past.took is None):
        return None
    same = (one for one in answer.options if past.took and one.kind == past.took.kind)
    return next(same, answer.options[0])


def needs_person(past: Past, answer: Answer) -> bool:
    """Whether a person would be needed: by the answer, or because an offer did not settle it."""
    return not answer.is_offer or (past.answer.is_offer and past.had_person)
