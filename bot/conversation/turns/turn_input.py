"""What a turn works on: the message, who owns the conversation, and what to send to the engine."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cases import case_photos
from bot.conversation.messages import LONGEST_TEXT
from bot.conversation.turns import queries
from bot.handoffs.return_button import is_return
from bot.models import (
    Choice,
    ContentKind,
    Conversation,
    Handoff,
    HandoffReason,
    HandoffState,
    Message,
)


@dataclass(frozen=True, slots=True)
class EngineInput:
    """A text or payload to send to the engine, and the message that it stands for."""

    message_id: int
    text: str


@dataclass(frozen=True, slots=True)
class PressedChoice:
    """A pressed button: its intent, and the number among its entities."""

    intent: str
    number: int | None


@dataclass(frozen=True, slots=True)
class MessageInput:
    """An incoming message with all that its turn depends on, read in one transaction."""

    conversation: Conversation
    message: Message
    handoff: Handoff | None
    engine_inputs: tuple[EngineInput, ...]
    has_unheard: bool  # it brings the engine something that an earlier turn did not
    queued_kinds: tuple[ContentKind, ...]  # of the messages behind it, oldest first

    @property
    def pressed(self) -> PressedChoice | None:
        """The choice that the message presses, if it is a press."""
        if self.message.choice_token is None:
            return None
        return next(
            _parse_payload(engine_input.text)
            for engine_input in self.engine_inputs
            if engine_input.message_id == self.message.id
        )

    @property
    def joins_next(self) -> bool:
        """True if it is answered with the message after it: an album, or a flood of messages."""
        if self.message.channel == "web" or not self.queued_kinds:
            return False
        files = (self.message.extra or {}).get("files", ())
        is_fine = not any("refused" in file for file in files)
        is_of_album = self.message.kind == self.queued_kinds[0] == ContentKind.PHOTO and is_fine
        # Once a flood has begun to be joined, all that waits is.
        most = 0 if self.has_unheard else queries.MOST_QUEUED
        return is_of_album or len(self.queued_kinds) > most

    @property
    def is_for_bot(self) -> bool:
        """True if the bot may answer: no human owns the conversation, or one may be spared it."""
        handoff = self.handoff
        if handoff is None or handoff.state == HandoffState.ACTIVE:
            return handoff is None
        # The customer goes on with the bot; the engine may be back; or this very message opened
        # the handoff, and its turn was cut off before the answer was stored.
        return (
            any(is_return(engine_input.text) for engine_input in self.engine_inputs)
            or handoff.reason == HandoffReason.ENGINE_FAILED
            or handoff.message_id == self.message.id
        )


async def read_input(session: AsyncSession, conversation_id: str) -> MessageInput | None:
    """Read the oldest unanswered message of a conversation. Return None when all are answered."""
    result = await session.execute(queries.UNANSWERED, {"conversation": conversation_id})
    rows = result.all()
    if not rows:
        return None
    message, conversation, handoff, are_others_unheard = rows[0]
    unheard: list[Message] = []
    if are_others_unheard:
        values = {"conversation": conversation_id, "message": message.id}
        unheard = list(await session.scalars(queries.UNHEARD, values))
    return MessageInput(
        conversation,
        message,
        handoff,
        await _engine_inputs(session, [*unheard, message]),
        has_unheard=bool(unheard) or not message.heard,
        queued_kinds=tuple(row.Message.kind for row in rows[1:]),
    )


async def mark_all_heard(session: AsyncSession, conversation_id: str) -> None:
    """Note that the engine has got every message of a conversation."""
    await session.execute(
        update(Message)
        .where(Message.conversation_id == conversation_id, Message.heard.is_(False))
        .values(heard=True)
    )


async def _engine_inputs(
    session: AsyncSession, messages: Sequence[Message]
) -> tuple[EngineInput, ...]:
    """Return what to send for these messages: presses one by one, then all words together.

    What the engine missed, while it was down or a human was awaited, goes with the new message, so
    that the customer need not repeat it.
    """
    inputs: list[EngineInput] = []
    with_words: list[Message] = []
    for message in messages:
        if payload := (message.extra or {}).get("told"):
            inputs.append(EngineInput(message.id, payload))
        elif message.choice_token is not None:
            choice = await session.get_one(Choice, message.choice_token)
            inputs.append(EngineInput(message.id, choice.payload))
        else:
            with_words.append(message)
    if not with_words:
        return tuple(inputs)
    # Of very long texts the newest part is sent. A slash at the beginning would be a command to
    # Rasa, and customers may not give those.
    words = "\n".join(message.text for message in with_words)[-LONGEST_TEXT:]
    text = re.sub(r"^[/\s]+", "", words).strip()
    last = with_words[-1]
    return (*inputs, EngineInput(last.id, text or await _payload_without_words(session, last)))


def _parse_payload(payload: str) -> PressedChoice:
    """Parse what ``bot.text.reply.payload`` made."""
    intent, _, entities = payload.removeprefix("/").partition("{")
    numbers = re.findall(r":\s*(\d+)", entities)
    return PressedChoice(intent, int(numbers[0]) if numbers else None)


async def _payload_without_words(session: AsyncSession, message: Message) -> str:
    """A bare photo is a fact; anything else without words is not understood."""
    return "/inform" if await case_photos.message_has_photo(session, message) else "/nlu_fallback"
