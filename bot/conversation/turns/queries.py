"""The prepared statements of this package: each runs for every message."""

from sqlalchemy import and_, bindparam, exists, or_, select, update
from sqlalchemy.orm import aliased

from bot.models import NOT_ENDED, RECEIVED, Conversation, Handoff, Message, table_of

# When more than this wait behind a message on a channel, they are answered together. In the web
# chat so many are refused.
MOST_QUEUED = 10

_other = aliased(Message)
_others_unheard = exists().where(
    _other.conversation_id == Message.conversation_id,
    _other.heard.is_(False),
    _other.id != Message.id,
)
# The unanswered messages of a conversation, oldest first, with the conversation, its open handoff,
# and whether the engine has not heard others.
UNANSWERED = (
    select(Message, Conversation, Handoff, _others_unheard)
    .join(Conversation, Conversation.id == Message.conversation_id)
    .outerjoin(Handoff, and_(Handoff.conversation_id == Conversation.id, NOT_ENDED))
    .where(Message.conversation_id == bindparam("conversation"), RECEIVED)
    .order_by(Message.seq)
    .limit(MOST_QUEUED + 2)
)
# The other messages of a conversation that the engine has not heard.
UNHEARD = (
    select(Message)
    .where(
        Message.conversation_id == bindparam("conversation"),
        Message.heard.is_(False),
        Message.id != bindparam("message"),
    )
    .order_by(Message.seq)
)
# A message, and the open handoff of its conversation.
MESSAGE_WITH_HANDOFF = (
    select(Message, Handoff)
    .outerjoin(Handoff, and_(Handoff.conversation_id == Message.conversation_id, NOT_ENDED))
    .where(Message.id == bindparam("message"))
)
CONVERSATION = select(Conversation).where(Conversation.id == bindparam("conversation"))

# The lease is the database's alone: no session looks at these columns.
_conversations = table_of(Conversation)
_this = _conversations.c.id == bindparam("conversation")
_ours = update(_conversations).where(_this, _conversations.c.turn_owner == bindparam("owner"))
_unanswered = exists().where(Message.conversation_id == bindparam("conversation"), RECEIVED)
ACQUIRE_LEASE = (
    update(_conversations)
    .where(
        _this,
        or_(
            _conversations.c.turn_until.is_(None),
            _conversations.c.turn_until < bindparam("now"),
        ),
    )
    .values(turn_owner=bindparam("owner"), turn_until=bindparam("until"))
)
RENEW_LEASE = _ours.values(turn_until=bindparam("until"))
RELEASE_LEASE = _ours.values(turn_owner=None, turn_until=None)
RELEASE_LEASE_IF_ALL_ANSWERED = RELEASE_LEASE.where(~_unanswered)
