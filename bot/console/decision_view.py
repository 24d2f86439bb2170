"""Why this offer, as JSON: amounts as the reader writes them, all words left to the page."""

from collections.abc import Callable
from typing import Any

from bot.compensation.explanation import Explanation
from bot.money import Money

Json = dict[str, Any]
Shown = Callable[[Money | None], Json | None]


def why(one: Explanation, money: Shown, language: str) -> Json:
    """A decision with its facts, its rule, what it was weighed by, and what was left out."""
    facts = one.facts
    return {
        "rule": one.record.rule_id,
        "why": one.why,
        "policy_version": one.record.policy_version,
        "reason": one.record.reason,
        "facts": {
            "category": facts.category,
            "severity": facts.severity,
            "order_value": money(facts.order_value),
            "tier": facts.tier,
            "value_at_risk": money(facts.value_at_risk),
            "failures": facts.failures,
            "identity_proven": facts.identity_proven,
            "has_photo": facts.has_photo,
            "desired": facts.desired,
            "order_remedies": facts.usage.order_count,
            "customer_remedies": facts.usage.customer_count,
        },
        "raised_percent": f"{one.raised_percent:f}" if one.raised_percent else None,
        "first_because": one.first_because,
        "alternatives": [
            {
                "title": part.title["es" if language == "es" else "en"],
                "is_entitlement": part.is_entitlement,
                "cost": money(part.cost),
                "worth": money(part.worth) if part.weight else None,
                "weight": money(part.weight),
            }
            for part in one.alternatives
        ],
        "left_out": [{"kind": kind, "reason": reason} for kind, reason in one.left_out],
        "order_left": money(one.order_left),
        "customer_left": money(one.customer_left),
    }
