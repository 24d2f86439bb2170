"""Reads the compensation policy from its YAML file and checks that it makes sense as a whole."""

import hashlib
import json
from pathlib import Path
from typing import Any

from bot.company.profile import Company
from bot.config.yaml_schema import Document, FileError, Place, Problem, check, closest, read
from bot.policy.model import AlternativeSpec, EntitlementSpec, Policy, PolicyFile, RuleSpec
from bot.policy.rights_check import warnings

__all__ = ["PolicyError", "Problem", "load_policy"]


class PolicyError(FileError):
    """The policy cannot be used; `problems` has all that is wrong, by line."""


def load_policy(path: Path, company: Company, *, has_webhook: bool = True) -> Policy:
    """Read the policy of `company`; raises PolicyError with every problem that was found.

    Args:
        has_webhook: whether the company's own system can be asked to carry a remedy out.
    """
    path = Path(path)
    document = read(path)
    if document.content is not None:
        _insert_remedies(document)
    content = check(document, PolicyFile, {"currency": company.currency})
    if content is not None:
        _check_whole(document, content, company)
        if not has_webhook:
            _check_providers(document, content)
    if content is None or document.problems:
        raise PolicyError(path, document.problems)
    return Policy(
        version=f"{content.version}+{_fingerprint(content)}",
        currency=content.currency,
        country=company.country,
        limits=content.limits,
        rules=content.cases,
        remedies=content.remedies,
        authority=content.authority,
        weighing=content.weighing,
        raises=content.raises,
        warnings=warnings(document, content, company),
        breaker=content.breaker,
        signals=content.signals,
    )


def _insert_remedies(document: Document) -> None:
    """Put the named remedies where rules call them by name, with what a rule says of its own."""
    remedies = document.content.get("remedies")
    rules = document.content.get("cases")
    remedies = remedies if isinstance(remedies, dict) else {}
    for i, rule in enumerate(rules if isinstance(rules, list) else ()):
        if not isinstance(rule, dict):
            continue
        if isinstance(offer := rule.get("offer"), list):
            rule["offer"] = [
                _named(document, remedies, ("cases", i, "offer", j), part)
                for j, part in enumerate(offer)
            ]
        if "entitlement" in rule:
            place: Place = ("cases", i, "entitlement")
            rule["entitlement"] = _named(document, remedies, place, rule["entitlement"])


def _named(document: Document, remedies: dict[str, Any], place: Place, part: Any) -> Any:
    own = {"use": part} if isinstance(part, str) else part
    if not isinstance(own, dict) or "use" not in own:
        return part
    name, own = own["use"], {key: value for key, value in own.items() if key != "use"}
    remedy = remedies.get(name)
    if not isinstance(remedy, dict):
        document.blame((*place, "use"), f"unknown remedy {name}", closest(name, list(remedies)))
        return part
    document.insert(place, ("remedies", name), own)
    return {**remedy, **own}


def _check_whole(document: Document, content: PolicyFile, company: Company) -> None:
    if content.currency != company.currency:
        document.blame(
            ("currency",), f"{content.currency} is not the company's currency", company.currency
        )
    seen: dict[str, int] = {}
    for i, rule in enumerate(content.cases):
        place: Place = ("cases", i)
        if rule.id in seen:
            document.blame((*place, "id"), f"a second rule {rule.id}", "an id for each rule")
        seen[rule.id] = i
        for earlier in content.cases[:i]:
            if earlier.id != rule.id and earlier.when.covers(rule.when):
                document.blame(
                    place,
                    f"rule {rule.id} can never hold: {earlier.id} above it takes all its cases",
                    "a narrower rule above, the broader one below",
                )
                break
        for j, tier in enumerate(rule.when.tier or ()):
            if tier not in company.tiers:
                where: Place = (*place, "when", "tier", j)
                document.blame(where, f"unknown tier {tier}", closest(tier, list(company.tiers)))
        _check_parts(document, content, company, place, rule)


def _check_parts(
    document: Document, content: PolicyFile, company: Company, place: Place, rule: RuleSpec
) -> None:
    parts: list[tuple[Place, AlternativeSpec]] = [
        ((*place, "offer", j), part) for j, part in enumerate(rule.offer)
    ]
    if rule.entitlement:
        parts.append(((*place, "entitlement"), rule.entitlement))
    most = content.limits.per_order.max_percent
    for where, part in parts:
        if part.percent is not None and part.percent > most:
            document.blame(
                (*where, "percent"),
                f"rule {rule.id}: {part.percent:f} percent is above limits.per_order.max_percent",
                f"at most {most:f}",
            )
        if isinstance(part, EntitlementSpec) and part.right not in company.right_words:
            allowed = closest(part.right, list(company.right_words))
            document.blame((*where, "right"), f"unknown right {part.right}", allowed)
        if part.settles_right and rule.entitlement is None:
            what = f"rule {rule.id} has no right that this could settle"
            document.blame((*where, "settles_right"), what, "an entitlement beside it")


def _check_providers(document: Document, content: PolicyFile) -> None:
    parts: list[tuple[Place, AlternativeSpec]] = [
        (("remedies", name), part) for name, part in content.remedies.items()
    ]
    for i, rule in enumerate(content.cases):
        parts += [(("cases", i, "offer", j), part) for j, part in enumerate(rule.offer)]
        if rule.entitlement:
            parts.append((("cases", i, "entitlement"), rule.entitlement))
    for place, part in parts:
        if part.provider == "webhook":
            what = "names the webhook, and PROVIDER_URL is not set"
            document.blame(
                (*place, "provider"), what, "PROVIDER_URL and PROVIDER_SECRET, or internal"
            )


def _fingerprint(content: PolicyFile) -> str:
    """Eight letters that change whenever what the policy says changes; comments do not count."""
    canonical = json.dumps(content.model_dump(mode="json", by_alias=True), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:8]
