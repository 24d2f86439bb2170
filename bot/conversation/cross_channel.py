"""One customer on several channels: recognised by proof, with one case and one history.

Conversations are joined by the contact, and a contact is set only when it is proven: by an order
and its e-mail or phone, by the site's token, or by a phone that a channel vouches for.
"""

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cases import audit
from bot.conversation import queries
from bot.customers import contacts
from bot.customers.contacts import VouchedCustomer
from bot.handoffs import queue
from bot.models import (
    Complaint,
    ComplaintState,
    Conversation,
    Handoff,
    HandoffState,
    Message,
    Promise,
    PromiseState,
    Proof,
)

# Messages; of a longer history only the newest are shown.
MAX_OTHER_MESSAGES = 500


async def recognize_phone(session: AsyncSession, conversation: Conversation, phone: str) -> None:
    """Tie a conversation to the contact with a phone that the channel vouches for.

    If several contacts have this phone, only an order's number proves which of them writes.
    """
    if conversation.phone != phone:
        conversation.phone = phone
        conversation.said_phone = phone
    if conversation.contact_id is not None:
        return
    phones = {"phones": list(_spellings(phone))}
    contact_ids = set(await session.scalars(queries.CONTACT_IDS_BY_PHONE, phones))
    if len(contact_ids) == 1:
        conversation.contact_id = contact_ids.pop()
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
    """Return the ways to write a phone: mobiles of Mexico and Argentina with or without 1 and 9."""
    spellings = {phone}
    for code, digit in (("+52", "1"), ("+54", "9")):
        if phone.startswith(code + digit):
            spellings.add(code + phone[len(code) + 1 :])
        elif phone.startswith(code):
            spellings.add(code + digit + phone[len(code) :])
    return spellings


async def move_open_cases(session: AsyncSession, conversation: Conversation) -> list[str]:
    """Move the contact's open cases to this conversation, with their agents.

    Return the ids of the conversations in which they were.
    """
    if conversation.contact_id is None or conversation.proven_by is None:
        return []
    moved_from = []
    promised = select(Promise.complaint_id).where(Promise.state == PromiseState.OPEN)
    query = select(Complaint).where(
        Complaint.contact_id == conversation.contact_id,
        Complaint.conversation_id != conversation.id,
        or_(Complaint.state == ComplaintState.OPEN, Complaint.id.in_(promised)),
    )
    for case in await session.scalars(query):
        before = case.conversation_id
        moved_from.append(before)
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
    return moved_from


async def find_conversations(
    session: AsyncSession, conversation: Conversation
) -> list[Conversation]:
    """Return all conversations of the customer who writes in this one, including this one."""
    if conversation.contact_id is None or conversation.proven_by is None:
        return [conversation]
    query = select(Conversation).where(
        Conversation.contact_id == conversation.contact_id, Conversation.proven_by.is_not(None)
    )
    return list(await session.scalars(query.order_by(Conversation.created_at)))


async def find_other_messages(session: AsyncSession, conversation: Conversation) -> list[Message]:
    """Return the newest messages of the customer's other conversations, the oldest first.

    There are at most ``MAX_OTHER_MESSAGES``.
    """
    ids = [own.id for own in await find_conversations(session, conversation)]
    query = select(Message).where(
        Message.conversation_id.in_(ids), Message.conversation_id != conversation.id
    )
    newest = query.order_by(Message.at.desc(), Message.id.desc()).limit(MAX_OTHER_MESSAGES)
    return list(await session.scalars(newest))[::-1]
