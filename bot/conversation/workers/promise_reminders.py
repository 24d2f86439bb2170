"""Tells customers before a promise is broken: an apology, and a new date."""

from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.cases import audit, promises
from bot.context.company_context import CompanyContext
from bot.conversation import messages
from bot.customers import conversations
from bot.database.session import Database
from bot.handoffs import queue, reasons
from bot.models import Author, Complaint, Conversation, HandoffReason, Message, Promise
from bot.text.reply import Reply

log = structlog.get_logger()


async def renew(db: Database, context: CompanyContext, before: datetime) -> list[Message]:
    """Renew every promise that falls due before ``before``. Return the messages to customers.

    Each has a transaction of its own, which locks the conversation first, as in a turn, so that
    there is no deadlock. One that fails does not stop the others.
    """
    messages_to_publish = []
    async with db.read() as session:
        falling_due = await promises.list_due(session, before)
    for promise_id in falling_due:
        async with db.write() as session:
            message = await _renew(session, context, promise_id)
        if message is not None:
            messages_to_publish.append(message)
    return messages_to_publish


async def _renew(session: AsyncSession, context: CompanyContext, promise_id: int) -> Message | None:
    due = await session.get_one(Promise, promise_id)
    case = await session.get_one(Complaint, due.complaint_id)
    conversation = await conversations.lock(session, case.conversation_id)
    if not await promises.mark_broken(session, due):
        return None  # kept, or renewed by another worker, meanwhile
    audit.record(session, case, "bot", "promise broken", what=due.what)
    await _raise_priority(session, context, conversation, case)
    new_due = await _new_due(session, context, case)
    await promises.make(session, case, promises.ANSWER, new_due)
    name = "promise_renewed" if due.what == promises.ANSWER else "promise_delayed"
    text = context.responses.render(
        name, conversation.language, reference=case.reference, due=new_due
    )
    log.warning("promise_broken", reference=case.reference, what=due.what)
    return await messages.add_outgoing(session, conversation, Reply(text), author=Author.SYSTEM)


async def _new_due(session: AsyncSession, context: CompanyContext, case: Complaint) -> datetime:
    """Return the first new date, which is soon; each later one is a business day away."""
    broken = await promises.count_broken(session, case.id)
    if broken > 1:
        return context.calendar.add_business_days(clock.now(), 1)
    return context.calendar.due(clock.now(), context.company.promises.status_update)


async def _raise_priority(
    session: AsyncSession, context: CompanyContext, conversation: Conversation, case: Complaint
) -> None:
    """Give the case's handoff the highest priority; make one if there is none."""
    handoff = await queue.find_open(session, conversation.id)
    if handoff is None:
        handoff = await queue.add(session, context, case, HandoffReason.PROMISE_BROKEN)
    handoff.priority = reasons.PRIORITIES[HandoffReason.PROMISE_BROKEN]
    await session.flush()
