"""The word to a customer before a promise passes unkept: an apology, and a new date that holds."""

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
    """Tell every customer whose promise falls due before ``before``; what was said to them.

    Each in a transaction of its own, the conversation first, as a turn does it: nobody waits for
    anybody in a circle, and one that fails holds up no other.
    """
    said = []
    async with db.read() as session:
        falling_due = await promises.list_due(session, before)
    for promise_id in falling_due:
        async with db.write() as session:
            message = await _renew(session, context, promise_id)
        if message is not None:
            said.append(message)
    return said


async def _renew(session: AsyncSession, context: CompanyContext, promise_id: int) -> Message | None:
    due = await session.get_one(Promise, promise_id)
    case = await session.get_one(Complaint, due.complaint_id)
    conversation = await conversations.lock(session, case.conversation_id)
    if not await promises.mark_broken(session, due):
        return None  # kept, or told by another worker, in the meantime
    audit.record(session, case, "bot", "promise broken", what=due.what)
    await _to_the_front(session, context, conversation, case)
    new_due = await _new_due(session, context, case)
    await promises.make(session, case, promises.ANSWER, new_due)
    name = "promise_renewed" if due.what == promises.ANSWER else "promise_delayed"
    text = context.responses.render(
        name, conversation.language, reference=case.reference, due=new_due
    )
    log.warning("promise_broken", reference=case.reference, what=due.what)
    return await messages.add_outgoing(session, conversation, Reply(text), author=Author.SYSTEM)


async def _new_due(session: AsyncSession, context: CompanyContext, case: Complaint) -> datetime:
    """The first new date is soon; after that one a business day, not an apology every few hours."""
    broken = await promises.count_broken(session, case.id)
    if broken > 1:
        return context.calendar.add_business_days(clock.now(), 1)
    return context.calendar.due(clock.now(), context.company.promises.status_update)


async def _to_the_front(
    session: AsyncSession, context: CompanyContext, conversation: Conversation, case: Complaint
) -> None:
    """A broken promise makes the case the most urgent one, with a person if it has none yet."""
    open_handoff = await queue.find_open(session, conversation.id)
    if open_handoff is None:
        open_handoff = await queue.add(session, context, case, HandoffReason.PROMISE_BROKEN)
    open_handoff.priority = reasons.PRIORITIES[HandoffReason.PROMISE_BROKEN]
    await session.flush()
