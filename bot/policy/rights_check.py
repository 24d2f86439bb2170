"""Warns where a rule offers goodwill without the legal right that must stand beside it."""

from collections.abc import Iterator

from bot.company.legal_rights import Law
from bot.company.profile import Company
from bot.config.yaml_schema import Document, Location, Problem
from bot.policy.model import PolicyFile, RuleSpec


def find_warnings(document: Document, content: PolicyFile, company: Company) -> tuple[Problem, ...]:
    """Return what the file may say and a lawyer should check, by line; empty without a law."""
    if company.law is None:
        return ()
    problems = [
        Problem(document.line(("cases", i, *place)), text, allowed)
        for i, rule in enumerate(content.cases)
        for place, text, allowed in _check_rule(rule, company.law)
    ]
    return tuple(sorted(set(problems)))


def _check_rule(rule: RuleSpec, law: Law) -> Iterator[tuple[Location, str, str]]:
    """Yield where the rule departs from the law, the problem's text, and what to write."""
    entitlement = rule.entitlement
    if entitlement is not None:
        right = law.rights.get(entitlement.right)
        if right is not None and entitlement.kind not in right.gives:
            text = (
                f"rule {rule.id}: a {entitlement.kind} does not give the right {entitlement.right}"
            )
            yield ("entitlement",), text, f"{', '.join(right.gives)} ({right.source})"
        return
    # Nothing is owed to strangers yet: it is not known what they bought.
    if not rule.offer or rule.when.identity == "any":
        return
    for category in rule.when.category:
        for key, right in law.rights_in(category).items():
            text = f"rule {rule.id}: goodwill for {category} without the right beside it"
            yield (), text, f"entitlement: {{right: {key}, ...}} ({right.source})"
