"""What the company has authorised in advance: decides, purely, what a case may be offered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final, Literal

from bot.category import Severity
from bot.money import Money, percent_of, show, zero
from bot.policy import raises, ranking
from bot.policy.alternative import Alternative, build, face_value
from bot.policy.conditions import When
from bot.policy.limit_check import Given, Passed, Usage, passed
from bot.policy.limits import Limits
from bot.policy.loader import PolicyError, Problem, load_policy
from bot.policy.model import AlternativeSpec, Policy, RuleSpec
from bot.policy.trace import Working
from bot.policy.types import Hands
from bot.remedy_kind import KINDS, Kind

__all__ = [
    "Alternative",
    "CaseFacts",
    "Decision",
    "Given",
    "Hands",
    "Limits",
    "PersonReason",
    "Policy",
    "PolicyError",
    "Problem",
    "Usage",
    "decide",
    "load_policy",
]

PersonReason = (
    Literal[
        "no_rule",
        "rule_says_person",
        "needs_identity",
        "needs_order",
        "other_currency",
        "paused",
        "to_check",
    ]
    | Passed
)

WHY: Final[dict[str, str]] = {
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
    """What is known of a case when it is decided; all of it from the database.

    `order_value` and `order_currency` are None where no order is concerned, or it is not known
    yet; `desired` is the kind of remedy that the customer asked for. `value_at_risk` is what they
    bought in a year, None while it is not known who they are; `failures` counts what went wrong
    for the same person before.
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
    is_paused: bool = False  # the assistant gives nothing now
    signals: tuple[str, ...] = ()  # why a person should look at it first, see bot/risk/signals.py


@dataclass(frozen=True, slots=True)
class Decision:
    """What may be offered, or that a person must decide and why.

    An offer has one to three alternatives: what the customer asked for first, then the
    entitlement, then the rest as the policy weighs or orders them. `reasons` tell, for the record
    and not for the customer, how the decision came about; `working` holds what it was made of.
    """

    outcome: Literal["offer", "person"]
    policy_version: str
    rule_id: str | None = None
    alternatives: tuple[Alternative, ...] = ()
    reason: PersonReason | None = None
    reasons: tuple[str, ...] = ()
    working: Working = field(default_factory=Working)

    @property
    def entitlement(self) -> Alternative | None:
        """What law or contract gives the customer, among the alternatives."""
        return next((one for one in self.alternatives if one.is_entitlement), None)


def decide(policy: Policy, facts: CaseFacts) -> Decision:
    """What the first rule that holds allows for the case; never a refusal, at most a person."""
    if facts.is_paused:
        return _person(policy, None, "paused")
    currency = facts.order_value.currency if facts.order_value else facts.order_currency
    if currency not in (None, policy.currency):
        return _person(policy, None, "other_currency", f"{currency}, not {policy.currency}")
    rules = policy.rules_for(facts.category)
    rule = _first(rules, facts)
    if rule is None:
        return _person(policy, None, _what_is_missing(rules, facts))
    if rule.person:
        return _person(policy, rule, "rule_says_person", rule.why)
    limit = passed(policy.limits, facts.usage, facts.category, None, zero(policy.currency))
    if limit is not None:
        return _person(policy, rule, limit)
    return _alone(policy, facts, _offer(policy, rule, facts))


def _offer(policy: Policy, rule: RuleSpec, facts: CaseFacts) -> Decision:
    room = _Room(policy, facts)
    notes = [f"rule {rule.id}: {rule.why}"]
    alternatives: list[Alternative] = []
    owed: Money | None = None
    if rule.entitlement:
        made = room.fit_right(rule.entitlement)
        if not isinstance(made, Alternative):
            # Goodwill without the right beside it would replace the right.
            return _person(policy, rule, made, rule.why, f"right {rule.entitlement.right}")
        owed = made.amount
        alternatives.append(made)
        notes.append(f"entitlement: {_said(made)}")
    parts = raises.in_part(policy.raises, facts.severity, facts.failures)
    goodwill: list[Alternative] = []
    left_out: list[tuple[Kind, PersonReason]] = []
    for spec in rule.offer:
        fitted = room.fit_raised(spec, owed, parts)
        if isinstance(fitted, Alternative):
            goodwill.append(fitted)
        else:
            left_out.append((spec.kind, fitted))
    if room.raised_by:
        notes.append(
            f"goodwill raised by {room.raised_by:f} %: severity {facts.severity}, "
            f"{facts.failures} earlier failures"
        )
    goodwill = ranking.in_order(goodwill, policy.weighing, facts.value_at_risk)
    notes += [_said(one) for one in goodwill]
    notes += [f"{kind} left out: {WHY[reason]}" for kind, reason in left_out]
    notes += room.told()
    working = room.working(rule.why, left_out)
    # On an empty budget the right stands by itself; any other limit is for a person to judge.
    right_alone = bool(alternatives) and {reason for _, reason in left_out} == {"budget_spent"}
    if rule.offer and len(left_out) == len(rule.offer) and not right_alone:
        return replace(_person(policy, rule, left_out[0][1], *notes), working=working)
    alternatives += goodwill
    alternatives.sort(key=lambda one: one.kind != facts.desired)
    if facts.desired and alternatives[0].kind == facts.desired:
        notes.append(f"{facts.desired} first: the customer asked for it")
    offered, told = tuple(alternatives), tuple(notes)
    return Decision("offer", policy.version, rule.id, offered, None, told, working)


def _alone(policy: Policy, facts: CaseFacts, made: Decision) -> Decision:
    """The offer where signals leave it to the system; else a person makes it, rights and all."""
    if made.outcome == "person" or not facts.signals:
        return made
    spec, weight = policy.signals, policy.signals.weight(facts.signals)
    told = f"signals {', '.join(facts.signals)}: {weight} of {spec.to_person_from}"
    worth = [one.value for one in made.alternatives if one.value is not None]
    most = spec.alone_up_to
    is_much = most is not None and any(value > most for value in worth)
    if weight < spec.to_person_from and not is_much:
        return replace(made, reasons=(*made.reasons, told))
    if weight < spec.to_person_from and most is not None:
        told += f"; worth more than {show(most, 'en')}"
    notes = (f"to_check: {WHY['to_check']}", told, *made.reasons)
    return Decision("person", made.policy_version, made.rule_id, (), "to_check", notes)


class _Room:
    """What the limits still leave for a case."""

    def __init__(self, policy: Policy, facts: CaseFacts) -> None:
        nothing = zero(policy.currency)
        self._policy = policy
        self._facts = facts
        self._order = facts.order_value
        self._on_order: Money | None = None
        self.raised_by = Decimal(0)  # in percent: the most that any alternative was raised by
        if facts.order_value is not None:
            most = percent_of(facts.order_value, policy.limits.per_order.max_percent)
            self._on_order = max(most - (facts.usage.order_total or nothing), nothing)

    def fit_right(self, spec: AlternativeSpec) -> Alternative | PersonReason:
        """What the customer has a right to; never cut down to a limit: then a person decides."""
        try:
            value = face_value(spec, self._order)
        except LookupError:
            return "needs_order"
        if value is not None and not self._fits_order(value):
            return "order_limit"
        made = build(spec, self._policy, value)
        return self._passed(made) or made

    def fit_raised(
        self, spec: AlternativeSpec, owed: Money | None, parts: Sequence[Decimal]
    ) -> Alternative | PersonReason:
        """Goodwill, raised where it is a gift of money as far as the limits allow that.

        Args:
            parts: the raises to try, in percent, the greatest first.
        """
        kind = KINDS[spec.kind]
        is_gift = kind.is_money and not kind.is_paid_back and not spec.settles_right
        for by in parts if is_gift else ():
            more = self.fit_goodwill(spec, owed, by)
            if isinstance(more, Alternative):
                self.raised_by = max(self.raised_by, by)
                return more
        return self.fit_goodwill(spec, owed)

    def fit_goodwill(
        self, spec: AlternativeSpec, owed: Money | None, by: Decimal = Decimal(0)
    ) -> Alternative | PersonReason:
        """Goodwill, if need be cut down to what may still be given on the order."""
        try:
            value = face_value(spec, self._order)
        except LookupError:
            return "needs_order"
        if value is not None and by:
            value = raises.raised(value, by)
        if value is not None and not self._fits_order(value):
            value = self._cut(spec)
            if value is None:
                return "order_limit"
        made = build(spec, self._policy, value, owed)
        return self._passed(made) or made

    def _passed(self, made: Alternative) -> Passed | None:
        """The first limit or budget that it would pass."""
        facts, left = self._facts, self._facts.usage.budget_left
        goodwill = made.goodwill or zero(self._policy.currency)
        limit = passed(self._policy.limits, facts.usage, facts.category, made.kind, goodwill)
        if limit is None and left is not None and made.budget_minor > left.amount_minor:
            return "budget_spent"
        return limit

    def working(self, why: str, left_out: list[tuple[Kind, PersonReason]]) -> Working:
        """What a decision was made of."""
        left = self._on_order, self._customer_left()
        return Working(why, self.raised_by, tuple(left_out), *left)

    def told(self) -> list[str]:
        """What the limits leave, in words."""
        left = {"this order": self._on_order, "this customer's goodwill": self._customer_left()}
        return [f"left for {what}: {show(one, 'en')}" for what, one in left.items() if one]

    def _customer_left(self) -> Money:
        """How much goodwill the customer's own limit leaves."""
        most, given = self._policy.limits.per_customer.max_total, self._facts.usage.customer_total
        return most - (given or zero(self._policy.currency))

    def _fits_order(self, value: Money) -> bool:
        """Whether such a value may still be given on the order; nothing at all is no remedy."""
        return value.amount_minor > 0 and (self._on_order is None or value <= self._on_order)

    def _cut(self, spec: AlternativeSpec) -> Money | None:
        """All that is left on the order; None where that would lose its point."""
        left = self._on_order
        if not KINDS[spec.kind].is_money or self._order is None or left is None:
            return None
        # Credit that settles a right is worth more than the right, as its words say, or is not.
        share = spec.percent if spec.settles_right else None
        too_little = share is not None and left < percent_of(self._order, share)
        return None if too_little or left.amount_minor <= 0 else left


def _first(rules: Iterable[RuleSpec], facts: CaseFacts) -> RuleSpec | None:
    return next((rule for rule in rules if _holds(rule.when, facts)), None)


def _holds(when: When, facts: CaseFacts, *, whatever_order: bool = False) -> bool:
    return (
        facts.category in when.category
        and (when.severity is None or facts.severity in when.severity)
        and (
            whatever_order or when.order_value is None or when.order_value.holds(facts.order_value)
        )
        and (when.tier is None or facts.tier in when.tier)
        and (when.value_at_risk is None or when.value_at_risk.holds(facts.value_at_risk))
        and (when.failures is None or when.failures.holds(facts.failures))
        and (when.identity == "any" or facts.identity_proven)
        and when.photo in (None, facts.has_photo)
        and (when.desired is None or facts.desired in when.desired)
    )


def _what_is_missing(rules: Iterable[RuleSpec], facts: CaseFacts) -> PersonReason:
    """Whether a rule would hold if more were known, and what that is."""
    rules = tuple(rules)
    if not facts.identity_proven:
        facts = replace(facts, identity_proven=True)
        if _first(rules, facts):
            return "needs_identity"
    if facts.order_value is None and any(
        _holds(rule.when, facts, whatever_order=True) for rule in rules
    ):
        return "needs_order"
    return "no_rule"


def _person(policy: Policy, rule: RuleSpec | None, reason: PersonReason, *notes: str) -> Decision:
    told = (f"{reason}: {WHY[reason]}", *notes)
    working = Working(rule.why if rule else "")
    return Decision("person", policy.version, rule.id if rule else None, (), reason, told, working)


def _said(one: Alternative) -> str:
    amount = f" of {show(one.amount, 'en')}" if one.amount else ""
    cost = f", costs {show(one.cost, 'en')}" if one.cost else ""
    worth = f", worth {show(one.worth, 'en')} to the customer" if one.weight and one.worth else ""
    weight = f", weighs {show(one.weight, 'en')}" if one.weight else ""
    return f"{one.kind}{amount}{cost}{worth}{weight}"
