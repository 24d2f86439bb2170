"""Remedies between a person and the customer: given, offered and pressed, or asked for above."""

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
    found: Handoff,
    person: Agent,
    *,
    wanted: RemedyRequest,
    request_id: str,
) -> ConversationChange:
    """Give a remedy at once, and tell the customer what was done.

    Raises:
        CannotGive: see ``agent_remedies.offer``.
    """
    table = await _laid(session, context, found, person, wanted, request_id=request_id)
    if table is None:
        return ConversationChange(found.conversation_id)
    case = await session.get_one(Complaint, found.complaint_id)
    given = await agent_remedies.give(session, context, table, person)
    spent = await messages.close_open_choices(session, found.conversation_id)
    said = await _told(session, context, found, case, given)
    return ConversationChange(found.conversation_id, [said], spent)


async def offer(
    session: AsyncSession,
    context: CompanyContext,
    found: Handoff,
    person: Agent,
    *,
    wanted: RemedyRequest,
    request_id: str,
) -> ConversationChange:
    """Put a remedy before the customer, who takes it or not with a button.

    Raises:
        CannotGive: see ``agent_remedies.offer``.
    """
    table = await _laid(session, context, found, person, wanted, request_id=request_id)
    if table is None:
        return ConversationChange(found.conversation_id)
    conversation = await session.get_one(Conversation, found.conversation_id)
    language = conversation.language
    buttons = (
        *presentation.buttons(context.responses, table.alternatives, language),
        ReplyButton(
            context.responses.render("no_to_offer", language), payload("deny", offer=table.offer.id)
        ),
    )
    text = context.responses.render("agent_offers", language, agent=person.first_name)
    spent = await messages.close_open_choices(session, conversation.id)
    said = await messages.add_outgoing(
        session, conversation, Reply(text, buttons), author=Author.SYSTEM
    )
    return ConversationChange(found.conversation_id, [said], spent)


async def answer_press(
    session: AsyncSession, context: CompanyContext, found: Handoff, intent: str, number: int
) -> Reply | None:
    """The customer answered an offer: what they hear of it; None where nothing is to be said.

    It is the offer of the person who has the case or, while one is awaited, that of the assistant.

    Args:
        intent: "choose" with a compensation's number, or "deny" with an offer's.
    """
    conversation = await session.get_one(Conversation, found.conversation_id)
    language = conversation.language
    case = await session.get_one(Complaint, found.complaint_id)
    if intent == "deny":
        table = await session.get(Offer, number)
        if not _stands(found, table) or not await offers.decline(session, case):
            return None
        if found.state == HandoffState.WAITING:
            return None  # they hear of the person who is awaited
        name = await _who(session, found)
        return Reply(context.responses.render("offer_declined_with_agent", language, agent=name))
    chosen = await session.get(Compensation, number)
    made = await session.get(Offer, chosen.offer_id) if chosen else None
    if chosen is None or made is None or not _stands(found, made):
        return None
    by = await session.get(Agent, made.agent_id) if made.agent_id else None
    originator_of = agent_remedies.originator_of(by) if by else "bot"
    outcome, given = await acceptance.accept(
        session, context, chosen.id, originator_of, actor="customer"
    )
    if outcome is Acceptance.DONE:
        return Reply(await presentation.confirmation(session, context, case, given, language))
    return Reply(context.responses.render("offer_gone", language))


def _stands(found: Handoff, table: Offer | None) -> bool:
    """Whether an offer is one of whoever has the customer now."""
    return table is not None and (table.agent_id is None) == (found.state == HandoffState.WAITING)


async def request_approval(
    session: AsyncSession,
    context: CompanyContext,
    found: Handoff,
    person: Agent,
    *,
    wanted: RemedyRequest,
    why: str,
    request_id: str,
) -> tuple[ConversationChange, Approval]:
    """Ask a supervisor for more, and tell the customer by when they hear the answer.

    Raises:
        CannotGive: see ``agent_remedies.quote``.
    """
    case = await session.get_one(Complaint, found.complaint_id)
    asked, is_new = await approvals.request(
        session, context, case, person, remedy_request=wanted, why=why, request_id=request_id
    )
    if not is_new:
        return ConversationChange(found.conversation_id), asked
    due = context.calendar.due(asked.asked_at, context.company.promises.person_answer)
    answer = await promises.make(session, case, promises.AUTHORIZATION, due, by=person)
    said = await send_notice(
        session,
        context,
        found,
        "approval_asked",
        agent=person.first_name,
        reference=case.reference,
        due=answer.due_at,
    )
    return ConversationChange(found.conversation_id, [said]), asked


async def decide_approval(
    session: AsyncSession,
    context: CompanyContext,
    asked: Approval,
    person: Agent,
    *,
    approve: bool,
    answer: str,
) -> ConversationChange | None:
    """A supervisor answers; what was authorized is given in the same transaction.

    Returns None when it was answered before.

    Raises:
        CannotGive: it is beyond the supervisor's own authority, or cannot be given any more.
    """
    case = await session.get_one(Complaint, asked.complaint_id)
    state = ApprovalState.APPROVED if approve else ApprovalState.DECLINED
    if not await approvals.decide(session, case, asked, person, state=state, answer=answer):
        return None
    await promises.settle(session, case.id, promises.AUTHORIZATION, PromiseState.KEPT)
    asker = await session.get_one(Agent, asked.asked_by)
    conversation = await session.get_one(Conversation, case.conversation_id)
    language = conversation.language
    if not approve:
        text = context.responses.render("approval_answered", language, agent=asker.first_name)
        said = await messages.add_outgoing(session, conversation, Reply(text), author=Author.SYSTEM)
        return ConversationChange(conversation.id, [said])
    wanted = RemedyRequest(asked.remedy, asked.amount_minor)
    table, _ = await agent_remedies.offer(
        session,
        context,
        case,
        asker,
        remedy_request=wanted,
        request_id=f"approval-{asked.id}",
        approved_by=person,
    )
    given = await agent_remedies.give(session, context, table, person)
    spent = await messages.close_open_choices(session, conversation.id)
    done = await presentation.confirmation(session, context, case, given, language)
    text = f"{context.responses.render('approval_approved', language)} {done}"
    said = await messages.add_outgoing(session, conversation, Reply(text), author=Author.SYSTEM)
    return ConversationChange(conversation.id, [said], spent)


async def confirm_fulfilment(
    session: AsyncSession,
    context: CompanyContext,
    case: Complaint,
    given: Compensation,
    originator_of: str,
) -> Message | None:
    """A promised remedy has been done: the ledger and the customer learn of it, once."""
    if not await completion.fulfil(session, given, originator_of):
        return None
    conversation = await session.get_one(Conversation, case.conversation_id)
    text = context.responses.render(
        "fulfilled",
        conversation.language,
        title=presentation.title(context.responses, given, conversation.language),
        reference=case.reference,
    )
    return await messages.add_outgoing(
        session, conversation, Reply(text), author=Author.SYSTEM, state=MessageState.PENDING
    )


async def _laid(
    session: AsyncSession,
    context: CompanyContext,
    found: Handoff,
    person: Agent,
    wanted: RemedyRequest,
    *,
    request_id: str,
) -> OfferWithAlternatives | None:
    """The remedy on the table in a person's name; None where the request was met before."""
    case = await session.get_one(Complaint, found.complaint_id)
    table, is_new = await agent_remedies.offer(
        session, context, case, person, remedy_request=wanted, request_id=request_id
    )
    return table if is_new else None


async def _told(
    session: AsyncSession,
    context: CompanyContext,
    found: Handoff,
    case: Complaint,
    given: Compensation,
) -> Message:
    conversation = await session.get_one(Conversation, found.conversation_id)
    text = await presentation.confirmation(session, context, case, given, conversation.language)
    return await messages.add_outgoing(session, conversation, Reply(text), author=Author.SYSTEM)


async def _who(session: AsyncSession, found: Handoff) -> str:
    return (await session.get_one(Agent, found.agent_id)).first_name
