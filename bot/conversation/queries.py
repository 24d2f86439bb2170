"""The prepared statements of this package: each runs for many messages."""

from sqlalchemy import bindparam, or_, select, union, update

from bot.models import (
    GIVEN_STATES,
    Attachment,
    Choice,
    Compensation,
    Complaint,
    Contact,
    Conversation,
    Message,
    Order,
    Promise,
    table_of,
)

_conversations = table_of(Conversation)
_messages = table_of(Message)

# The next place in a conversation's thread. The row is changed by the database alone; what the
# session holds of it does not matter.
NEXT_SEQ = (
    update(_conversations)
    .where(_conversations.c.id == bindparam("conversation"))
    .values(last_seq=_conversations.c.last_seq + 1)
    .returning(_conversations.c.last_seq)
)
# The id of the message that a delivery made.
MESSAGE_ID_BY_SOURCE = select(_messages.c.id).where(
    _messages.c.channel == bindparam("channel"), _messages.c.source_id == bindparam("source_id")
)
# The choices of a conversation that can still be pressed, and the places of their messages.
OPEN_CHOICES = select(Choice.token, Choice.title).where(
    Choice.conversation_id == bindparam("conversation"), Choice.chosen.is_(None)
)
SEQS_WITH_OPEN_CHOICES = (
    select(Message.seq)
    .join(Choice, Choice.message_id == Message.id)
    .where(Choice.conversation_id == bindparam("conversation"), Choice.chosen.is_(None))
    .distinct()
)
# What belongs to several messages, in order.
CHOICES_OF_MESSAGES = (
    select(Choice)
    .where(Choice.message_id.in_(bindparam("messages", expanding=True)))
    .order_by(Choice.position)
)
ATTACHMENTS_OF_MESSAGES = (
    select(Attachment)
    .where(Attachment.message_id.in_(bindparam("messages", expanding=True)))
    .order_by(Attachment.created_at)
)
# The contacts that have one of these phones, in the contact itself or in an order.
CONTACT_IDS_BY_PHONE = union(
    select(Contact.id).where(Contact.phone.in_(bindparam("phones", expanding=True))),
    select(Order.contact_id).where(Order.phone.in_(bindparam("phones", expanding=True))),
)
# The cases of a conversation and of a proven contact; of contact None there are none.
CASES = select(Complaint).where(
    or_(
        Complaint.conversation_id == bindparam("conversation"),
        Complaint.contact_id == bindparam("contact"),
    )
)
# The remedies of these cases, and those that were given for these orders.
REMEDIES = select(Compensation).where(
    or_(
        Compensation.complaint_id.in_(bindparam("cases", expanding=True)),
        Compensation.order_id.in_(bindparam("orders", expanding=True))
        & Compensation.state.in_(GIVEN_STATES),
    )
)
PROMISES = select(Promise).where(Promise.complaint_id.in_(bindparam("cases", expanding=True)))
