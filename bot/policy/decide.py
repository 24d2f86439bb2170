"""Decides what a case may be offered under the company's policy. Pure: reads no database."""

from dataclasses import replace

from bot.money import Money, show, zero
from bot.policy import raises, ranking
from bot.policy.alternative import Alternative
from bot.policy.decision import HUMAN_REASONS, CaseFacts, Decision, HumanReason
from bot.policy.limit_check import find_reached_limit
from bot.policy.limit_fitter import LimitFitter
from bot.policy.model import Policy, RuleSpec
from bot.policy.rule_matching import find_missing_fact, find_rule
from bot.policy.trace import DecisionTrace
from bot.remedy_kind import Kind


def decide(policy: Policy, facts: CaseFacts) -> Decision:
    """Return what the first rule that applies allows: an offer, or a human who must decide.

    The policy never refuses a case.
    """
    if facts.is_paused:
        return _to_human(policy, None, "paused")
    currency = facts.order_value.currency if facts.order_value else facts.order_currency
    if currency not in (None, policy.currency):
        return _to_human(policy, None, "other_currency", f"{currency}, not {policy.currency}")
    rules = policy.rules_for(facts.category)
    rule = find_rule(rules, facts)
    if rule is None:
        return _to_human(policy, None, find_missing_fact(rules, facts))
    if rule.person:
        return _to_human(policy, rule, "rule_says_person", rule.why)
    limit = find_reached_limit(
        policy.limits, facts.usage, facts.category, None, zero(policy.currency)
    )
    if limit is not None:
        return _to_human(policy, rule, limit)
    return _apply_signals(policy, facts, _make_offer(policy, rule, facts))


def _make_offer(policy: Policy, rule: RuleSpec, facts: CaseFacts) -> Decision:
    fitter = LimitFitter(policy, facts)
    notes = [f"rule {rule.id}: {rule.why}"]
    alternatives: list[Alternative] = []
    owed: Money | None = None
    if rule.entitlement:
        entitlement = fitter.fit_entitlement(rule.entitlement)
        if not isinstance(entitlement, Alternative):
            # Goodwill without the right beside it would replace the right.
            return _to_human(policy, rule, entitlement, rule.why, f"right {rule.entitlement.right}")
        owed = entitlement.amount
        alternatives.append(entitlement)
        notes.append(f"entitlement: {_describe(entitlement)}")
    percents = raises.candidate_percents(policy.raises, facts.severity, facts.failures)
    goodwill: list[Alternative] = []
    left_out: list[tuple[Kind, HumanReason]] = []
    for spec in rule.offer:
        fitted = fitter.fit_goodwill(spec, owed, percents)
        if isinstance(fitted, Alternative):
            goodwill.append(fitted)
        else:
            left_out.append((spec.kind, fitted))
    if fitter.raised_percent:
        notes.append(
            f"goodwill raised by {fitter.raised_percent:f} %: severity {facts.severity}, "
            f"{facts.failures} earlier failures"
        )
    goodwill = ranking.rank(goodwill, policy.weighing, facts.value_at_risk)
    notes += [_describe(alternative) for alternative in goodwill]
    notes += [f"{kind} left out: {HUMAN_REASONS[reason]}" for kind, reason in left_out]
    notes += fitter.describe_remaining()
    trace = fitter.trace(rule.why, left_out)
    # On an empty budget the right is offered by itself; any other limit is for a human to judge.
    is_right_enough = bool(alternatives) and {reason for _, reason in left_out} == {"budget_spent"}
    if rule.offer and len(left_out) == len(rule.offer) and not is_right_enough:
        return replace(_to_human(policy, rule, left_out[0][1], *notes), trace=trace)
    alternatives += goodwill
    alternatives.sort(key=lambda alternative: alternative.kind != facts.desired)
    if facts.desired and alternatives[0].kind == facts.desired:
        notes.append(f"{facts.desired} first: the customer asked for it")
    return Decision(
        "offer", policy.version, rule.id, tuple(alternatives), None, tuple(notes), trace
    )


def _apply_signals(policy: Policy, facts: CaseFacts, decision: Decision) -> Decision:
    """Return the decision, or one for a human if the risk signals weigh too much for its value.

    A human makes the whole offer then, the entitlement included.
    """
    if decision.outcome == "person" or not facts.signals:
        return decision
    spec, weight = policy.signals, policy.signals.total_weight(facts.signals)
    note = f"signals {', '.join(facts.signals)}: {weight} of {spec.to_person_from}"
    values = [
        alternative.value for alternative in decision.alternatives if alternative.value is not None
    ]
    maximum = spec.alone_up_to
    is_above_maximum = maximum is not None and any(value > maximum for value in values)
    if weight < spec.to_person_from and not is_above_maximum:
        return replace(decision, reasons=(*decision.reasons, note))
    if weight < spec.to_person_from and maximum is not None:
        note += f"; worth more than {show(maximum, 'en')}"
    notes = (f"to_check: {HUMAN_REASONS['to_check']}", note, *decision.reasons)
    return Decision("person", decision.policy_version, decision.rule_id, (), "to_check", notes)


def _to_human(policy: Policy, rule: RuleSpec | None, reason: HumanReason, *notes: str) -> Decision:
    reasons = (f"{reason}: {HUMAN_REASONS[reason]}", *notes)
    trace = DecisionTrace(rule.why if rule else "")
    return Decision("person", policy.version, rule.id if rule else None, (), reason, reasons, trace)


def _describe(alternative: Alternative) -> str:
    amount, cost, worth = alternative.amount, alternative.cost, alternative.worth
    text = str(alternative.kind)
    text += f" of {show(amount, 'en')}" if amount else ""
    text += f", costs {show(cost, 'en')}" if cost else ""
    if alternative.weight:
        text += f", worth {show(worth, 'en')} to the customer" if worth else ""
        text += f", weighs {show(alternative.weight, 'en')}"
    return text
