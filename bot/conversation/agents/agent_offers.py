"""Remedies by agents: remedy, offered to the customer, or requested from a supervisor."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cases import promises
from bot.compensation import acceptance, agent_remedies, approvals, completion, offers, presentation
from bot.compensation.acceptance import Acceptance
from bot.compensation.agent_remedies import RemedyRequest
from bot.compensation.offers import OfferWithAlternatives
from bot.context.company_context import CompanyContext
from bot.conversation import messages
from bot.conversation.agents.agent_actions import send_notice
from bot.conversation.change import ConversationChange
from bot.models import (
    Agent,
    Approval,
    ApprovalState,
    Author,
    Compensation,
    Complaint,
    Conversation,
    Handoff,
    HandoffState,
    Message,
    MessageState,
    Offer,
    PromiseState,
)
from bot.text.reply import Reply, ReplyButton, payload


async def give(
    session: AsyncSession,
    context: CompanyContext,
    handoff: Handoff,
    agent: Agent,
    *,
    remedy_request: RemedyRequest,
    request_id: str,
) -> ConversationChange:
    """Give a remedy at once, and tell the customer.

    Raises:
        CannotGive: see ``agent_remedies.offer``.
    """
    offered = await _make_offer(
        session, context, handoff, agent, remedy_request, request_id=request_id
    )
    if offered is None:
        return ConversationChange(handoff.conversation_id)
    case = await session.get_one(Complaint, handoff.complaint_id)
    remedy = await agent_remedies.give(session, context, offered, agent)
    closed_seqs = await messages.close_open_choices(session, handoff.conversation_id)
    message = await _confirm(session, context, handoff, case, remedy)
    return ConversationChange(handoff.conversation_id, [message], closed_seqs)


async def offer(
    session: AsyncSession,
    context: CompanyContext,
    handoff: Handoff,
    agent: Agent,
    *,
    remedy_request: RemedyRequest,
    request_id: str,
) -> ConversationChange:
    """Offer a remedy to the customer, who accepts or declines it with a button.

    Raises:
        CannotGive: see ``agent_remedies.offer``.
    """
    offered = await _make_offer(
        session, context, handoff, agent, remedy_request, request_id=request_id
    )
    if offered is None:
        return ConversationChange(handoff.conversation_id)
    conversation = await session.get_one(Conversation, handoff.conversation_id)
    language = conversation.language
    buttons = (
        *presentation.buttons(context.responses, offered.alternatives, language),
        ReplyButton(
            context.responses.render("no_to_offer", language),
            payload("deny", offer=offered.offer.id),
        ),
    )
    text = context.responses.render("agent_offers", language, agent=agent.first_name)
    closed_seqs = await messages.close_open_choices(session, conversation.id)
    message = await messages.add_outgoing(
        session, conversation, Reply(text, buttons), author=Author.SYSTEM
    )
    return ConversationChange(handoff.conversation_id, [message], closed_seqs)


async def answer_press(
    session: AsyncSession, context: CompanyContext, handoff: Handoff, intent: str, number: int
) -> Reply | None:
    """Carry out a press on an offer. Return the reply; None where there is nothing to say.

    The offer is the agent's or, while an agent is awaited, the assistant's.

    Args:
        intent: "choose" with a compensation's number, or "deny" with an offer's.
    """
    conversation = await session.get_one(Conversation, handoff.conversation_id)
    language = conversation.language
    case = await session.get_one(Complaint, handoff.complaint_id)
    if intent == "deny":
        declined = await session.get(Offer, number)
        if not _is_owners(handoff, declined) or not await offers.decline(session, case):
            return None
        if handoff.state == HandoffState.WAITING:
            return None  # they get the reply of the queue
        name = await _agent_first_name(session, handoff)
        return Reply(context.responses.render("offer_declined_with_agent", language, agent=name))
    chosen = await session.get(Compensation, number)
    accepted = await session.get(Offer, chosen.offer_id) if chosen else None
    if chosen is None or accepted is None or not _is_owners(handoff, accepted):
        return None
    agent = await session.get(Agent, accepted.agent_id) if accepted.agent_id else None
    originator = agent_remedies.originator_of(agent) if agent else "bot"
    outcome, remedy = await acceptance.accept(
        session, context, chosen.id, originator, actor="customer"
    )
    if outcome is Acceptance.DONE:
        return Reply(await presentation.confirmation(session, context, case, remedy, language))
    return Reply(context.responses.render("offer_gone", language))


def _is_owners(handoff: Handoff, made: Offer | None) -> bool:
    """Return True if the offer was made by the conversation's owner: agent, or assistant."""
    return made is not None and (made.agent_id is None) == (handoff.state == HandoffState.WAITING)


async def request_approval(
    session: AsyncSession,
    context: CompanyContext,
    handoff: Handoff,
    agent: Agent,
    *,
    remedy_request: RemedyRequest,
    why: str,
    request_id: str,
) -> tuple[ConversationChange, Approval]:
    """Request an approval from the supervisors, and tell the customer when to expect the answer.

    Raises:
        CannotGive: see ``agent_remedies.quote``.
    """
    case = await session.get_one(Complaint, handoff.complaint_id)
    approval, is_new = await approvals.request(
        session, context, case, agent, remedy_request=remedy_request, why=why, request_id=request_id
    )
    if not is_new:
        return ConversationChange(handoff.conversation_id), approval
    due = context.calendar.due(approval.asked_at, context.company.promises.person_answer)
    answer = await promises.make(session, case, promises.AUTHORIZATION, due, by=agent)
    message = await send_notice(
        session,
        context,
        handoff,
        "approval_asked",
        agent=agent.first_name,
        reference=case.reference,
        due=answer.due_at,
    )
    return ConversationChange(handoff.conversation_id, [message]), approval


async def decide_approval(
    session: AsyncSession,
    context: CompanyContext,
    approval: Approval,
    agent: Agent,
    *,
    approve: bool,
    answer: str,
) -> ConversationChange | None:
    """Store a supervisor's decision; an approved remedy is given in the same transaction.

    Return None if it was decided before.

    Raises:
        CannotGive: it is beyond the supervisor's own authority, or cannot be given any more.
    """
    case = await session.get_one(Complaint, approval.complaint_id)
    state = ApprovalState.APPROVED if approve else ApprovalState.DECLINED
    if not await approvals.decide(session, case, approval, agent, state=state, answer=answer):
        return None
    await promises.settle(session, case.id, promises.AUTHORIZATION, PromiseState.KEPT)
    asker = await session.get_one(Agent, approval.asked_by)
    conversation = await session.get_one(Conversation, case.conversation_id)
    language = conversation.language
    if not approve:
        text = context.responses.render("approval_answered", language, agent=asker.first_name)
        message = await messages.add_outgoing(
            session, conversation, Reply(text), author=Author.SYSTEM
        )
        return ConversationChange(conversation.id, [message])
    remedy_request = RemedyRequest(approval.remedy, approval.amount_minor)
    offered, _ = await agent_remedies.offer(
        session,
        context,
        case,
        asker,
        remedy_request=remedy_request,
        request_id=f"approval-{approval.id}",
        approved_by=agent,
    )
    remedy = await agent_remedies.give(session, context, offered, agent)
    closed_seqs = await messages.close_open_choices(session, conversation.id)
    done = await presentation.confirmation(session, context, case, remedy, language)
    text = f"{context.responses.render('approval_approved', language)} {done}"
    message = await messages.add_outgoing(session, conversation, Reply(text), author=Author.SYSTEM)
    return ConversationChange(conversation.id, [message], closed_seqs)


async def confirm_fulfilment(
    session: AsyncSession,
    context: CompanyContext,
    case: Complaint,
    remedy: Compensation,
    originator: str,
) -> Message | None:
    """Mark a promised remedy as done, and tell the customer. Return None if it was done before."""
    if not await completion.fulfil(session, remedy, originator):
        return None
    conversation = await session.get_one(Conversation, case.conversation_id)
    text = context.responses.render(
        "fulfilled",
        conversation.language,
        title=presentation.title(context.responses, remedy, conversation.language),
        reference=case.reference,
    )
    return await messages.add_outgoing(
        session, conversation, Reply(text), author=Author.SYSTEM, state=MessageState.PENDING
    )


async def _make_offer(
    session: AsyncSession,
    context: CompanyContext,
    handoff: Handoff,
    agent: Agent,
    remedy_request: RemedyRequest,
    *,
    request_id: str,
) -> OfferWithAlternatives | None:
    """Make an offer in the agent's name. Return None if this request was handled before."""
    case = await session.get_one(Complaint, handoff.complaint_id)
    offered, is_new = await agent_remedies.offer(
        session, context, case, agent, remedy_request=remedy_request, request_id=request_id
    )
    return offered if is_new else None


async def _confirm(
    session: AsyncSession,
    context: CompanyContext,
    handoff: Handoff,
    case: Complaint,
    remedy: Compensation,
) -> Message:
    conversation = await session.get_one(Conversation, handoff.conversation_id)
    text = await presentation.confirmation(session, context, case, remedy, conversation.language)
    return await messages.add_outgoing(session, conversation, Reply(text), author=Author.SYSTEM)


async def _agent_first_name(session: AsyncSession, handoff: Handoff) -> str:
    return (await session.get_one(Agent, handoff.agent_id)).first_name
