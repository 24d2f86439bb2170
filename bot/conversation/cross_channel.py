"""One person on several channels: recognised by what is proven, with one case and one history.

Conversations are joined by the contact, and a contact is set only when it is proven: by an order
and its e-mail or phone, by the site's token, or by a phone that a channel vouches for.
"""

from sqlalchemy import bindparam, or_, select, union, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cases import audit
from bot.customers import contacts
from bot.customers.contacts import VouchedCustomer
from bot.handoffs import queue
from bot.models import (
    Complaint,
    ComplaintState,
    Contact,
    Conversation,
    Handoff,
    HandoffState,
    Message,
    Order,
    Promise,
    PromiseState,
    Proof,
)

# Of a very long history the newest part is shown.
MAX_OTHER_MESSAGES = 500
_WHOSE = union(
    select(Contact.id).where(Contact.phone.in_(bindparam("phones", expanding=True))),
    select(Order.contact_id).where(Order.phone.in_(bindparam("phones", expanding=True))),
)


async def recognize_phone(session: AsyncSession, conversation: Conversation, phone: str) -> None:
    """The channel vouches for this phone: whoever has it in our books is the one who writes.

    Where several customers share it, an order's number has to tell which one it is.
    """
    if conversation.phone != phone:
        conversation.phone = phone
        conversation.said_phone = phone
    if conversation.contact_id is not None:
        return
    spellings = _spellings(phone)
    found = set(await session.scalars(_WHOSE, {"phones": list(spellings)}))
    if len(found) == 1:
        conversation.contact_id = found.pop()
        conversation.proven_by = Proof.CHANNEL_PHONE


async def recognize_vouched(
    session: AsyncSession, conversation: Conversation, customer: VouchedCustomer
) -> bool:
    """Tie a conversation to the contact that the embedding site vouches for.

    Return False, and change nothing, if it is another contact's: a browser that two people share.
    """
    contact = await contacts.find_or_add(
        session, name=customer.name, email=customer.email, phone=customer.phone
    )
    if conversation.contact_id not in {None, contact.id}:
        return False
    conversation.contact_id = contact.id
    conversation.proven_by = conversation.proven_by or Proof.SIGNED_TOKEN
    return True


def _spellings(phone: str) -> set[str]:
    """A phone as its network and as an address book may have it (Mexico's and Argentina's 1, 9)."""
    found = {phone}
    for code, digit in (("+52", "1"), ("+54", "9")):
        if phone.startswith(code + digit):
            found.add(code + phone[len(code) + 1 :])
        elif phone.startswith(code):
            found.add(code + digit + phone[len(code) :])
    return found


async def move_open_cases(session: AsyncSession, conversation: Conversation) -> list[str]:
    """What is open for this person comes to where they write now, whoever works on it.

    Gives back the conversations that it was in.
    """
    if conversation.contact_id is None or conversation.proven_by is None:
        return []
    left = []
    promised = select(Promise.complaint_id).where(Promise.state == PromiseState.OPEN)
    query = select(Complaint).where(
        Complaint.contact_id == conversation.contact_id,
        Complaint.conversation_id != conversation.id,
        or_(Complaint.state == ComplaintState.OPEN, Complaint.id.in_(promised)),
    )
    for case in await session.scalars(query):
        before = case.conversation_id
        left.append(before)
        case.conversation_id = conversation.id
        audit.record(session, case, "customer", "went on elsewhere", channel=conversation.channel)
        if await queue.find_open(session, conversation.id) is None:
            await session.execute(
                update(Handoff)
                .where(
                    Handoff.complaint_id == case.id,
                    Handoff.conversation_id == before,
                    Handoff.state != HandoffState.ENDED,
                )
                .values(conversation_id=conversation.id)
            )
    return left


async def find_conversations(
    session: AsyncSession, conversation: Conversation
) -> list[Conversation]:
    """All conversations of the person who writes in this one, this one included."""
    if conversation.contact_id is None or conversation.proven_by is None:
        return [conversation]
    query = select(Conversation).where(
        Conversation.contact_id == conversation.contact_id, Conversation.proven_by.is_not(None)
    )
    return list(await session.scalars(query.order_by(Conversation.created_at)))


async def find_other_messages(session: AsyncSession, conversation: Conversation) -> list[Message]:
    """What was said with this person in other conversations, in the order it was said."""
    ids = [one.id for one in await find_conversations(session, conversation)]
    query = select(Message).where(
        Message.conversation_id.in_(ids), Message.conversation_id != conversation.id
    )
    newest = query.order_by(Message.at.desc(), Message.id.desc()).limit(MAX_OTHER_MESSAGES)
    return list(await session.scalars(newest))[::-1]
