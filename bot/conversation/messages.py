"""Stores the messages of a conversation, incoming and outgoing, each with its place."""

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from bot import clock
from bot.conversation import queries
from bot.database.statements import insert_row
from bot.models import (
    Attachment,
    Author,
    Choice,
    ContentKind,
    Conversation,
    Message,
    MessageState,
)
from bot.text import language
from bot.text.normalize import fold
from bot.text.reply import Reply

# Characters; the limit of WhatsApp and of Telegram, so that no message is too long for a channel.
LONGEST_TEXT = 4096
# A message of fewer words, perhaps a name or a loan word, does not change the language.
WORDS_TO_SWITCH = 5


class MessageRefused(ValueError):
    """An incoming message cannot be stored.

    Attributes:
        code: names the response that tells the reason, ``utter_error_<code>``.
        values: the response's values.
    """

    def __init__(self, code: str, **values: int) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


async def next_seq(session: AsyncSession, conversation_id: str) -> int:
    """Return the next place in the conversation.

    The conversation's row stays locked until the commit, so a later place is never seen before an
    earlier one, and a reader who has seen place 7 has seen all before it.
    """
    result = await session.execute(queries.NEXT_SEQ, {"conversation": conversation_id})
    return int(result.scalar_one())


async def find_by_source(session: AsyncSession, channel: str, source_id: str) -> Message | None:
    """Return the message that a channel delivered under this id, None if there is none."""
    values = {"channel": channel, "source_id": source_id}
    id_ = await session.scalar(queries.MESSAGE_ID_BY_SOURCE, values)
    return None if id_ is None else await session.get_one(Message, id_)


async def add_incoming(
    session: AsyncSession,
    conversation: Conversation,
    source_id: str,
    *,
    text: str = "",
    choice_token: str | None = None,
    kind: ContentKind = ContentKind.TEXT,
    photos: Sequence[str] = (),
    languages: Sequence[str] = language.LANGUAGES,
    **more: Any,
) -> Message:
    """Store a customer's message, which is known to be new. The conversation is locked.

    Args:
        kind: the kind of content; a voice note or a location has no text.
        choice_token: of the button that the customer pressed.
        photos: ids of uploaded photos of this conversation that belong to it.
        languages: that the company speaks.
        more: further columns of the message.

    Raises:
        MessageRefused: it is empty or too long (``LONGEST_TEXT``), or its choice is closed.
    """
    text = storable(text)
    choice_token = choice_token or await _find_typed_choice(session, conversation, text)
    if choice_token is not None:
        text = await _press(session, conversation, choice_token)
    elif not text.strip() and not photos and kind == ContentKind.TEXT:
        raise MessageRefused("empty")
    elif len(text) > LONGEST_TEXT:
        raise MessageRefused("too_long", length=len(text), most=LONGEST_TEXT)
    else:
        _update_language(conversation, text, languages)
    columns = {
        "conversation_id": conversation.id,
        "seq": await next_seq(session, conversation.id),
        "channel": conversation.channel,
        "source_id": source_id,
        "author": Author.CUSTOMER,
        "text": text,
        "state": MessageState.RECEIVED,
        "kind": kind,
        "choice_token": choice_token,
        "at": clock.now(),
    }
    message = await insert_row(session, Message, **columns | more)
    if photos:
        await _attach(session, message, photos)
    else:
        set_committed_value(message, "attachments", [])
    return message


def _update_language(conversation: Conversation, text: str, languages: Sequence[str]) -> None:
    """Set the language of the conversation by its first message, and by later sentences."""
    spoken = language.detect(text)
    few = len(text.split()) < WORDS_TO_SWITCH
    if spoken is None or spoken not in languages or (conversation.language_heard and few):
        return
    conversation.language, conversation.language_heard = spoken, True


def storable(text: str) -> str:
    """Return the text without what no database stores: NUL, and halves of surrogate pairs."""
    return text.replace("\x00", "").encode(errors="ignore").decode()


async def _find_typed_choice(
    session: AsyncSession, conversation: Conversation, text: str
) -> str | None:
    """Return the token of the only open choice whose title is the text, None if there is none."""
    folded = fold(text)
    if not folded:
        return None
    choices = await session.execute(queries.OPEN_CHOICES, {"conversation": conversation.id})
    tokens = [token for token, title in choices if fold(title) == folded]
    return tokens[0] if len(tokens) == 1 else None


async def _press(session: AsyncSession, conversation: Conversation, token: str) -> str:
    """Close a choice as chosen, and the others of its message. Return the button's title.

    Raises:
        MessageRefused: it is closed, or another conversation's.
    """
    choice = await session.get(Choice, token, with_for_update=True)
    if choice is None or choice.conversation_id != conversation.id or choice.chosen is not None:
        raise MessageRefused("choice_gone")
    await session.execute(
        update(Choice)
        .where(Choice.message_id == choice.message_id)
        .values(chosen=Choice.token == token)
    )
    return choice.title


async def _attach(session: AsyncSession, message: Message, photos: Sequence[str]) -> None:
    await session.execute(
        update(Attachment)
        .where(
            Attachment.id.in_(photos),
            Attachment.conversation_id == message.conversation_id,
            Attachment.message_id.is_(None),
        )
        .values(message_id=message.id)
    )


async def add_outgoing(
    session: AsyncSession,
    conversation: Conversation,
    reply: Reply,
    *,
    author: Author = Author.BOT,
    author_name: str | None = None,
    in_reply_to: Message | None = None,
    state: MessageState = MessageState.SENT,
    source_id: str | None = None,
) -> Message:
    """Store an outgoing message, with its choices.

    Args:
        author_name: the agent's first name, which the customer sees.
        source_id: the sender's own id of the message, unique on the channel.
        state: of a message of the web chat: SENT if the caller publishes it after the commit,
            PENDING if the scheduler is to find and show it. On any other channel a message is
            pending until the provider has it.
    """
    message = await insert_row(
        session,
        Message,
        conversation_id=conversation.id,
        seq=await next_seq(session, conversation.id),
        channel=conversation.channel,
        source_id=source_id,
        author=author,
        author_name=author_name,
        text=reply.text,
        state=state if conversation.channel == "web" else MessageState.PENDING,
        in_reply_to=in_reply_to.id if in_reply_to else None,
        at=clock.now(),
    )
    choices = [
        Choice(
            token=secrets.token_urlsafe(9),
            conversation_id=conversation.id,
            message_id=message.id,
            position=position,
            title=button.title,
            detail=button.detail,
            payload=button.payload,
        )
        for position, button in enumerate(reply.buttons, start=1)
    ]
    if choices:
        session.add_all(choices)
        await session.flush()
    set_committed_value(message, "choices", choices)
    return message


async def close_open_choices(session: AsyncSession, conversation_id: str) -> list[int]:
    """Close every open choice of a conversation. Return the seqs of their messages."""
    seqs = list(
        await session.scalars(queries.SEQS_WITH_OPEN_CHOICES, {"conversation": conversation_id})
    )
    if seqs:
        await session.execute(
            update(Choice)
            .where(Choice.conversation_id == conversation_id, Choice.chosen.is_(None))
            .values(chosen=False)
        )
    return seqs
