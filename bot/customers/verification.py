"""Who is writing: proven by an order's number together with the e-mail or phone on it.

Nothing personal is said before that (the seed text 001 tells of debts told to whoever answers),
and a wrong guess learns nothing: an unknown number and a wrong e-mail get the same answer.
"""

from datetime import timedelta
from enum import StrEnum

from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import NoResultFound
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.customers import orders
from bot.customers.contacts import same_phone
from bot.models import Conversation, Order, Proof
from bot.text import email_address
from bot.understanding.extraction import Facts

# Few tries in a conversation, and few on one order from all conversations together.
CONVERSATION_TRIES = 3
ORDER_TRIES = 10
ORDER_TRIES_WINDOW = timedelta(hours=1)
# Kept with the conversation, and not forgotten when a new case begins.
TRIES, LAST_GUESS = "identity_tries", "identity_guess"
# Made once, for it is asked for every message, several times.
_ROW = select(Conversation).where(Conversation.id == bindparam("conversation")).with_for_update()


class Match(StrEnum):
    """What came of comparing what the customer said with the orders."""

    PROVEN = "proven"  # the order is theirs
    NEEDS_ORDER = "needs_order"
    NEEDS_CONTACT = "needs_contact"
    MISMATCH = "mismatch"
    TOO_MANY_TRIES = "too_many_tries"


def remember(conversation: Conversation, facts: Facts) -> None:
    """Keep what a message tells about the purchase; the last word counts."""
    if facts.orders:
        conversation.said_order = facts.orders[-1]
    if facts.emails:
        conversation.said_email = facts.emails[-1]
    if facts.phones:
        conversation.said_phone = facts.phones[-1]


async def match(session: AsyncSession, conversation: Conversation) -> tuple[Match, Order | None]:
    """Compare what is known with the orders, and prove the customer where they agree.

    The same wrong guess costs one try, however often it is compared.
    """
    if conversation.said_order is None:
        return Match.NEEDS_ORDER, None
    found = await orders.find(session, conversation.said_order)
    if (
        found
        and conversation.contact_id is not None
        and found.contact_id == conversation.contact_id
    ):
        return Match.PROVEN, found
    if not (conversation.said_email or conversation.said_phone):
        return Match.NEEDS_CONTACT, None
    if tries(conversation) >= CONVERSATION_TRIES or (found and _besieged(found)):
        return Match.TOO_MANY_TRIES, None
    if found and (
        email_address.is_same(conversation.said_email, found.email)
        or same_phone(conversation.said_phone, found.phone)
    ):
        conversation.contact_id = found.contact_id
        conversation.proven_by = conversation.proven_by or Proof.ORDER
        return Match.PROVEN, found
    guess = f"{conversation.said_order} {conversation.said_email} {conversation.said_phone}"
    if conversation.times.get(LAST_GUESS) != guess:
        conversation.times = {
            **conversation.times,
            TRIES: tries(conversation) + 1,
            LAST_GUESS: guess,
        }
        if found:
            await _count_try(session, found)
    if tries(conversation) >= CONVERSATION_TRIES:
        return Match.TOO_MANY_TRIES, None
    return Match.MISMATCH, None


def tries(conversation: Conversation) -> int:
    """How many wrong guesses this conversation has made."""
    return int(conversation.times.get(TRIES, 0))


def _besieged(found: Order) -> bool:
    since = found.tries_since
    recent = since is not None and clock.now() - since < ORDER_TRIES_WINDOW
    return recent and found.failed_tries >= ORDER_TRIES


async def _count_try(session: AsyncSession, found: Order) -> None:
    """Count a wrong guess on the order itself; guesses at the same moment are all counted."""
    now = clock.now()
    old = found.tries_since is None or now - found.tries_since >= ORDER_TRIES_WINDOW
    counted = {"tries_since": now, "failed_tries": 1} if old else {}
    await session.execute(
        update(Order)
        .where(Order.id == found.id)
        .values(counted or {"failed_tries": Order.failed_tries + 1})
    )


def kept(conversation: Conversation) -> dict[str, object]:
    """What is remembered of the tries when everything else begins anew."""
    return {
        key: conversation.times[key] for key in (TRIES, LAST_GUESS) if key in conversation.times
    }


async def lock(session: AsyncSession, conversation_id: str) -> Conversation:
    """The conversation's row, held until the transaction ends."""
    found = await find(session, conversation_id)
    if found is None:
        raise NoResultFound(conversation_id)
    return found


async def find(session: AsyncSession, conversation_id: str) -> Conversation | None:
    """The same; None when there is no such conversation yet."""
    return await session.scalar(_ROW, {"conversation": conversation_id})
