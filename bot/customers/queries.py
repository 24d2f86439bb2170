"""The prepared statements of this package: each runs several times for a message."""

from sqlalchemy import bindparam, func, select

from bot.models import Conversation, Order

MOST_RECENT_ORDERS = 3

# The row of a conversation, locked until the transaction ends.
LOCK_CONVERSATION = (
    select(Conversation).where(Conversation.id == bindparam("conversation")).with_for_update()
)
# The order with a normalized number.
ORDER_BY_NUMBER = select(Order).where(Order.number_key == bindparam("number"))
# The latest orders of a contact, newest first.
RECENT_ORDERS = (
    select(Order)
    .where(Order.contact_id == bindparam("contact"))
    .order_by(Order.placed_at.desc())
    .limit(MOST_RECENT_ORDERS)
)
# What a contact has bought since a moment, in minor units; None for nothing.
TOTAL_SINCE = select(func.sum(Order.total_minor)).where(
    Order.contact_id == bindparam("contact"),
    Order.currency == bindparam("currency"),
    Order.status.not_in(("cancelled", "returned")),
    Order.placed_at >= bindparam("since"),
)
