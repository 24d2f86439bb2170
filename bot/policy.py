"""What the company has authorised in advance: decides, purely, what a case may be offered."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from bot.alternative import Alternative, build, face_value
from bot.category import Severity
from bot.money import Money, percent_of, show, zero
from bot.policy_file import PolicyError, Problem, load_policy
from bot.policy_model import AlternativeSpec, Limits, Policy, RuleSpec
from bot.policy_when import When
from bot.policy_words import KINDS, MONEY_KINDS, Hands, Kind

__all__ = [
    "KINDS",
    "Alternative",
    "CaseFacts",
    "Decision",
    "Hands",
    "Kind",
    "Limits",
    "PersonReason",
    "Policy",
    "PolicyError",
    "Problem",
    "Usage",
    "decide",
    "load_policy",
]

PersonReason = Literal[
    "no_rule",
    "rule_says_person",
    "order_limit",
    "customer_limit",
    "needs_identity",
    "needs_order",
    "other_currency",
    "to_check",
]

_WHY: Final[dict[PersonReason, str]] = {
    "no_rule": "no rule of the policy takes such a case",
    "rule_says_person": "the rule leaves it to a person",
    "order_limit": "the order has had what the policy allows for one order",
    "customer_limit": "the customer has had what the policy allows in its period",
    "needs_identity": "a rule would take it once it is known who the customer is",
    "needs_order": "a rule would take it once it is known which order it is about",
    "other_currency": "the order is in another currency than the policy",
    "to_check": "a person should look at it first; nothing is refused",
}


@dataclass(frozen=True, slots=True)
class Usage:
    """What was given before: on this order, and to this customer within the policy's period.

    Counts are of all remedies taken. `order_total` is the sum of their amounts; `customer_total`
    is that of goodwill alone, without entitlements. None means nothing so far.
    """

    order_count: int = 0
    order_total: Money | None = None
    customer_count: int = 0
    customer_total: Money | None = None


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What is known of a case when it is decided; all of it from the database.

    `order_value` and `order_currency` are None where no order is concerned, or it is not known
    yet; `desired` is the kind of remedy that the customer asked for.
    """

    category: str
    severity: Severity
    order_value: Money | None = None
    order_currency: str | None = None
    tier: str = "standard"
    identity_proven: bool = False
    has_photo: bool = False
    desired: str | None = None
    usage: Usage = field(default_factory=Usage)
    signals: tuple[str, ...] = ()  # why a person should look at it first, see bot/signals.py


@dataclass(frozen=True, slots=True)
class Decision:
    """What may be offered, or that a person must decide and why.

    An offer has one to three alternatives: what the customer asked for first, then the
    entitlement, then the rest as the policy orders them. `reasons` tell, for the record and not
    for the customer, how the decision came about.
    """

    outcome: Literal["offer", "person"]
    policy_version: str
    rule_id: str | None = None
    alternatives: tuple[Alternative, ...] = ()
    reason: PersonReason | None = None
    reasons: tuple[str, ...] = ()

    @property
    def entitlement(self) -> Alternative | None:
        """What law or contract gives the customer, among the alternatives."""
        return next((one for one in self.alternatives if one.is_entitlement), None)


def decide(policy: Policy, facts: CaseFacts) -> Decision:
    """What the first rule that holds allows for the case; never a refusal, at most a person."""
    currency = facts.order_value.currency if facts.order_value else facts.order_currency
    if currency not in (None, policy.currency):
        return _person(policy, None, "other_currency", f"{currency}, not {policy.currency}")
    rule = _first(policy.rules, facts)
    if rule is None:
        return _person(policy, None, _what_is_missing(policy.rules, facts))
    if rule.person:
        return _person(policy, rule, "rule_says_person", rule.why)
    usage, limits = facts.usage, policy.limits
    if usage.order_count >= limits.per_order.max_remedies:
        return _person(policy, rule, "order_limit", f"{usage.order_count} on this order")
    if usage.customer_count >= limits.per_customer.max_remedies:
        return _person(policy, rule, "customer_limit", f"{usage.customer_count} in the period")
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
    left_out: list[PersonReason] = []
    for spec in rule.offer:
        fitted = room.fit_goodwill(spec, owed)
        if isinstance(fitted, Alternative):
            alternatives.append(fitted)
            notes.append(_said(fitted))
        else:
            left_out.append(fitted)
            notes.append(f"{spec.kind} left out: {_WHY[fitted]}")
    if rule.offer and len(left_out) == len(rule.offer):
        return _person(policy, rule, left_out[0], *notes)
    alternatives.sort(key=lambda one: one.kind != facts.desired)
    if facts.desired and alternatives[0].kind == facts.desired:
        notes.append(f"{facts.desired} first: the customer asked for it")
    return Decision("offer", policy.version, rule.id, tuple(alternatives), None, tuple(notes))


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
    notes = (f"to_check: {_WHY['to_check']}", told, *made.reasons)
    return Decision("person", made.policy_version, made.rule_id, (), "to_check", notes)


class _Room:
    """What the limits still leave for a case."""

    def __init__(self, policy: Policy, facts: CaseFacts) -> None:
        nothing = zero(policy.currency)
        self._policy = policy
        self._order = facts.order_value
        self._on_order: Money | None = None
        if facts.order_value is not None:
            most = percent_of(facts.order_value, policy.limits.per_order.max_percent)
            self._on_order = max(most - (facts.usage.order_total or nothing), nothing)
        given = facts.usage.customer_total or nothing
        self._for_customer = policy.limits.per_customer.max_total - given

    def fit_right(self, spec: AlternativeSpec) -> Alternative | PersonReason:
        """What the customer has a right to; never cut down to a limit: then a person decides."""
        try:
            value = face_value(spec, self._order)
        except LookupError:
            return "needs_order"
        if value is not None and not self._fits_order(value):
            return "order_limit"
        return build(spec, self._policy, value)

    def fit_goodwill(self, spec: AlternativeSpec, owed: Money | None) -> Alternative | PersonReason:
        """Goodwill, if need be cut down to what may still be given on the order."""
        try:
            value = face_value(spec, self._order)
        except LookupError:
            return "needs_order"
        if value is not None and not self._fits_order(value):
            value = self._cut(spec)
            if value is None:
                return "order_limit"
        made = build(spec, self._policy, value, owed)
        if made.goodwill is not None and made.goodwill > self._for_customer:
            return "customer_limit"
        return made

    def _fits_order(self, value: Money) -> bool:
        """Whether such a value may still be given on the order; nothing at all is no remedy."""
        return value.amount_minor > 0 and (self._on_order is None or value <= self._on_order)

    def _cut(self, spec: AlternativeSpec) -> Money | None:
        """All that is left on the order; None where that would lose its point."""
        left = self._on_order
        if spec.kind not in MONEY_KINDS or self._order is None or left is None:
            return None
        # Credit that settles a right is worth more than the right, as its words say, or is not.
        share = spec.percent if spec.settles_right else None
        too_little = share is not None and left < percent_of(self._order, share)
        return None if too_little or left.amount_minor <= 0 else left


def _first(rules: Iterable[RuleSpec], facts: CaseFacts) -> RuleSpec | None:
    return next((rule for rule in rules if _holds(rule.when, facts)), None)


def _holds(when: When, facts: CaseFacts) -> bool:
    return (
        facts.category in when.category
        and (when.severity is None or facts.severity in when.severity)
        and (when.order_value is None or when.order_value.holds(facts.order_value))
        and (when.tier is None or facts.tier in when.tier)
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
        _holds(rule.when.model_copy(update={"order_value": None}), facts) for rule in rules
    ):
        return "needs_order"
    return "no_rule"


def _person(policy: Policy, rule: RuleSpec | None, reason: PersonReason, *notes: str) -> Decision:
    told = (f"{reason}: {_WHY[reason]}", *notes)
    return Decision("person", policy.version, rule.id if rule else None, (), reason, told)


def _said(one: Alternative) -> str:
    amount = f" of {show(one.amount, 'en')}" if one.amount else ""
    cost = f", costs {show(one.cost, 'en')}" if one.cost else ""
    return f"{one.kind}{amount}{cost}"
