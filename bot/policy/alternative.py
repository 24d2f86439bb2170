"""One alternative that a customer may choose: what it is worth to them, and what it costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.company.business_hours import Window
from bot.config.localized import LocalText
from bot.money import Money, percent_of, round_to, show
from bot.policy.model import AlternativeSpec, EntitlementSpec, Policy
from bot.policy.types import Hands, Provider
from bot.remedy_kind import KINDS, Kind


@dataclass(frozen=True, slots=True)
class Alternative:
    """One thing that the customer may choose, with its amounts worked out.

    `value` is its face value, None where nobody knows yet; `worth` is what customers see in it;
    `amount` is its value as a sum of money, None where the remedy is none or somebody must first
    find it out; `cost` is what it costs the company, None where that is not known; `weight` is how
    worth and cost weigh against each other, None where nothing was weighed; `goodwill` is how much
    of `amount` goes beyond the customer's right. With `due` it takes time: `hands` do it by then,
    or the company's own system where the `provider` is "webhook"; without, it is issued at once.
    """

    kind: Kind
    title: LocalText
    detail: LocalText
    conditions: LocalText | None = None
    value: Money | None = None
    amount: Money | None = None
    cost: Money | None = None
    worth: Money | None = None
    weight: Money | None = None
    goodwill: Money | None = None
    valid_days: int | None = None
    months: int | None = None
    hands: Hands | None = None
    provider: Provider = "internal"
    due: Window | None = None
    is_entitlement: bool = False
    right: str | None = None  # the key of the right in the company's profile

    @property
    def budget_minor(self) -> int:
        """What it takes from the budgets, in minor units.

        A right costs the company what it costs; only goodwill is rationed.
        """
        cost = self.cost.amount_minor if self.cost else 0
        if self.is_entitlement:
            return 0
        return min(cost, self.goodwill.amount_minor) if self.goodwill else cost

    def as_dict(self) -> Mapping[str, Any]:
        """All of it as JSON can hold it; amounts in minor units."""
        amounts = {
            "amount": self.amount,
            "cost": self.cost,
            "value": self.value,
            "goodwill": self.goodwill,
            "worth": self.worth,
            "weight": self.weight,
        }
        known = [money for money in amounts.values() if money]
        return {
            "kind": self.kind,
            "title": self.title.model_dump(),
            "detail": self.detail.model_dump(),
            "conditions": self.conditions.model_dump() if self.conditions else None,
            **{f"{name}_minor": money and money.amount_minor for name, money in amounts.items()},
            "currency": known[0].currency if known else None,
            "valid_days": self.valid_days,
            "months": self.months,
            "hands": self.hands,
            "provider": self.provider,
            "due": self.due.as_dict() if self.due else None,
            "is_entitlement": self.is_entitlement,
            "right": self.right,
        }


def face_value(spec: AlternativeSpec, order_value: Money | None) -> Money | None:
    """What the alternative is worth for such an order; None where it has no value.

    What is rounded is rounded up, in the customer's favour; a refund, and whatever is a right, is
    never more than the order was worth. Raises LookupError where an order is needed, and there is
    none.
    """
    is_paid_back = KINDS[spec.kind].is_paid_back
    if order_value is None and (spec.percent is not None or is_paid_back):
        raise LookupError(f"{spec.kind} needs the value of an order")
    value = spec.value
    if spec.percent is not None and order_value is not None:
        value = percent_of(order_value, spec.percent)
        if spec.round_to is not None:
            value = round_to(value, spec.round_to.amount_minor, up=True)
        if spec.at_least is not None:
            value = max(value, spec.at_least)
        if spec.at_most is not None:
            value = min(value, spec.at_most)
    if value is None or order_value is None:
        return value
    capped = is_paid_back or isinstance(spec, EntitlementSpec)
    return min(value, order_value) if capped else value


def build(
    spec: AlternativeSpec, policy: Policy, value: Money | None, owed: Money | None = None
) -> Alternative:
    """The alternative with its amounts and its words; `owed` is what is the customer's by right."""
    right = spec.right if isinstance(spec, EntitlementSpec) else None
    kind = KINDS[spec.kind]
    amount = value if kind.is_money else None
    goodwill = None
    if amount is not None and right is None:
        # What was paid and goes back is nobody's gift; nor is a right in another form.
        given_back = amount if kind.is_paid_back else owed if spec.settles_right else None
        goodwill = amount - min(given_back, amount) if given_back is not None else amount
    return Alternative(
        kind=spec.kind,
        title=LocalText(es=spec.title.es, en=spec.title.en),
        detail=_filled(spec.detail, spec, policy, amount),
        conditions=spec.conditions,
        value=value,
        amount=amount,
        cost=None if value is None else percent_of(value, spec.cost_percent),
        worth=None if value is None else percent_of(value, spec.appeal),
        goodwill=goodwill,
        valid_days=spec.valid_days,
        months=spec.months,
        hands=spec.hands,
        provider=spec.provider,
        due=spec.due,
        is_entitlement=right is not None,
        right=right,
    )


def _filled(
    text: LocalText, spec: AlternativeSpec, policy: Policy, amount: Money | None
) -> LocalText:
    """The text with its placeholders filled in for each language."""
    filled = {
        language: text[language].format(
            amount=show(amount, language, policy.country) if amount else "",
            months=spec.months,
            days=spec.valid_days,
        )
        for language in ("es", "en")
    }
    return LocalText(**filled)
