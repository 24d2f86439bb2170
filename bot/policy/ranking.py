"""Ranks goodwill: what it is worth to the customer against what it costs the company.

    weight = worth x stake - cost

*Worth* is the value that customers see in an alternative (`appeal` percent of its face value),
*cost* what the company pays for it (`cost_percent`). The *stake* grows with the customer's
purchases of a year: from 1 for somebody who buys nothing to 2 for somebody who buys `doubled_at` or
more. The more revenue is at risk, the more the customer's side counts.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.money import Money, zero
from bot.policy.alternative import Alternative
from bot.policy.ranking_spec import RankingSpec


def rank(
    goodwill: Sequence[Alternative], spec: RankingSpec | None, at_risk: Money | None
) -> list[Alternative]:
    """Return the alternatives with their weights, the heaviest first.

    An alternative without a value has no weight and keeps its place.

    Args:
        spec: None leaves the order as it is.
        at_risk: the customer's purchases of a year.
    """
    if spec is None:
        return list(goodwill)
    weighed = [
        replace(
            alternative,
            weight=calculate_weight(alternative.worth, alternative.cost, spec, at_risk),
        )
        if alternative.worth is not None and alternative.cost is not None
        else alternative
        for alternative in goodwill
    ]
    heaviest_first = iter(
        sorted(
            (alternative for alternative in weighed if alternative.weight),
            key=_weight_minor,
            reverse=True,
        )
    )
    return [next(heaviest_first) if alternative.weight else alternative for alternative in weighed]


def calculate_weight(worth: Money, cost: Money, spec: RankingSpec, at_risk: Money | None) -> Money:
    """Return the weight of an alternative for a customer with these purchases of a year."""
    maximum = spec.doubled_at
    purchases = min(max(at_risk or zero(maximum.currency), zero(maximum.currency)), maximum)
    added = worth.amount_minor * purchases.amount_minor // maximum.amount_minor
    return Money(worth.amount_minor + added, worth.currency) - cost


def _weight_minor(alternative: Alternative) -> int:
    return alternative.weight.amount_minor if alternative.weight else 0
