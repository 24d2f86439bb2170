"""The prepared statements of this package: each runs for every message."""

from sqlalchemy import bindparam, exists, select, update

from bot.models import Attachment, ContentKind, Conversation, Message, table_of

_MESSAGES = table_of(Message)
_HAS_PHOTOS = exists().where(
    Attachment.message_id == Message.id, Attachment.kind == ContentKind.PHOTO
)
# The conversation, its message, and if photos came with it; both rows are locked.
LOCK_TURN = (
    select(Conversation, Message, _HAS_PHOTOS)
    .join(Message, Message.conversation_id == Conversation.id)
    .where(Conversation.id == bindparam("conversation"), Message.id == bindparam("message"))
    .with_for_update(of=(Conversation, Message))
)
# Stores the replies of a turn with the message that they answer.
STORE_REPLIES = (
    update(_MESSAGES)
    .where(_MESSAGES.c.id == bindparam("message"))
    .values(reply=bindparam("replies"))
)
