"""What agents do in a conversation: claim, answer, promise, transfer, return, resolve.

Each changes the case and stores what the customer is told of it, in the caller's transaction. The
returned change is published after the commit.
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


async def claim(session: AsyncSession, handoff: Handoff, agent: Agent) -> ConversationChange:
    """Assign a case to an agent, and close the bot's open choices.

    Raises:
        AlreadyClaimed: another agent was faster.
    """
    is_new = handoff.state == HandoffState.WAITING
    await assignment.claim(session, handoff, agent)
    if is_new:
        CLAIM_SECONDS.observe((clock.now() - handoff.created_at).total_seconds())
    closed_seqs = await messages.close_open_choices(session, handoff.conversation_id)
    return ConversationChange(handoff.conversation_id, closed_seqs=closed_seqs)


async def mark_read(
    session: AsyncSession, context: CompanyContext, handoff: Handoff, agent: Agent
) -> ConversationChange | None:
    """Note that the agent has read the case, and tell the customer, once."""
    if not await assignment.mark_read(session, handoff, agent):
        return None
    message = await send_notice(session, context, handoff, "agent_read", agent=agent.first_name)
    return ConversationChange(handoff.conversation_id, [message])


async def transfer(
    session: AsyncSession, context: CompanyContext, handoff: Handoff, to: Agent, actor: str
) -> ConversationChange:
    """Assign the case to another agent, who is introduced to the customer by name.

    Raises:
        AlreadyClaimed: its agent changed at the same moment.
    """
    await assignment.transfer(session, handoff, to, actor)
    closed_seqs = await messages.close_open_choices(session, handoff.conversation_id)
    message = await send_notice(session, context, handoff, "agent_introduced", agent=to.first_name)
    return ConversationChange(handoff.conversation_id, [message], closed_seqs)


async def release(
    session: AsyncSession, context: CompanyContext, handoff: Handoff, actor: str
) -> ConversationChange | None:
    """Put the case back to its place in the queue, and tell the customer."""
    agent = await session.get_one(Agent, handoff.agent_id)
    if not await assignment.release(session, handoff, actor):
        return None
    wait = await queue.ensure_promise(session, context, handoff)
    message = await send_notice(
        session, context, handoff, "agent_left", agent=agent.first_name, due=wait.promise.due_at
    )
    return ConversationChange(handoff.conversation_id, [message])


async def send_message(
    session: AsyncSession,
    context: CompanyContext,
    handoff: Handoff,
    agent: Agent,
    text: str,
    *,
    photos: Sequence[str] = (),
    request_id: str,
) -> tuple[ConversationChange, Message]:
    """Store an agent's message; sent again with the same ``request_id``, it is the same message."""
    conversation = await session.get_one(Conversation, handoff.conversation_id)
    # Different from every customer's id, and from those of other conversations.
    source = f"agent {conversation.id}:{request_id}"
    sent_before = await session.scalar(
        select(Message).where(Message.channel == conversation.channel, Message.source_id == source)
    )
    if sent_before is not None:
        return ConversationChange(conversation.id), sent_before
    # An agent who answers has read the case, even if their page has not reported it yet.
    read = await mark_read(session, context, handoff, agent)
    message = await messages.add_outgoing(
        session,
        conversation,
        Reply(text),
        author=Author.AGENT,
        author_name=agent.first_name,
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
    # The customer waited for an answer, and has one now.
    await promises.settle(session, handoff.complaint_id, promises.ANSWER, PromiseState.KEPT)
    return ConversationChange(conversation.id, [*(read.messages if read else ()), message]), message


async def make_commitment(
    session: AsyncSession,
    context: CompanyContext,
    handoff: Handoff,
    agent: Agent,
    *,
    words: str,
    due_at: datetime,
    request_id: str,
) -> ConversationChange:
    """Store an agent's promise with its date, and tell it to the customer in the same words."""
    case = await session.get_one(Complaint, handoff.complaint_id)
    promise_id = await session.scalar(select(Promise.id).where(Promise.request_id == request_id))
    if promise_id is not None:  # the request was sent again
        return ConversationChange(handoff.conversation_id)
    await promises.make(
        session,
        case,
        promises.COMMITMENT,
        due_at,
        words=words,
        by=agent,
        request_id=request_id,
    )
    message = await send_notice(
        session,
        context,
        handoff,
        "agent_promised",
        reference=case.reference,
        words=words,
        due=due_at,
    )
    return ConversationChange(handoff.conversation_id, [message])


async def keep_commitment(
    session: AsyncSession, context: CompanyContext, case: Complaint, promise: Promise, agent: Agent
) -> Message | None:
    """Mark a commitment as kept, and tell the customer. Return None if it was kept before."""
    if not await promises.mark_kept(session, promise):
        return None
    audit.record(session, case, agent.name, "kept a promise", words=promise.commitment)
    conversation = await session.get_one(Conversation, case.conversation_id)
    text = context.responses.render(
        "commitment_kept",
        conversation.language,
        reference=case.reference,
        words=promise.commitment or "",
    )
    return await messages.add_outgoing(
        session, conversation, Reply(text), author=Author.SYSTEM, state=MessageState.PENDING
    )


async def return_to_bot(
    session: AsyncSession, context: CompanyContext, handoff: Handoff, agent: Agent
) -> ConversationChange:
    """Return the conversation to the bot, and tell the customer what the agent settled.

    What is settled is not decided again by the bot.
    """
    case = await session.get_one(Complaint, handoff.complaint_id)
    queue.end(session, handoff, case, HandoffEnding.RETURNED, agent.name)
    await promises.settle(session, case.id, promises.ANSWER, PromiseState.KEPT)
    closed_seqs = await messages.close_open_choices(session, handoff.conversation_id)
    conversation = await session.get_one(Conversation, handoff.conversation_id)
    settled = await _settled(session, context, case, handoff, conversation.language)
    if settled:
        # The bot does not offer again what is settled.
        await withdraw(session, case)
        if case.state == ComplaintState.OPEN:
            complaints.resolve(session, case, agent.name)
        settled.append(context.responses.render("returned_end", conversation.language))
    opening = context.responses.render(
        "returned", conversation.language, agent=agent.first_name, reference=case.reference
    )
    message = await messages.add_outgoing(
        session, conversation, Reply(" ".join([opening, *settled]))
    )
    return ConversationChange(handoff.conversation_id, [message], closed_seqs)


async def _settled(
    session: AsyncSession, context: CompanyContext, case: Complaint, handoff: Handoff, language: str
) -> list[str]:
    """Return sentences on what was given since the handoff, and on what agents still have to do."""
    remedies = await compensations.list_given_since(session, case, handoff.created_at)
    sentences = []
    if remedies:
        titles = ", ".join(f"«{title(context.responses, remedy, language)}»" for remedy in remedies)
        sentences.append(context.responses.render("returned_given", language, titles=titles))
    for promise in await promises.list_open(session, case.id):
        if promise.what == promises.COMMITMENT:
            words = promise.commitment or ""
            sentences.append(
                context.responses.render(
                    "returned_promised", language, words=words, due=promise.due_at
                )
            )
    return sentences


async def resolve(
    session: AsyncSession, context: CompanyContext, handoff: Handoff, agent: Agent, cause: str
) -> ConversationChange:
    """Resolve the case, with its cause."""
    case = await session.get_one(Complaint, handoff.complaint_id)
    case.cause = cause
    queue.end(session, handoff, case, HandoffEnding.RESOLVED, agent.name)
    await promises.settle(session, case.id, promises.ANSWER, PromiseState.KEPT)
    await withdraw(session, case)
    closed_seqs = await messages.close_open_choices(session, handoff.conversation_id)
    complaints.resolve(session, case, agent.name)
    audit.record(session, case, agent.name, "cause", cause=cause)
    message = await send_notice(
        session, context, handoff, "resolved_by_agent", reference=case.reference
    )
    return ConversationChange(handoff.conversation_id, [message], closed_seqs)


async def abandon(
    session: AsyncSession, context: CompanyContext, handoff: Handoff, agent: Agent
) -> ConversationChange:
    """End the handoff of a customer who no longer answers; the case stays open."""
    case = await session.get_one(Complaint, handoff.complaint_id)
    queue.end(session, handoff, case, HandoffEnding.ABANDONED, agent.name)
    await promises.settle(session, case.id, promises.ANSWER, PromiseState.KEPT)
    closed_seqs = await messages.close_open_choices(session, handoff.conversation_id)
    message = await send_notice(session, context, handoff, "abandoned", reference=case.reference)
    return ConversationChange(handoff.conversation_id, [message], closed_seqs)


async def notify_still_waiting(
    session: AsyncSession, context: CompanyContext, handoff: Handoff
) -> ConversationChange | None:
    """Tell a customer that nobody has claimed their case yet. Return None if told before."""
    if handoff.state != HandoffState.WAITING or handoff.nudged_at is not None:
        return None
    handoff.nudged_at = clock.now()
    wait = await queue.ensure_promise(session, context, handoff)
    case = wait.complaint
    audit.record(session, case, "bot", "told that nobody has taken it")
    message = await send_notice(
        session,
        context,
        handoff,
        "still_waiting",
        reference=case.reference,
        due=wait.promise.due_at,
    )
    return ConversationChange(handoff.conversation_id, [message])


async def send_notice(
    session: AsyncSession, context: CompanyContext, handoff: Handoff, name: str, **values: Value
) -> Message:
    """Store the response ``utter_<name>`` in the customer's language, as a message."""
    conversation = await session.get_one(Conversation, handoff.conversation_id)
    text = context.responses.render(name, conversation.language, **values)
    return await messages.add_outgoing(session, conversation, Reply(text), author=Author.SYSTEM)
