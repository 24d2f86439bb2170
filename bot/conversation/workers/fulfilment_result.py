"""Stores a provider's answer on a remedy: in ledger, promise, case and chat, in one transaction."""

from dataclasses import replace

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cases import audit
from bot.compensation import (
    case_facts,
    compensations,
    completion,
    fulfilment,
    offers,
    presentation,
)
from bot.compensation.decision_log import record
from bot.compensation.fulfilment import ProviderAnswer
from bot.compensation.offers import OfferWithAlternatives
from bot.context.company_context import CompanyContext
from bot.conversation import messages
from bot.conversation.agents import agent_offers
from bot.conversation.change import ConversationChange
from bot.customers import conversations
from bot.handoffs import queue, reasons
from bot.metrics import FULFILMENTS, PROVIDER_ANSWERS
from bot.models import (
    Author,
    Compensation,
    Complaint,
    Conversation,
    Fulfilment,
    FulfilmentState,
    HandoffReason,
    HandoffState,
    MessageState,
    ProviderOutcome,
)
from bot.policy.decide import decide
from bot.text.reply import Reply, ReplyButton, payload

log = structlog.get_logger()


async def store(
    session: AsyncSession,
    context: CompanyContext,
    key: str,
    answer: ProviderAnswer,
    *,
    event_id: str | None = None,
) -> ConversationChange | None:
    """Store an answer or, with an ``event_id``, a callback. Return None if it changes nothing.

    Answers may come twice, late or in another order: the first one that ends the fulfilment holds.

    Args:
        key: the idempotency key of the fulfilment.

    Raises:
        LookupError: there is no fulfilment with this key.
    """
    has_key = Fulfilment.idempotency_key == key
    complaint_id = await session.scalar(
        select(Compensation.complaint_id)
        .join(Fulfilment, Fulfilment.compensation_id == Compensation.id)
        .where(has_key)
    )
    if complaint_id is None:
        raise LookupError(key)
    case = await session.get_one(Complaint, complaint_id)
    # The conversation is locked first, as in a turn, so that there is no deadlock.
    conversation = await conversations.lock(session, case.conversation_id)
    request = await fulfilment.lock(session, has_key)
    if request is None or (event_id is not None and await fulfilment.has_event(session, event_id)):
        return None
    PROVIDER_ANSWERS.labels(answer.outcome).inc()
    remedy = await session.get_one(Compensation, request.compensation_id)
    ended = fulfilment.apply_answer(session, request, answer, event_id=event_id)
    if ended is None:
        if answer.outcome == ProviderOutcome.DONE and request.state in {
            FulfilmentState.REFUSED,
            FulfilmentState.LOST,
        }:
            _report_late_success(session, case, remedy, request)
        return None
    FULFILMENTS.labels(ended).inc()
    originator = f"provider:{request.provider}"
    if ended == FulfilmentState.DONE:
        return await _done(session, context, case, remedy, originator)
    why = answer.why or "no answer in time"
    log.warning("remedy_failed", reference=case.reference, kind=remedy.kind, how=ended, why=why)
    return await _failed(
        session, context, conversation, remedy, originator=originator, why=f"{ended}: {why}"
    )


async def _done(
    session: AsyncSession,
    context: CompanyContext,
    case: Complaint,
    remedy: Compensation,
    originator: str,
) -> ConversationChange | None:
    message = await agent_offers.confirm_fulfilment(session, context, case, remedy, originator)
    return ConversationChange(case.conversation_id) if message is not None else None


async def _failed(
    session: AsyncSession,
    context: CompanyContext,
    conversation: Conversation,
    remedy: Compensation,
    *,
    originator: str,
    why: str,
) -> ConversationChange | None:
    """Tell the customer, and put the case into the queue, with other alternatives offered."""
    if not await completion.fail(session, remedy, originator, why):
        return None  # somebody has done it by hand meanwhile
    case = await session.get_one(Complaint, remedy.complaint_id)
    handoff = await queue.find_open(session, conversation.id)
    language, responses = conversation.language, context.responses
    values = {
        "title": presentation.title(responses, remedy, language),
        "reference": case.reference,
    }
    if handoff is not None and handoff.state == HandoffState.ACTIVE:
        # The agent decides what comes next.
        text = responses.render("remedy_failed_with_agent", language, **values)
        await messages.add_outgoing(
            session, conversation, Reply(text), author=Author.SYSTEM, state=MessageState.PENDING
        )
        return ConversationChange(conversation.id)
    if handoff is None:
        handoff = await queue.add(session, context, case, HandoffReason.REMEDY_FAILED)
    elif handoff.reason == HandoffReason.PROMISE_BROKEN:
        handoff.reason = HandoffReason.REMEDY_FAILED  # the failure is why the promise was broken
    handoff.priority = min(handoff.priority, reasons.PRIORITIES[HandoffReason.REMEDY_FAILED])
    wait = await queue.ensure_promise(session, context, handoff)
    text = responses.render("remedy_failed", language, due=wait.promise.due_at, **values)
    buttons: tuple[ReplyButton, ...] = ()
    closed_seqs = await messages.close_open_choices(session, conversation.id)
    offered = None
    if handoff.reason == HandoffReason.REMEDY_FAILED and handoff.complaint_id == case.id:
        offered = await _offer_others(session, context, conversation, case)
    if offered is not None:
        text = f"{text} {responses.render('remedy_failed_choose', language)}"
        decline = ReplyButton(
            responses.render("none_of_these", language), payload("deny", offer=offered.offer.id)
        )
        buttons = (*presentation.buttons(responses, offered.alternatives, language), decline)
    await messages.add_outgoing(
        session,
        conversation,
        Reply(text, buttons),
        author=Author.SYSTEM,
        state=MessageState.PENDING,
    )
    return ConversationChange(conversation.id, closed_seqs=closed_seqs)


async def _offer_others(
    session: AsyncSession, context: CompanyContext, conversation: Conversation, case: Complaint
) -> OfferWithAlternatives | None:
    """Offer what else the policy allows, without the kinds that have failed in this case.

    Return None if there is nothing else. A legal right stays due; the agent sees to it.
    """
    failed = await compensations.list_failed_kinds(session, case)
    facts = await case_facts.collect(session, context, case, conversation)
    decision = decide(context.policy, facts)
    alternatives = tuple(
        alternative for alternative in decision.alternatives if alternative.kind not in failed
    )
    if not alternatives:
        return None
    reasons = (*decision.reasons, f"without {', '.join(sorted(failed))}: it could not be done")
    decision = replace(decision, alternatives=alternatives, reasons=reasons)
    offered = await offers.make(session, case, decision)
    await record(session, case, conversation, facts, decision, offer_id=offered.offer.id)
    return offered


def _report_late_success(
    session: AsyncSession, case: Complaint, remedy: Compensation, request: Fulfilment
) -> None:
    """Report a remedy that was done after it had failed: perhaps the customer has it twice."""
    log.error(
        "remedy_done_after_all", reference=case.reference, kind=remedy.kind, was=request.state
    )
    audit.record(session, case, f"provider:{request.provider}", "done after all", kind=remedy.kind)
