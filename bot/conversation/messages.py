"""A conversation's thread of messages: each gets its place, and comes in or goes out once."""

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from bot import clock
from bot.database.statements import insert_row
from bot.models import (
    Attachment,
    Author,
    Choice,
    ContentKind,
    Conversation,
    Message,
    MessageState,
    table_of,
)
from bot.text import language
from bot.text.normalize import fold
from bot.text.reply import Reply

# WhatsApp's and Telegram's limit as well: what is said here can be said there.
LONGEST_TEXT = 4096
# A name or a loan word is no change of language; a sentence is.
WORDS_TO_SWITCH = 5


_CONVERSATIONS = table_of(Conversation)
# The row is changed by the database alone; what the session holds of it does not matter.
_NEXT_SEQ = (
    update(_CONVERSATIONS)
    .where(_CONVERSATIONS.c.id == bindparam("conversation"))
    .values(last_seq=_CONVERSATIONS.c.last_seq + 1)
    .returning(_CONVERSATIONS.c.last_seq)
)
# Made once, for they are asked for every message.
_MESSAGES = table_of(Message)
_KNOWN = select(_MESSAGES.c.id).where(
    _MESSAGES.c.channel == bindparam("channel"), _MESSAGES.c.source_id == bindparam("source_id")
)
_OPEN_CHOICES = select(Choice.token, Choice.title).where(
    Choice.conversation_id == bindparam("conversation"), Choice.chosen.is_(None)
)
_OPEN_SEQS = (
    select(Message.seq)
    .join(Choice, Choice.message_id == Message.id)
    .where(Choice.conversation_id == bindparam("conversation"), Choice.chosen.is_(None))
    .distinct()
)


class MessageRefused(ValueError):
    """An incoming message that cannot be taken; ``code`` names the sentence to answer with."""

    def __init__(self, code: str, **values: int) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


async def next_seq(session: AsyncSession, conversation_id: str) -> int:
    """The next place in the thread.

    The conversation's row stays locked until the commit, so a later place is never seen before an
    earlier one, and a reader who has seen place 7 has seen all before it.
    """
    result = await session.execute(_NEXT_SEQ, {"conversation": conversation_id})
    return int(result.scalar_one())


async def find_by_source(session: AsyncSession, channel: str, source_id: str) -> Message | None:
    """The message that this delivery made, when it came before."""
    id_ = await session.scalar(_KNOWN, {"channel": channel, "source_id": source_id})
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
    """Store a customer's message that is known to be new, while the conversation is locked.

    Args:
        kind: what it is, where it is no text: a voice note or a place has no words.
        photos: ids of uploaded photos of this conversation that belong to it.
        languages: those that the company speaks.
        more: further columns of the message.

    Raises:
        MessageRefused: it is empty, too long, or presses a choice that is gone.
    """
    text = storable(text)
    choice_token = choice_token or await _pressed_in_words(session, conversation, text)
    if choice_token is not None:
        text = await _press(session, conversation, choice_token)
    elif not text.strip() and not photos and kind == ContentKind.TEXT:
        raise MessageRefused("empty")
    elif len(text) > LONGEST_TEXT:
        raise MessageRefused("too_long", length=len(text), most=LONGEST_TEXT)
    else:
        _hear_language(conversation, text, languages)
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


def _hear_language(conversation: Conversation, text: str, languages: Sequence[str]) -> None:
    """Answer in the customer's language: told by the first message, kept until they switch."""
    spoken = language.detect(text)
    few = len(text.split()) < WORDS_TO_SWITCH
    if spoken is None or spoken not in languages or (conversation.language_heard and few):
        return
    conversation.language, conversation.language_heard = spoken, True


def storable(text: str) -> str:
    """Without what no database holds: NUL, and the halves of surrogate pairs."""
    return text.replace("\x00", "").encode(errors="ignore").decode()


async def _pressed_in_words(
    session: AsyncSession, conversation: Conversation, text: str
) -> str | None:
    """The open choice whose title the customer typed word for word."""
    said = fold(text)
    if not said:
        return None
    open_ones = await session.execute(_OPEN_CHOICES, {"conversation": conversation.id})
    same = [token for token, title in open_ones if fold(title) == said]
    return same[0] if len(same) == 1 else None


async def _press(session: AsyncSession, conversation: Conversation, token: str) -> str:
    """Spend a choice, and the others beside it; gives back what its button says."""
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
    """Add an outgoing message, with its choices.

    Args:
        author_name: how the customer knows the person who says it.
        source_id: the sender's own id for it, unique on the channel.
        state: "sent" when the caller shows it right after the commit (a page that misses it then
            gets it when it resumes), "pending" when the edge is to find it in the outbox. Beside
            the web chat every message is pending until its provider has it.
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
    """Close every choice still open in a conversation; the seqs of the messages they stand on."""
    seqs = list(await session.scalars(_OPEN_SEQS, {"conversation": conversation_id}))
    if seqs:
        await session.execute(
            update(Choice)
            .where(Choice.conversation_id == conversation_id, Choice.chosen.is_(None))
            .values(chosen=False)
        )
    return seqs
