"""Which goodwill is shown first: what it is worth to the customer against what it costs.

weight = worth x stake - cost

*Worth* is the share of an alternative's value that customers see in it (`appeal`), *cost* the share
that the company pays for it (`cost_percent`). The *stake* is 1 for somebody who buys nothing and 2
for whoever buys `doubled_at` in a year: the more there is to lose, the more the customer's side
counts.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.money import Money, zero
from bot.policy.alternative import Alternative
from bot.policy.ranking_spec import Weighing


def weight(worth: Money, cost: Money, weighing: Weighing, at_risk: Money | None) -> Money:
    """The alternative's weight for somebody who buys that much in a year."""
    most = weighing.doubled_at
    bought = min(max(at_risk or zero(most.currency), zero(most.currency)), most)
    more = worth.amount_minor * bought.amount_minor // most.amount_minor
    return Money(worth.amount_minor + more, worth.currency) - cost


def in_order(
    goodwill: Sequence[Alternative], weighing: Weighing | None, at_risk: Money | None
) -> list[Alternative]:
    """The heaviest first; what has no value to weigh keeps the place where it was written."""
    if weighing is None:
        return list(goodwill)
    weighed = [
        replace(one, weight=weight(one.worth, one.cost, weighing, at_risk))
        if one.worth is not None and one.cost is not None
        else one
        for one in goodwill
    ]
    heaviest = iter(sorted((one for one in weighed if one.weight), key=_weight, reverse=True))
    return [next(heaviest) if one.weight else one for one in weighed]


def _weight(one: Alternative) -> int:
    return one.weight.amount_minor if one.weight else 0
