"""The closed sets of words that the tables hold: states, authors, roles, reasons.

A word is stored, sent as JSON and printed as its plain value: ``str()``, f-strings,
``json.dumps`` and CSV give "waiting", never "HandoffState.WAITING". The order of the members is
that of the CHECK constraints.
"""

from enum import StrEnum
from typing import Final


class Author(StrEnum):
    """The author of a message: a customer's messages are incoming, all others outgoing."""

    CUSTOMER = "customer"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class MessageState(StrEnum):
    """The state of a message; see ``bot/conversation/message_states.py``."""

    RECEIVED = "received"  # incoming, and its turn is not over
    ANSWERED = "answered"  # incoming, and its turn is over
    PENDING = "pending"  # outgoing, and the channel does not have it yet
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


class ContentKind(StrEnum):
    """The kind of content of a message or a file."""

    TEXT = "text"
    PHOTO = "photo"
    VOICE = "voice"
    VIDEO = "video"
    DOCUMENT = "document"
    LOCATION = "location"
    CONTACT = "contact"  # somebody's card
    PHONE = "phone"  # the customer's own, which the channel vouches for
    STICKER = "sticker"
    REACTION = "reaction"
    COMMAND = "command"
    GONE = "gone"  # a press on a button that is not open any more
    UNSUPPORTED = "unsupported"


class Proof(StrEnum):
    """How a customer's identity was proven."""

    ORDER = "order"  # an order's number with its e-mail or phone
    SIGNED_TOKEN = "signed_token"  # noqa: S105 - the company's page vouches for them
    CHANNEL_PHONE = "channel_phone"  # the channel vouches for their phone


class Owner(StrEnum):
    """Who answers in a conversation."""

    BOT = "bot"
    QUEUE = "queue"  # nobody yet: it waits for an agent
    AGENT = "agent"


class ComplaintState(StrEnum):
    """The state of a case."""

    OPEN = "open"
    RESOLVED = "resolved"  # the customer has, or is promised, what they chose
    CLOSED = "closed"


class HandoffState(StrEnum):
    """The state of a handoff to a human."""

    WAITING = "waiting"
    ACTIVE = "active"
    ENDED = "ended"


class HandoffEnding(StrEnum):
    """How a handoff ended."""

    RESOLVED = "resolved"
    RETURNED = "returned"  # to the bot
    ABANDONED = "abandoned"  # the customer no longer answers


class HandoffReason(StrEnum):
    """Why a human takes over."""

    # From what the customer writes, see bot/understanding.
    DANGER = "danger"
    VULNERABLE = "vulnerable"
    THREAT = "threat"
    PRESS = "press"
    ANGER = "anger"
    WANTS_HUMAN = "wants_human"
    ALL_DECLINED = "all_declined"
    # The assistant lacks a fact, or did not understand.
    NOT_UNDERSTOOD = "not_understood"
    IDENTITY_UNPROVEN = "identity_unproven"
    ORDER_NOT_FOUND = "order_not_found"
    # Decided by the policy, see HumanReason in bot/policy/decision.py.
    NO_RULE = "no_rule"
    RULE_SAYS_PERSON = "rule_says_person"
    NEEDS_IDENTITY = "needs_identity"
    NEEDS_ORDER = "needs_order"
    OTHER_CURRENCY = "other_currency"
    ORDER_LIMIT = "order_limit"
    CUSTOMER_LIMIT = "customer_limit"
    HOUSEHOLD_LIMIT = "household_limit"
    CATEGORY_LIMIT = "category_limit"
    KIND_LIMIT = "kind_limit"
    LIMIT_PASSED = "limit_passed"
    BUDGET_SPENT = "budget_spent"
    PAUSED = "paused"
    TO_CHECK = "to_check"
    ALREADY_REMEDIED = "already_remedied"
    # Failures on our side.
    ENGINE_FAILED = "engine_failed"
    TRUTH_GATE = "truth_gate"
    PROVIDER_FAILED = "provider_failed"  # the channel's provider does not accept a message
    WINDOW_CLOSED = "window_closed"  # the channel does not let us write to the customer now
    UNREACHABLE = "unreachable"
    REMEDY_FAILED = "remedy_failed"
    PROMISE_BROKEN = "promise_broken"


class SummaryState(StrEnum):
    """The customer's answer to the summary of their case."""

    SHOWN = "shown"
    RIGHT = "right"
    WRONG = "wrong"
    CORRECTED = "corrected"


class PromiseState(StrEnum):
    """The state of a promise."""

    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    VOID = "void"


class OfferState(StrEnum):
    """The state of an offer."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    VOID = "void"


class CompensationState(StrEnum):
    """The state of a compensation: one alternative of an offer."""

    OFFERED = "offered"
    ACCEPTED = "accepted"  # promised, and not yet done
    ISSUED = "issued"  # the customer has it
    FAILED = "failed"  # promised, and could not be done
    DECLINED = "declined"
    EXPIRED = "expired"  # not spent in time
    VOID = "void"


# A compensation in one of these states was given; expiring unused does not undo that.
GIVEN_STATES: Final = (
    CompensationState.ACCEPTED,
    CompensationState.ISSUED,
    CompensationState.EXPIRED,
)


class LedgerEvent(StrEnum):
    """Why an amount moves from one account of the ledger to another."""

    RESERVE = "reserve"
    RELEASE = "release"
    ISSUE = "issue"
    REDEEM = "redeem"
    EXPIRE = "expire"
    REVERSE = "reverse"


class LedgerState(StrEnum):
    """The state of a compensation after a ledger entry, as the export names it."""

    ACCEPTED = "accepted"
    ISSUED = "issued"
    FAILED = "failed"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    REVERSED = "reversed"


class Account(StrEnum):
    """The ledger's accounts; every compensation has all but the company's."""

    COMPANY = "company"
    RESERVED = "reserved"  # promised, and not yet done
    OUTSTANDING = "outstanding"  # the customer has it and may spend it
    SETTLED = "settled"  # done, spent, paid


class Period(StrEnum):
    """The period of a budget."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class PauseReason(StrEnum):
    """Why the assistant's spending is paused."""

    ERRORS = "errors"
    BURST = "burst"
    UNUSUAL_HOUR = "unusual_hour"
    BY_HAND = "by_hand"


class FulfilmentState(StrEnum):
    """The state of a remedy in the company's own system."""

    PENDING = "pending"  # not requested yet, or requested and not answered
    DONE = "done"
    REFUSED = "refused"
    LOST = "lost"  # no answer before the deadline


class ProviderOutcome(StrEnum):
    """The company's own system's answer to a request for a remedy."""

    DONE = "done"
    ACCEPTED = "accepted"  # it will call back
    REFUSED = "refused"
    LATER = "later"  # no final answer: to be requested again


class DecisionMode(StrEnum):
    """Which policy decided."""

    LIVE = "live"  # the one in force
    SHADOW = "shadow"  # another one, for comparison; it grants no remedy


class Role(StrEnum):
    """The role of an agent, which decides what they may do."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"  # also leads the others


class Presence(StrEnum):
    """The presence that agents set themselves while their console is open."""

    AVAILABLE = "available"
    AWAY = "away"


class LivePresence(StrEnum):
    """An agent's presence now: from the last ping of the console and the agent's own setting."""

    AVAILABLE = "available"
    AWAY = "away"
    OFFLINE = "offline"  # no console of theirs is open


class ApprovalState(StrEnum):
    """A supervisor's decision on an agent's request."""

    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"
