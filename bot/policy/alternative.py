"""The alternatives that a customer may choose from, with their amounts worked out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.company.business_hours import Window
from bot.config.localized import LocalText
from bot.money import Money, percent_of, round_to, show
from bot.policy.model import AlternativeSpec, EntitlementSpec, Policy
from bot.policy.types import Provider, Team
from bot.remedy_kind import KINDS, Kind


@dataclass(frozen=True, slots=True)
class Alternative:
    """One remedy on offer, with its amounts for this case.

    Attributes:
        value: the face value; None while it is not known.
        amount: the face value of a remedy that is a sum of money; None for other remedies, and
            while somebody must first find the sum out.
        cost: what it costs the company; None while the face value is not known.
        worth: the value that customers see in it; None as above.
        weight: worth against cost, see ``bot/policy/ranking.py``; None where nothing is ranked.
        goodwill: the part of `amount` that goes beyond the customer's right.
        hands: the team that does it by the due date; None where the provider does.
        due: the business time until it is done; None where it is issued at once.
        right: the key of the right in the company's profile; None for goodwill.
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
    hands: Team | None = None
    provider: Provider = "internal"
    due: Window | None = None
    is_entitlement: bool = False
    right: str | None = None

    @property
    def budget_minor(self) -> int:
        """What it takes from the budgets, in minor units.

        Budgets ration goodwill only: an entitlement takes nothing from them.
        """
        cost = self.cost.amount_minor if self.cost else 0
        if self.is_entitlement:
            return 0
        return min(cost, self.goodwill.amount_minor) if self.goodwill else cost

    def as_dict(self) -> Mapping[str, Any]:
        """Return the alternative as JSON values, amounts in minor units."""
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
    """Return the face value for an order of that value; None where the remedy has no value.

    Rounding is up, in the customer's favour. A refund or an entitlement is never more than the
    value of the order.

    Raises:
        LookupError: the value depends on an order, and there is none.
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


def build_alternative(
    spec: AlternativeSpec, policy: Policy, value: Money | None, owed: Money | None = None
) -> Alternative:
    """Return the alternative with its amounts and its texts.

    Args:
        value: the face value, see ``face_value``.
        owed: what the customer has a right to; only the rest of a remedy that settles this right
            is goodwill.
    """
    right = spec.right if isinstance(spec, EntitlementSpec) else None
    kind = KINDS[spec.kind]
    amount = value if kind.is_money else None
    goodwill = None
    if amount is not None and right is None:
        # Money that goes back to the customer is no gift, nor is a right in another form.
        not_a_gift = amount if kind.is_paid_back else owed if spec.settles_right else None
        goodwill = amount - min(not_a_gift, amount) if not_a_gift is not None else amount
    return Alternative(
        kind=spec.kind,
        title=LocalText(es=spec.title.es, en=spec.title.en),
        detail=_fill_placeholders(spec.detail, spec, policy, amount),
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


def _fill_placeholders(
    text: LocalText, spec: AlternativeSpec, policy: Policy, amount: Money | None
) -> LocalText:
    """Return the text with its placeholders filled in, in each language."""
    filled = {
        language: text[language].format(
            amount=show(amount, language, policy.country) if amount else "",
            months=spec.months,
            days=spec.valid_days,
        )
        for language in ("es", "en")
    }
    return LocalText(**filled)
