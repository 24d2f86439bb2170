"""What a turn begins with: the message, who owns the conversation, and what the engine is told."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.cases import case_photos
from bot.conversation.messages import LONGEST_TEXT
from bot.handoffs.return_button import is_return
from bot.models import (
    NOT_ENDED,
    RECEIVED,
    Choice,
    ContentKind,
    Conversation,
    Handoff,
    HandoffReason,
    HandoffState,
    Message,
)

# When more than this wait behind a message on a channel, they are answered together. In the web
# chat so many are refused.
MOST_BEHIND = 10
# Made once, for they are asked for every message.
_OTHER = aliased(Message)
_OTHERS_UNHEARD = exists().where(
    _OTHER.conversation_id == Message.conversation_id,
    _OTHER.heard.is_(False),
    _OTHER.id != Message.id,
)
_OLDEST = (
    select(Message, Conversation, Handoff, _OTHERS_UNHEARD)
    .join(Conversation, Conversation.id == Message.conversation_id)
    .outerjoin(Handoff, and_(Handoff.conversation_id == Conversation.id, NOT_ENDED))
    .where(Message.conversation_id == bindparam("conversation"), RECEIVED)
    .order_by(Message.seq)
    .limit(MOST_BEHIND + 2)
)
_UNHEARD = (
    select(Message)
    .where(
        Message.conversation_id == bindparam("conversation"),
        Message.heard.is_(False),
        Message.id != bindparam("message"),
    )
    .order_by(Message.seq)
)


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing to tell the engine, and the message it stands for."""

    message_id: int
    text: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """A pressed button: its intent, and the number that it carries."""

    intent: str
    number: int | None


@dataclass(frozen=True, slots=True)
class MessageInput:
    """An incoming message with all that its turn depends on."""

    conversation: Conversation
    message: Message
    handoff: Handoff | None
    asks: tuple[Ask, ...]
    missed: bool  # whether there is more in it than the engine could have heard before
    behind: tuple[ContentKind, ...]  # the kinds of the messages that wait behind it

    @property
    def pressed(self) -> Pressed | None:
        """What the message presses, if it is a press."""
        if self.message.choice_token is None:
            return None
        return next(_read(one.text) for one in self.asks if one.message_id == self.message.id)

    @property
    def goes_with_the_next(self) -> bool:
        """Whether it is answered with what the customer sent after it: an album, or a flood."""
        if self.message.channel == "web" or not self.behind:
            return False
        files = (self.message.extra or {}).get("files", ())
        is_fine = not any("refused" in one for one in files)
        of_an_album = self.message.kind == self.behind[0] == ContentKind.PHOTO and is_fine
        # Once it has begun, all that waits goes together.
        return of_an_album or len(self.behind) > (0 if self.missed else MOST_BEHIND)

    @property
    def for_the_bot(self) -> bool:
        """Whether the bot may answer: nobody else owns the conversation, or may be spared it."""
        owner = self.handoff
        if owner is None or owner.state == HandoffState.ACTIVE:
            return owner is None
        # The customer goes on with the bot; the engine may be back; or this very message opened
        # the handoff, and its turn was cut off before the answer was stored.
        return (
            any(is_return(ask.text) for ask in self.asks)
            or owner.reason == HandoffReason.ENGINE_FAILED
            or owner.message_id == self.message.id
        )


async def hear(session: AsyncSession, conversation_id: str) -> MessageInput | None:
    """The oldest unanswered message of a conversation; None when all are answered."""
    found = await session.execute(_OLDEST, {"conversation": conversation_id})
    rows = found.all()
    if not rows:
        return None
    message, conversation, owner, others_unheard = rows[0]
    missed = await _missed(session, message) if others_unheard else []
    asks = await _asks(session, [*missed, message])
    return MessageInput(
        conversation,
        message,
        owner,
        asks,
        missed=bool(missed) or not message.heard,
        behind=tuple(row.Message.kind for row in rows[1:]),
    )


async def _missed(session: AsyncSession, message: Message) -> list[Message]:
    about = {"conversation": message.conversation_id, "message": message.id}
    return list(await session.scalars(_UNHEARD, about))


async def _asks(session: AsyncSession, messages: Sequence[Message]) -> tuple[Ask, ...]:
    """What to tell the engine: presses one by one, then all words together.

    What it missed, while it was down or a person was awaited, goes with the new, so that nothing
    has to be said again.
    """
    presses: list[Ask] = []
    words: list[Message] = []
    for one in messages:
        if told := (one.extra or {}).get("told"):
            presses.append(Ask(one.id, told))
        elif one.choice_token is not None:
            presses.append(Ask(one.id, await _payload(session, one.choice_token)))
        else:
            words.append(one)
    if not words:
        return tuple(presses)
    # A slash at the beginning would be a command to Rasa, and those are not the customer's.
    # Of very much the newest is heard.
    told = "\n".join(one.text for one in words)[-LONGEST_TEXT:]
    text = re.sub(r"^[/\s]+", "", told).strip()
    last = words[-1]
    return (*presses, Ask(last.id, text or await _without_words(session, last)))


def _read(payload: str) -> Pressed:
    """A payload of ``bot.text.reply.payload`` taken apart."""
    intent, _, entities = payload.removeprefix("/").partition("{")
    numbers = re.findall(r":\s*(\d+)", entities)
    return Pressed(intent, int(numbers[0]) if numbers else None)


async def _payload(session: AsyncSession, token: str) -> str:
    return (await session.get_one(Choice, token)).payload


async def _without_words(session: AsyncSession, message: Message) -> str:
    """A bare photo is a fact; anything else without words is not understood."""
    return "/inform" if await case_photos.message_has_photo(session, message) else "/nlu_fallback"


async def all_heard(session: AsyncSession, conversation_id: str) -> None:
    """The engine has been told everything."""
    await session.execute(
        update(Message)
        .where(Message.conversation_id == conversation_id, Message.heard.is_(False))
        .values(heard=True)
    )
