"""Reads the compensation policy from its YAML file and checks that it makes sense as a whole."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from bot.company.profile import Company
from bot.config.yaml_schema import Document, FileError, Location, read_yaml, suggest, validate
from bot.policy.model import AlternativeSpec, EntitlementSpec, Policy, PolicyFile, RuleSpec
from bot.policy.rights_check import find_warnings

# The files in the company's folder: the policy in force, and one that only decides beside it.
POLICY_FILE: Final = "policy.yml"
SHADOW_POLICY_FILE: Final = "policy.shadow.yml"


class PolicyError(FileError):
    """A policy that cannot be used; `problems` holds all its mistakes, by line."""


def load_policy(path: Path, company: Company, *, has_webhook: bool = True) -> Policy:
    """Load the policy of a company.

    Args:
        has_webhook: False refuses remedies that the company's own system must carry out.

    Raises:
        PolicyError: with every mistake in the file.
    """
    path = Path(path)
    document = read_yaml(path)
    if document.content is not None:
        _insert_remedies(document)
    content = validate(document, PolicyFile, {"currency": company.currency})
    if content is not None:
        _check_whole(document, content, company)
        if not has_webhook:
            _check_providers(document, content)
    if content is None or document.problems:
        raise PolicyError(path, document.problems)
    return Policy(
        version=f"{content.version}+{_hash_content(content)}",
        currency=content.currency,
        country=company.country,
        limits=content.limits,
        rules=content.cases,
        remedies=content.remedies,
        authority=content.authority,
        weighing=content.weighing,
        raises=content.raises,
        warnings=find_warnings(document, content, company),
        breaker=content.breaker,
        signals=content.signals,
    )


def _insert_remedies(document: Document) -> None:
    """Replace each `use: NAME` in the rules by that remedy, with the keys that the rule adds."""
    remedies = document.content.get("remedies")
    rules = document.content.get("cases")
    remedies = remedies if isinstance(remedies, dict) else {}
    for i, rule in enumerate(rules if isinstance(rules, list) else ()):
        if not isinstance(rule, dict):
            continue
        if isinstance(offer := rule.get("offer"), list):
            rule["offer"] = [
                _resolve_remedy(document, remedies, ("cases", i, "offer", j), part)
                for j, part in enumerate(offer)
            ]
        if "entitlement" in rule:
            place: Location = ("cases", i, "entitlement")
            rule["entitlement"] = _resolve_remedy(document, remedies, place, rule["entitlement"])


def _resolve_remedy(
    document: Document, remedies: dict[str, Any], place: Location, part: Any
) -> Any:
    own = {"use": part} if isinstance(part, str) else part
    if not isinstance(own, dict) or "use" not in own:
        return part
    name, own = own["use"], {key: value for key, value in own.items() if key != "use"}
    remedy = remedies.get(name)
    if not isinstance(remedy, dict):
        document.add_problem(
            (*place, "use"), f"unknown remedy {name}", suggest(name, list(remedies))
        )
        return part
    document.note_insertion(place, ("remedies", name), own)
    return {**remedy, **own}


def _check_whole(document: Document, content: PolicyFile, company: Company) -> None:
    if content.currency != company.currency:
        document.add_problem(
            ("currency",), f"{content.currency} is not the company's currency", company.currency
        )
    rule_ids: set[str] = set()
    for i, rule in enumerate(content.cases):
        place: Location = ("cases", i)
        if rule.id in rule_ids:
            document.add_problem((*place, "id"), f"a second rule {rule.id}", "an id for each rule")
        rule_ids.add(rule.id)
        for earlier in content.cases[:i]:
            if earlier.id != rule.id and earlier.when.covers(rule.when):
                document.add_problem(
                    place,
                    f"rule {rule.id} can never hold: {earlier.id} above it takes all its cases",
                    "a narrower rule above, the broader one below",
                )
                break
        for j, tier in enumerate(rule.when.tier or ()):
            if tier not in company.tiers:
                tier_place: Location = (*place, "when", "tier", j)
                allowed = suggest(tier, list(company.tiers))
                document.add_problem(tier_place, f"unknown tier {tier}", allowed)
        _check_alternatives(document, content, company, i, rule)


def _check_alternatives(
    document: Document, content: PolicyFile, company: Company, index: int, rule: RuleSpec
) -> None:
    maximum = content.limits.per_order.max_percent
    for place, spec in _alternatives(index, rule):
        if spec.percent is not None and spec.percent > maximum:
            document.add_problem(
                (*place, "percent"),
                f"rule {rule.id}: {spec.percent:f} percent is above limits.per_order.max_percent",
                f"at most {maximum:f}",
            )
        if isinstance(spec, EntitlementSpec) and spec.right not in company.right_texts:
            allowed = suggest(spec.right, list(company.right_texts))
            document.add_problem((*place, "right"), f"unknown right {spec.right}", allowed)
        if spec.settles_right and rule.entitlement is None:
            text = f"rule {rule.id} has no right that this could settle"
            document.add_problem((*place, "settles_right"), text, "an entitlement beside it")


def _check_providers(document: Document, content: PolicyFile) -> None:
    specs: list[tuple[Location, AlternativeSpec]] = [
        (("remedies", name), spec) for name, spec in content.remedies.items()
    ]
    for i, rule in enumerate(content.cases):
        specs += _alternatives(i, rule)
    for place, spec in specs:
        if spec.provider == "webhook":
            document.add_problem(
                (*place, "provider"),
                "names the webhook, and PROVIDER_URL is not set",
                "PROVIDER_URL and PROVIDER_SECRET, or internal",
            )


def _alternatives(index: int, rule: RuleSpec) -> Iterator[tuple[Location, AlternativeSpec]]:
    """Yield the alternatives of the rule with that index, the entitlement last."""
    for j, spec in enumerate(rule.offer):
        yield ("cases", index, "offer", j), spec
    if rule.entitlement:
        yield ("cases", index, "entitlement"), rule.entitlement


def _hash_content(content: PolicyFile) -> str:
    """Return eight hexadecimal digits that depend on all that the file says, comments apart."""
    canonical = json.dumps(content.model_dump(mode="json", by_alias=True), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:8]
