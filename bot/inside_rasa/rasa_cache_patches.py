"""What Rasa works out anew in every turn, though it never changes while a model is served."""

import json
from collections import OrderedDict
from functools import lru_cache
from typing import Any

from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.nlu.constants import TEXT

_work_out = Domain.is_empty
_look_for_rules = RulePolicy._get_possible_keys
_look_for_action = RulePolicy._find_action_from_rules
# So many ways a conversation can look to the rules are remembered.
MOST_LOOKS = 1000


def remember() -> None:
    """Have it worked out once."""
    Domain.is_empty = _is_empty
    Event.resolve_by_type = staticmethod(lru_cache(maxsize=None)(Event.resolve_by_type))
    RulePolicy._get_possible_keys = _rules_for
    RulePolicy._find_action_from_rules = _action_for
    RulePolicy.format_tracker_states = staticmethod(_as_nobody_reads_it)


def _is_empty(domain: Domain) -> bool:
    # Kept with the domain itself: while a model is loaded, others come and go.
    known = vars(domain)
    if "_is_known_empty" not in known:
        known["_is_known_empty"] = _work_out(domain)
    return bool(known["_is_known_empty"])


def _as_nobody_reads_it(_states: list[Any]) -> str:
    """The states for the log of what is being debugged, which is not kept."""
    return ""


Found = tuple[str | None, str | None, bool]


def _action_for(
    policy: RulePolicy,
    tracker: Any,
    domain: Domain,
    use_text_for_last_user_input: bool,  # noqa: FBT001 - Rasa's
) -> Found:
    """The action of the rules; none is found by a text where no rule names one."""
    if use_text_for_last_user_input and not _known(policy, policy.lookup[RULES]).name_texts:
        return None, None, False
    found: Found = _look_for_action(policy, tracker, domain, use_text_for_last_user_input)
    return found


def _rules_for(policy: RulePolicy, lookup: dict[str, str], states: list[Any]) -> set[str]:
    """The rules that hold after these states; none looks back further than the longest does."""
    known = _known(policy, lookup)
    look = json.dumps(states[-known.longest :])
    if look in known:
        known.move_to_end(look)
    else:
        known[look] = _look_for_rules(policy, lookup, states)
        if len(known) > MOST_LOOKS:
            known.popitem(last=False)
    return set(known[look])


class _KnownRules(OrderedDict[str, set[str]]):
    """The rules for each way that conversations have looked, by their last states."""

    def __init__(self, lookup: dict[str, str]) -> None:
        super().__init__()
        self.lookup = lookup
        self.longest = max((len(json.loads(rule)) for rule in lookup), default=1)
        self.name_texts = any(f'"{TEXT}"' in rule for rule in lookup)


def _known(policy: RulePolicy, lookup: dict[str, str]) -> _KnownRules:
    known: _KnownRules | None = vars(policy).get("_known_rules")
    if known is None or known.lookup is not lookup:
        known = vars(policy)["_known_rules"] = _KnownRules(lookup)
    return known
