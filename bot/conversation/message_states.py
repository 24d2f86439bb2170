"""The states of a message: every change from one to another is made here.

An incoming message is received until its turn is over, then answered. An outgoing one is pending
until the channel has it, then sent, delivered and read as far as that is reported; a late report
changes nothing. Where callers may race, the change is one conditional update.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from sqlalchemy import bindparam, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from bot.models import PENDING, Author, Message, MessageState, table_of
from bot.models.transition import Transition

# Marking an answered message again changes nothing.
ANSWER: Final = Transition({MessageState.RECEIVED, MessageState.ANSWERED}, MessageState.ANSWERED)
SEND: Final = Transition({MessageState.PENDING}, MessageState.SENT)
DELIVER: Final = Transition({MessageState.PENDING, MessageState.SENT}, MessageState.DELIVERED)
READ: Final = Transition(
    {MessageState.PENDING, MessageState.SENT, MessageState.DELIVERED}, MessageState.READ
)
FAIL: Final = Transition({MessageState.PENDING, MessageState.SENT}, MessageState.FAILED)
# The provider accepted it, and then did not deliver it.
WAIT_AGAIN: Final = Transition({MessageState.PENDING, MessageState.SENT}, MessageState.PENDING)
# The transition for each reported state of an outgoing message.
STEPS: Final[Mapping[MessageState, Transition[MessageState]]] = {
    step.target: step for step in (SEND, DELIVER, READ)
}
Receipt = Literal[MessageState.DELIVERED, MessageState.READ]

# Prepared once, because they run for every message.
_MESSAGES = table_of(Message)
_ANSWER = (
    update(_MESSAGES).where(_MESSAGES.c.id == bindparam("answered")).values(state=ANSWER.target)
)
_MARK = (
    update(_MESSAGES)
    .where(
        _MESSAGES.c.conversation_id == bindparam("conversation"),
        _MESSAGES.c.seq > bindparam("after"),
        _MESSAGES.c.seq <= bindparam("up_to"),
        _MESSAGES.c.author != Author.CUSTOMER,
        _MESSAGES.c.state.in_(bindparam("before", expanding=True)),
    )
    .values(state=bindparam("receipt"))
    .returning(_MESSAGES.c.seq)
)


async def answer(session: AsyncSession, message: Message) -> None:
    """Mark an incoming message as answered; its conversation is locked.

    Raises:
        IllegalTransition: it is an outgoing message.
    """
    state = ANSWER.after(message.state)
    await session.execute(_ANSWER, {"answered": message.id})
    set_committed_value(message, "state", state)


async def show(session: AsyncSession, ids: Sequence[int]) -> list[Message]:
    """Mark pending messages as sent; return, in order, those that this caller marked."""
    shown = await session.scalars(
        update(Message)
        .where(Message.id.in_(ids), PENDING)
        .values(state=SEND.target)
        .returning(Message)
        .execution_options(synchronize_session=False)
    )
    return sorted(shown, key=lambda message: message.id)


async def mark(
    session: AsyncSession, conversation_id: str, receipt: Receipt, *, after: int, up_to: int
) -> int | None:
    """Mark the outgoing messages after one place and up to another as delivered or read.

    Return the last place whose message changed, None if none did.
    """
    marked = await session.scalars(
        _MARK,
        {
            "conversation": conversation_id,
            "after": after,
            "up_to": up_to,
            "before": sorted(STEPS[receipt].sources),
            "receipt": receipt,
        },
    )
    return max(marked, default=None)


def can_advance(message: Message, state: MessageState) -> bool:
    """Return True if a reported state is later than the message's own."""
    return message.state in STEPS[state].sources


def advance(message: Message, state: MessageState) -> None:
    """Set the reported state of a locked outgoing message: sent, delivered or read.

    Raises:
        IllegalTransition: it has this state or a later one, or has failed.
    """
    message.state = STEPS[state].after(message.state)


def fail(message: Message, why: str | None) -> None:
    """Mark a locked outgoing message as failed.

    Raises:
        IllegalTransition: it was delivered, or has failed before.
    """
    message.state = FAIL.after(message.state)
    message.failed_why, message.asked_at = why, None


async def fail_pending(session: AsyncSession, conversation_id: str, why: str) -> None:
    """Mark all pending messages of a conversation as failed."""
    await session.execute(
        update(Message)
        .where(Message.conversation_id == conversation_id, PENDING)
        .values(state=FAIL.target, failed_why=why, asked_at=None)
    )


def wait_again(message: Message) -> None:
    """Put a locked outgoing message back into the outbox, all parts of it.

    Raises:
        IllegalTransition: it was delivered, or has failed.
    """
    message.state = WAIT_AGAIN.after(message.state)
    message.asked_at, message.parts_sent = None, 0
