"""The prepared statements of this package: each runs for every message on a channel."""

from sqlalchemy import bindparam, literal_column, select, update

from bot.models import PENDING, Attachment, Choice, ContentKind, Message, table_of

_messages = table_of(Message)

# What waited for the customer to write may be sent.
RELEASE_ANNOUNCED = (
    update(_messages)
    .where(
        _messages.c.conversation_id == bindparam("conversation"),
        _messages.c.state == literal_column("'pending'"),
        _messages.c.announced_at.is_not(None),
    )
    .values(announced_at=None, next_try_at=None)
)
# The first pending message of a conversation.
NEXT_PENDING = (
    select(Message)
    .where(Message.conversation_id == bindparam("conversation"), PENDING)
    .order_by(Message.seq)
    .limit(1)
)
# The buttons of a message that are not closed, and its photos' file names.
OPEN_BUTTONS = (
    select(Choice.token, Choice.title, Choice.detail)
    .where(Choice.message_id == bindparam("message"), Choice.chosen.is_(None))
    .order_by(Choice.position)
)
PHOTO_FILES = (
    select(Attachment.file_name)
    .where(Attachment.message_id == bindparam("message"), Attachment.kind == ContentKind.PHOTO)
    .order_by(Attachment.created_at)
)
