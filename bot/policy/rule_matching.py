"""Finds the rule of the policy that applies to a case, or the fact that is missing for one."""

from collections.abc import Iterable
from dataclasses import replace

from bot.policy.conditions import Conditions
from bot.policy.decision import CaseFacts, HumanReason
from bot.policy.model import RuleSpec


def find_rule(rules: Iterable[RuleSpec], facts: CaseFacts) -> RuleSpec | None:
    """Return the first rule whose conditions the case meets."""
    return next((rule for rule in rules if _matches(rule.when, facts)), None)


def find_missing_fact(rules: Iterable[RuleSpec], facts: CaseFacts) -> HumanReason:
    """Return the fact without which no rule applies, or "no_rule" if none ever would."""
    rules = tuple(rules)
    if not facts.identity_proven:
        facts = replace(facts, identity_proven=True)
        if find_rule(rules, facts):
            return "needs_identity"
    if facts.order_value is None and any(
        _matches(rule.when, facts, any_order_value=True) for rule in rules
    ):
        return "needs_order"
    return "no_rule"


def _matches(when: Conditions, facts: CaseFacts, *, any_order_value: bool = False) -> bool:
    return (
        facts.category in when.category
        and (when.severity is None or facts.severity in when.severity)
        and (
            any_order_value
            or when.order_value is None
            or when.order_value.contains(facts.order_value)
        )
        and (when.tier is None or facts.tier in when.tier)
        and (when.value_at_risk is None or when.value_at_risk.contains(facts.value_at_risk))
        and (when.failures is None or when.failures.contains(facts.failures))
        and (when.identity == "any" or facts.identity_proven)
        and when.photo in (None, facts.has_photo)
        and (when.desired is None or facts.desired in when.desired)
    )
