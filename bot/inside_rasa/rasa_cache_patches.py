"""Caches for what Rasa computes anew in every turn, though it depends on the model alone.

Each public function here replaces one of Rasa's; `patches` names which, and puts it in place.
"""

import json
from collections import OrderedDict
from functools import lru_cache
from typing import Any

from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.nlu.constants import TEXT

# Rasa's own functions, as they are before `patches` replaces them.
_rasa_is_empty = Domain.is_empty
_rasa_get_possible_keys = RulePolicy._get_possible_keys
_rasa_find_action_from_rules = RulePolicy._find_action_from_rules
# The most recent states of conversations for which the matching rules are cached.
MAX_CACHED_STATES = 1000

_ActionFromRules = tuple[str | None, str | None, bool]

resolve_event_type = lru_cache(maxsize=None)(Event.resolve_by_type)


def is_empty(domain: Domain) -> bool:
    """Cache `Domain.is_empty` in the domain itself, as other domains come and go during loading."""
    cache = vars(domain)
    if "_cached_is_empty" not in cache:
        cache["_cached_is_empty"] = _rasa_is_empty(domain)
    return bool(cache["_cached_is_empty"])


def no_debug_text(_states: list[Any]) -> str:
    """Return nothing in place of the states' description for the debug log."""
    return ""


def find_action_from_rules(
    policy: RulePolicy,
    tracker: Any,
    domain: Domain,
    use_text_for_last_user_input: bool,  # noqa: FBT001  (Rasa's signature)
) -> _ActionFromRules:
    """Skip the search by the message's text if no rule contains a text."""
    if use_text_for_last_user_input and not _rules_of(policy, policy.lookup[RULES]).contain_text:
        return None, None, False
    prediction: _ActionFromRules = _rasa_find_action_from_rules(
        policy, tracker, domain, use_text_for_last_user_input
    )
    return prediction


def get_possible_keys(policy: RulePolicy, lookup: dict[str, str], states: list[Any]) -> set[str]:
    """Cache the keys of the rules that match these states.

    Only as many of the last states as the longest rule has can matter, so these are the cache key.
    """
    rules = _rules_of(policy, lookup)
    recent = json.dumps(states[-rules.longest :])
    if recent in rules:
        rules.move_to_end(recent)
    else:
        rules[recent] = _rasa_get_possible_keys(policy, lookup, states)
        if len(rules) > MAX_CACHED_STATES:
            rules.popitem(last=False)
    return set(rules[recent])


class _MatchingRules(OrderedDict[str, set[str]]):
    """The matching rules' keys by the last states of a conversation, as JSON."""

    def __init__(self, lookup: dict[str, str]) -> None:
        super().__init__()
        self.lookup = lookup
        self.longest = max((len(json.loads(rule)) for rule in lookup), default=1)
        self.contain_text = any(f'"{TEXT}"' in rule for rule in lookup)


def _rules_of(policy: RulePolicy, lookup: dict[str, str]) -> _MatchingRules:
    """Return the policy's cache, a new one if its rules are others than before."""
    rules: _MatchingRules | None = vars(policy).get("_matching_rules")
    if rules is None or rules.lookup is not lookup:
        rules = vars(policy)["_matching_rules"] = _MatchingRules(lookup)
    return rules
