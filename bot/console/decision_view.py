"""A decision as JSON: amounts as the reader writes them; the page has the words."""

from collections.abc import Callable
from typing import Any

from bot.compensation.explanation import Explanation
from bot.money import Money

Json = dict[str, Any]
SerializeMoney = Callable[[Money | None], Json | None]


def serialize_decision(decision: Explanation, money: SerializeMoney, language: str) -> Json:
    """Return a decision with its facts, its rule, the weights, and what was left out."""
    facts = decision.facts
    return {
        "rule": decision.record.rule_id,
        "why": decision.why,
        "policy_version": decision.record.policy_version,
        "reason": decision.record.reason,
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
        "raised_percent": f"{decision.raised_percent:f}" if decision.raised_percent else None,
        "first_because": decision.first_because,
        "alternatives": [
            {
                "title": alternative.title["es" if language == "es" else "en"],
                "is_entitlement": alternative.is_entitlement,
                "cost": money(alternative.cost),
                "worth": money(alternative.worth) if alternative.weight else None,
                "weight": money(alternative.weight),
            }
            for alternative in decision.alternatives
        ],
        "left_out": [{"kind": kind, "reason": reason} for kind, reason in decision.left_out],
        "order_left": money(decision.order_left),
        "customer_left": money(decision.customer_left),
    }
