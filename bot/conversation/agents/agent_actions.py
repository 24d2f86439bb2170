"""What passes between a person of the company and the customer.

Each step changes the case and puts out what the customer hears of it, in the caller's one
transaction; what was put out is shown after the commit.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.cases import audit, complaints, promises
from bot.compensation import compensations
from bot.compensation.offers import withdraw
from bot.compensation.presentation import title
from bot.context.company_context import CompanyContext
from bot.conversation import messages
from bot.conversation.change import ConversationChange
from bot.handoffs import assignment, queue
from bot.metrics import CLAIM_SECONDS
from bot.models import (
    Agent,
    Attachment,
    Author,
    Complaint,
    ComplaintState,
    Conversation,
    Handoff,
    HandoffEnding,
    HandoffState,
    Message,
    MessageState,
    Promise,
    PromiseState,
)
from bot.text.reply import Reply
from bot.text.responses import Value


async def claim(session: AsyncSession, found: Handoff, person: Agent) -> ConversationChange:
    """A person takes the case. What the bot had on the table is the person's to decide now.

    Raises:
        AlreadyClaimed: somebody was faster.
    """
    is_new = found.state == HandoffState.WAITING
    await assignment.claim(session, found, person)
    if is_new:
        CLAIM_SECONDS.observe((clock.now() - found.created_at).total_seconds())
    spent = await messages.close_open_choices(session, found.conversation_id)
    return ConversationChange(found.conversation_id, spent=spent)


async def mark_read(
    session: AsyncSession, context: CompanyContext, found: Handoff, person: Agent
) -> ConversationChange | None:
    """The person who has the case reads it: only now is the customer told so, once."""
    if not await assignment.mark_read(session, found, person):
        return None
    said = await send_notice(session, context, found, "agent_read", agent=person.first_name)
    return ConversationChange(found.conversation_id, [said])


async def transfer(
    session: AsyncSession, context: CompanyContext, found: Handoff, to: Agent, actor: str
) -> ConversationChange:
    """The case goes to a colleague in the same chat, who is introduced by name.

    Raises:
        AlreadyClaimed: it has changed hands at the same moment.
    """
    await assignment.transfer(session, found, to, actor)
    spent = await messages.close_open_choices(session, found.conversation_id)
    said = await send_notice(session, context, found, "agent_introduced", agent=to.first_name)
    return ConversationChange(found.conversation_id, [said], spent)


async def release(
    session: AsyncSession, context: CompanyContext, found: Handoff, actor: str
) -> ConversationChange | None:
    """The person cannot go on: back to the same place in the queue, and the customer is told."""
    person = await session.get_one(Agent, found.agent_id)
    if not await assignment.release(session, found, actor):
        return None
    wait = await queue.ensure_promise(session, context, found)
    said = await send_notice(
        session, context, found, "agent_left", agent=person.first_name, due=wait.promise.due_at
    )
    return ConversationChange(found.conversation_id, [said])


async def send_message(
    session: AsyncSession,
    context: CompanyContext,
    found: Handoff,
    person: Agent,
    text: str,
    *,
    photos: Sequence[str] = (),
    request_id: str,
) -> tuple[ConversationChange, Message]:
    """A person's message to the customer; sent again, it is the same message."""
    conversation = await session.get_one(Conversation, found.conversation_id)
    # Never the same as a customer's, and never that of another conversation.
    source = f"agent {conversation.id}:{request_id}"
    known = await session.scalar(
        select(Message).where(Message.channel == conversation.channel, Message.source_id == source)
    )
    if known is not None:
        return ConversationChange(conversation.id), known
    # Whoever answers has read it, even if their page has not said so yet.
    read = await mark_read(session, context, found, person)
    message = await messages.add_outgoing(
        session,
        conversation,
        Reply(text),
        author=Author.AGENT,
        author_name=person.first_name,
        source_id=source,
    )
    if photos:
        await session.execute(
            update(Attachment)
            .where(
                Attachment.id.in_(photos),
                Attachment.conversation_id == conversation.id,
                Attachment.message_id.is_(None),
            )
            .values(message_id=message.id)
        )
    # Whoever waited for an answer has one.
    await promises.settle(session, found.complaint_id, promises.ANSWER, PromiseState.KEPT)
    return ConversationChange(conversation.id, [*(read.messages if read else ()), message]), message


async def make_commitment(
    session: AsyncSession,
    context: CompanyContext,
    found: Handoff,
    person: Agent,
    *,
    words: str,
    due_at: datetime,
    request_id: str,
) -> ConversationChange:
    """A person promises something by a date; the customer reads it as it is written down."""
    case = await session.get_one(Complaint, found.complaint_id)
    known = await session.scalar(select(Promise.id).where(Promise.request_id == request_id))
    if known is not None:
        return ConversationChange(found.conversation_id)
    await promises.make(
        session,
        case,
        promises.COMMITMENT,
        due_at,
        words=words,
        by=person,
        request_id=request_id,
    )
    said = await send_notice(
        session,
        context,
        found,
        "agent_promised",
        reference=case.reference,
        words=words,
        due=due_at,
    )
    return ConversationChange(found.conversation_id, [said])


async def keep_commitment(
    session: AsyncSession, context: CompanyContext, case: Complaint, made: Promise, person: Agent
) -> Message | None:
    """A commitment has been met, and the customer is told; None when it was told before."""
    if not await promises.mark_kept(session, made):
        return None
    audit.record(session, case, person.name, "kept a promise", words=made.commitment)
    conversation = await session.get_one(Conversation, case.conversation_id)
    text = context.responses.render(
        "commitment_kept",
        conversation.language,
        reference=case.reference,
        words=made.commitment or "",
    )
    return await messages.add_outgoing(
        session, conversation, Reply(text), author=Author.SYSTEM, state=MessageState.PENDING
    )


async def return_to_bot(
    session: AsyncSession, context: CompanyContext, found: Handoff, person: Agent
) -> ConversationChange:
    """The bot goes on, from what the person settled: told now, and not decided anew."""
    case = await session.get_one(Complaint, found.complaint_id)
    queue.end(session, found, case, HandoffEnding.RETURNED, person.name)
    await promises.settle(session, case.id, promises.ANSWER, PromiseState.KEPT)
    spent = await messages.close_open_choices(session, found.conversation_id)
    conversation = await session.get_one(Conversation, found.conversation_id)
    settled = await _settled(session, context, case, found, conversation.language)
    if settled:
        # What a person settled is not on the bot's table again.
        await withdraw(session, case)
        if case.state == ComplaintState.OPEN:
            complaints.resolve(session, case, person.name)
        settled.append(context.responses.render("returned_end", conversation.language))
    opening = context.responses.render(
        "returned", conversation.language, agent=person.first_name, reference=case.reference
    )
    said = await messages.add_outgoing(session, conversation, Reply(" ".join([opening, *settled])))
    return ConversationChange(found.conversation_id, [said], spent)


async def _settled(
    session: AsyncSession, context: CompanyContext, case: Complaint, found: Handoff, language: str
) -> list[str]:
    """What was given while the case was with people, and what they still have to do."""
    given = await compensations.list_given_since(session, case, found.created_at)
    sentences = []
    if given:
        titles = ", ".join(f"«{title(context.responses, one, language)}»" for one in given)
        sentences.append(context.responses.render("returned_given", language, titles=titles))
    for one in await promises.list_open(session, case.id):
        if one.what == promises.COMMITMENT:
            words = one.commitment or ""
            sentences.append(
                context.responses.render("returned_promised", language, words=words, due=one.due_at)
            )
    return sentences


async def resolve(
    session: AsyncSession, context: CompanyContext, found: Handoff, person: Agent, cause: str
) -> ConversationChange:
    """The person has put it right, and says why it came about."""
    case = await session.get_one(Complaint, found.complaint_id)
    case.cause = cause
    queue.end(session, found, case, HandoffEnding.RESOLVED, person.name)
    await promises.settle(session, case.id, promises.ANSWER, PromiseState.KEPT)
    await withdraw(session, case)
    spent = await messages.close_open_choices(session, found.conversation_id)
    complaints.resolve(session, case, person.name)
    audit.record(session, case, person.name, "cause", cause=cause)
    said = await send_notice(session, context, found, "resolved_by_agent", reference=case.reference)
    return ConversationChange(found.conversation_id, [said], spent)


async def abandon(
    session: AsyncSession, context: CompanyContext, found: Handoff, person: Agent
) -> ConversationChange:
    """The customer no longer answers: the case stays open for when they write again."""
    case = await session.get_one(Complaint, found.complaint_id)
    queue.end(session, found, case, HandoffEnding.ABANDONED, person.name)
    await promises.settle(session, case.id, promises.ANSWER, PromiseState.KEPT)
    spent = await messages.close_open_choices(session, found.conversation_id)
    said = await send_notice(session, context, found, "abandoned", reference=case.reference)
    return ConversationChange(found.conversation_id, [said], spent)


async def notify_still_waiting(
    session: AsyncSession, context: CompanyContext, found: Handoff
) -> ConversationChange | None:
    """Nobody has taken the case within the company's limit: the customer hears it, once."""
    if found.state != HandoffState.WAITING or found.nudged_at is not None:
        return None
    found.nudged_at = clock.now()
    wait = await queue.ensure_promise(session, context, found)
    case = wait.complaint
    audit.record(session, case, "bot", "told that nobody has taken it")
    said = await send_notice(
        session,
        context,
        found,
        "still_waiting",
        reference=case.reference,
        due=wait.promise.due_at,
    )
    return ConversationChange(found.conversation_id, [said])


async def send_notice(
    session: AsyncSession, context: CompanyContext, found: Handoff, name: str, **values: Value
) -> Message:
    """Put out the response ``utter_<name>`` in the customer's language."""
    conversation = await session.get_one(Conversation, found.conversation_id)
    text = context.responses.render(name, conversation.language, **values)
    return await messages.add_outgoing(session, conversation, Reply(text), author=Author.SYSTEM)
