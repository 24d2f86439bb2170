"""Every change of state that a message allows, and those that it does not."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation import message_states
from bot.models import Author, Message, MessageState
from bot.models.transition import IllegalTransition

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
RECEIVED, ANSWERED, PENDING, SENT, DELIVERED, READ, FAILED = MessageState
Change = Callable[[AsyncSession, Message], Awaitable[bool]]


def locked(change: Callable[[Message], None]) -> Change:
    """A change of a locked row, that raises where it is not foreseen."""

    async def changed(session: AsyncSession, message: Message) -> bool:
        try:
            change(message)
        except IllegalTransition:
            return False
        await session.flush()
        return True

    return changed


async def answer(session: AsyncSession, message: Message) -> bool:
    try:
        await message_states.answer(session, message)
    except IllegalTransition:
        return False
    return True


async def show(session: AsyncSession, message: Message) -> bool:
    return await message_states.show(session, [message.id]) == [message]


async def fail_pending(session: AsyncSession, message: Message) -> bool:
    before = message.state
    await message_states.fail_pending(session, message.conversation_id, "gone")
    await session.refresh(message)
    return message.state is not before


def mark(receipt: message_states.Receipt) -> Change:
    async def marked(session: AsyncSession, message: Message) -> bool:
        seq = await message_states.mark(session, "c", receipt, after=0, up_to=message.seq)
        return seq == message.seq

    return marked


CHANGES: dict[str, tuple[Change, dict[MessageState, MessageState]]] = {
    "answer": (answer, {RECEIVED: ANSWERED, ANSWERED: ANSWERED}),
    "show": (show, {PENDING: SENT}),
    "come to sent": (locked(lambda one: message_states.advance(one, SENT)), {PENDING: SENT}),
    "come to delivered": (
        locked(lambda one: message_states.advance(one, DELIVERED)),
        dict.fromkeys((PENDING, SENT), DELIVERED),
    ),
    "come to read": (
        locked(lambda one: message_states.advance(one, READ)),
        dict.fromkeys((PENDING, SENT, DELIVERED), READ),
    ),
    "mark as delivered": (mark(MessageState.DELIVERED), dict.fromkeys((PENDING, SENT), DELIVERED)),
    "mark as read": (mark(MessageState.READ), dict.fromkeys((PENDING, SENT, DELIVERED), READ)),
    "fail": (
        locked(lambda one: message_states.fail(one, "gone")),
        dict.fromkeys((PENDING, SENT), FAILED),
    ),
    "fail what is pending": (fail_pending, {PENDING: FAILED}),
    "wait again": (locked(message_states.wait_again), dict.fromkeys((PENDING, SENT), PENDING)),
}


async def message_in(session: AsyncSession, state: MessageState) -> Message:
    comes_in = state in {RECEIVED, ANSWERED}
    message = Message(
        conversation_id="c",
        seq=1,
        channel="web",
        author=Author.CUSTOMER if comes_in else Author.BOT,
        text="hola",
        state=state,
        at=NOW,
        asked_at=NOW,
    )
    session.add(message)
    await session.flush()
    return message


@pytest.mark.parametrize("before", MessageState)
@pytest.mark.parametrize("name", CHANGES)
async def test_each_change_is_allowed_from_its_states_alone(
    memory_session: AsyncSession, name: str, before: MessageState
) -> None:
    change, allowed = CHANGES[name]
    message = await message_in(memory_session, before)
    changed = await change(memory_session, message)
    assert changed is (before in allowed)
    await memory_session.refresh(message)
    assert message.state is allowed.get(before, before)
    if changed and message.state is FAILED:
        assert (message.failed_why, message.asked_at) == ("gone", None)


@pytest.mark.parametrize("step", message_states.STEPS)
@pytest.mark.parametrize("before", [PENDING, SENT, DELIVERED, READ, FAILED])
def test_only_a_later_state_can_be_reported(step: MessageState, before: MessageState) -> None:
    order = [PENDING, SENT, DELIVERED, READ, FAILED]
    is_news = order.index(before) < order.index(step)
    assert message_states.can_advance(Message(state=before), step) is is_news
