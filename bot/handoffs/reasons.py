"""The reasons for which a case goes to a human, how urgent each is, and which allow a return.

A new reason is a member of ``HandoffReason`` (bot/models/states.py). It needs a
priority here (else it gets ``DEFAULT_PRIORITY``), its words in the console's texts and, where the
customer is told why, a response ``person_because_<reason>``.
"""

from bot.models import HandoffReason

# 1 is served first. The policy's own reasons have the default priority.
PRIORITIES = {
    HandoffReason.DANGER: 1,
    HandoffReason.PROMISE_BROKEN: 1,
    HandoffReason.VULNERABLE: 2,
    HandoffReason.THREAT: 2,
    HandoffReason.PRESS: 2,
    HandoffReason.ANGER: 2,
    HandoffReason.ENGINE_FAILED: 2,
    HandoffReason.TRUTH_GATE: 2,
    HandoffReason.PROVIDER_FAILED: 2,
    HandoffReason.REMEDY_FAILED: 2,
    HandoffReason.WANTS_HUMAN: 3,
    HandoffReason.ALL_DECLINED: 3,
    HandoffReason.ALREADY_REMEDIED: 3,
    HandoffReason.IDENTITY_UNPROVEN: 3,
    HandoffReason.ORDER_NOT_FOUND: 3,
    HandoffReason.NOT_UNDERSTOOD: 3,
    HandoffReason.BUDGET_SPENT: 3,
    HandoffReason.LIMIT_PASSED: 3,
}
DEFAULT_PRIORITY = 3
# Reasons for which the bot can do nothing more: returning to it would bring the case back here.
HUMAN_ONLY = frozenset(
    {
        HandoffReason.DANGER,
        HandoffReason.THREAT,
        HandoffReason.PRESS,
        HandoffReason.NO_RULE,
        HandoffReason.RULE_SAYS_PERSON,
        HandoffReason.ORDER_LIMIT,
        HandoffReason.CUSTOMER_LIMIT,
        HandoffReason.HOUSEHOLD_LIMIT,
        HandoffReason.CATEGORY_LIMIT,
        HandoffReason.KIND_LIMIT,
        HandoffReason.LIMIT_PASSED,
        HandoffReason.PAUSED,
        HandoffReason.BUDGET_SPENT,
        HandoffReason.OTHER_CURRENCY,
        HandoffReason.NEEDS_IDENTITY,
        HandoffReason.NEEDS_ORDER,
        HandoffReason.TO_CHECK,
        HandoffReason.ALREADY_REMEDIED,
        HandoffReason.REMEDY_FAILED,
    }
)
