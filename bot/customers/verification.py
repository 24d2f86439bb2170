"""Who is writing: proven by an order's number together with the e-mail or phone on it.

Nothing personal is said before that: a stranger must not learn what somebody bought or owes.
A wrong guess reveals nothing: an unknown number and a wrong e-mail get the same answer.
"""

from datetime import timedelta
from enum import StrEnum

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.customers import orders
from bot.customers.contacts import is_same_phone
from bot.models import Conversation, Order, Proof
from bot.text import email_address
from bot.understanding.extraction import Facts

CONVERSATION_TRIES = 3  # wrong guesses in one conversation
ORDER_TRIES = 10  # wrong guesses on one order within the window, from all conversations together
ORDER_TRIES_WINDOW = timedelta(hours=1)
# Keys in Conversation.times; they outlive the case in which the guesses were made.
TRIES, LAST_GUESS = "identity_tries", "identity_guess"


class MatchResult(StrEnum):
    """The result of comparing what the customer said with the orders."""

    PROVEN = "proven"  # the order is theirs
    NEEDS_ORDER = "needs_order"
    NEEDS_CONTACT = "needs_contact"
    MISMATCH = "mismatch"
    TOO_MANY_TRIES = "too_many_tries"


def remember_facts(conversation: Conversation, facts: Facts) -> None:
    """Store the order number, e-mail and phone of a message; the last of each replaces earlier."""
    if facts.orders:
        conversation.said_order = facts.orders[-1]
    if facts.emails:
        conversation.said_email = facts.emails[-1]
    if facts.phones:
        conversation.said_phone = facts.phones[-1]


async def match_order(
    session: AsyncSession, conversation: Conversation
) -> tuple[MatchResult, Order | None]:
    """Compare what the customer said with the orders, and record their identity on a match.

    Returns the order only with ``PROVEN``. A wrong guess counts once, however often it is compared.
    """
    if conversation.said_order is None:
        return MatchResult.NEEDS_ORDER, None
    order = await orders.find(session, conversation.said_order)
    if (
        order
        and conversation.contact_id is not None
        and order.contact_id == conversation.contact_id
    ):
        return MatchResult.PROVEN, order
    if not (conversation.said_email or conversation.said_phone):
        return MatchResult.NEEDS_CONTACT, None
    if count_tries(conversation) >= CONVERSATION_TRIES or (order and _has_too_many_tries(order)):
        return MatchResult.TOO_MANY_TRIES, None
    if order and (
        email_address.is_same(conversation.said_email, order.email)
        or is_same_phone(conversation.said_phone, order.phone)
    ):
        conversation.contact_id = order.contact_id
        conversation.proven_by = conversation.proven_by or Proof.ORDER
        return MatchResult.PROVEN, order
    guess = f"{conversation.said_order} {conversation.said_email} {conversation.said_phone}"
    if conversation.times.get(LAST_GUESS) != guess:
        conversation.times = {
            **conversation.times,
            TRIES: count_tries(conversation) + 1,
            LAST_GUESS: guess,
        }
        if order:
            await _add_try(session, order)
    if count_tries(conversation) >= CONVERSATION_TRIES:
        return MatchResult.TOO_MANY_TRIES, None
    return MatchResult.MISMATCH, None


def count_tries(conversation: Conversation) -> int:
    """Return how many wrong guesses this conversation has made."""
    return int(conversation.times.get(TRIES, 0))


def counters_to_keep(conversation: Conversation) -> dict[str, object]:
    """Return the part of ``Conversation.times`` that a new case must not reset."""
    return {
        key: conversation.times[key] for key in (TRIES, LAST_GUESS) if key in conversation.times
    }


def _has_too_many_tries(order: Order) -> bool:
    since = order.tries_since
    is_recent = since is not None and clock.now() - since < ORDER_TRIES_WINDOW
    return is_recent and order.failed_tries >= ORDER_TRIES


async def _add_try(session: AsyncSession, order: Order) -> None:
    """Count a wrong guess on the order, in the database, so that concurrent ones all count."""
    now = clock.now()
    is_new_window = order.tries_since is None or now - order.tries_since >= ORDER_TRIES_WINDOW
    restarted = {"tries_since": now, "failed_tries": 1} if is_new_window else {}
    await session.execute(
        update(Order)
        .where(Order.id == order.id)
        .values(restarted or {"failed_tries": Order.failed_tries + 1})
    )
