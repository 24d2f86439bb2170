"""Whether the policy offers goodwill where the law gives a right that is not beside it."""

from collections.abc import Iterator

from bot.company.legal_rights import Law
from bot.company.profile import Company
from bot.config.yaml_schema import Document, Place, Problem
from bot.policy.model import PolicyFile, RuleSpec


def warnings(document: Document, content: PolicyFile, company: Company) -> tuple[Problem, ...]:
    """What is allowed, and should still be looked at by whoever knows the law."""
    if company.law is None:
        return ()
    found: list[Problem] = []
    for i, rule in enumerate(content.cases):
        for place, what, allowed in _of_rule(rule, company.law):
            found.append(Problem(document.line(("cases", i, *place)), what, allowed))
    return tuple(sorted(set(found)))


def _of_rule(rule: RuleSpec, law: Law) -> Iterator[tuple[Place, str, str]]:
    right = rule.entitlement
    if right is not None:
        known = law.rights.get(right.right)
        if known is not None and right.kind not in known.gives:
            what = f"rule {rule.id}: a {right.kind} does not give the right {right.right}"
            yield ("entitlement",), what, f"{', '.join(known.gives)} ({known.source})"
        return
    # To strangers nothing is owed yet: it is not known what they bought.
    if not rule.offer or rule.when.identity == "any":
        return
    for category in rule.when.category:
        for key, known in law.of(category).items():
            what = f"rule {rule.id}: goodwill for {category} without the right beside it"
            yield (), what, f"entitlement: {{right: {key}, ...}} ({known.source})"
