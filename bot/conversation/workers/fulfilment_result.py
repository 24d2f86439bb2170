"""What a provider says of a remedy: ledger, promise, case and customer take it in together."""

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
    """Take in an answer or, with an ``event_id``, a callback; None when nothing changes by it.

    Said twice, late or in another order, the first word that settles it holds.

    Raises:
        LookupError: no remedy was asked for under this key.
    """
    here = Fulfilment.idempotency_key == key
    known = await session.scalar(
        select(Compensation.complaint_id)
        .join(Fulfilment, Fulfilment.compensation_id == Compensation.id)
        .where(here)
    )
    if known is None:
        raise LookupError(key)
    case = await session.get_one(Complaint, known)
    # The conversation first, as a turn does it: nobody waits for anybody in a circle.
    conversation = await conversations.lock(session, case.conversation_id)
    one = await fulfilment.lock(session, here)
    if one is None or (event_id is not None and await fulfilment.has_event(session, event_id)):
        return None
    PROVIDER_ANSWERS.labels(answer.outcome).inc()
    given = await session.get_one(Compensation, one.compensation_id)
    ended = fulfilment.apply_answer(session, one, answer, event_id=event_id)
    if ended is None:
        if answer.outcome == ProviderOutcome.DONE and one.state in {
            FulfilmentState.REFUSED,
            FulfilmentState.LOST,
        }:
            _done_after_all(session, case, given, one)
        return None
    FULFILMENTS.labels(ended).inc()
    originator = f"provider:{one.provider}"
    if ended == FulfilmentState.DONE:
        return await _done(session, context, case, given, originator)
    why = answer.why or "no answer in time"
    log.warning("remedy_failed", reference=case.reference, kind=given.kind, how=ended, why=why)
    return await _failed(
        session, context, conversation, given, originator=originator, why=f"{ended}: {why}"
    )


async def _done(
    session: AsyncSession,
    context: CompanyContext,
    case: Complaint,
    given: Compensation,
    originator: str,
) -> ConversationChange | None:
    said = await agent_offers.confirm_fulfilment(session, context, case, given, originator)
    return ConversationChange(case.conversation_id) if said is not None else None


async def _failed(
    session: AsyncSession,
    context: CompanyContext,
    conversation: Conversation,
    given: Compensation,
    *,
    originator: str,
    why: str,
) -> ConversationChange | None:
    """The customer is told so; a person takes the case, with alternatives already on the table."""
    if not await completion.fail(session, given, originator, why):
        return None  # somebody's hands have done it meanwhile
    case = await session.get_one(Complaint, given.complaint_id)
    owner = await queue.find_open(session, conversation.id)
    language, responses = conversation.language, context.responses
    values = {
        "title": presentation.title(responses, given, language),
        "reference": case.reference,
    }
    if owner is not None and owner.state == HandoffState.ACTIVE:
        # Whoever has the customer decides what comes next.
        text = responses.render("remedy_failed_with_agent", language, **values)
        await messages.add_outgoing(
            session, conversation, Reply(text), author=Author.SYSTEM, state=MessageState.PENDING
        )
        return ConversationChange(conversation.id)
    if owner is None:
        owner = await queue.add(session, context, case, HandoffReason.REMEDY_FAILED)
    elif owner.reason == HandoffReason.PROMISE_BROKEN:
        owner.reason = HandoffReason.REMEDY_FAILED  # that is why
    owner.priority = min(owner.priority, reasons.PRIORITIES[HandoffReason.REMEDY_FAILED])
    wait = await queue.ensure_promise(session, context, owner)
    text = responses.render("remedy_failed", language, due=wait.promise.due_at, **values)
    buttons: tuple[ReplyButton, ...] = ()
    spent = await messages.close_open_choices(session, conversation.id)
    table = None
    if owner.reason == HandoffReason.REMEDY_FAILED and owner.complaint_id == case.id:
        table = await _instead(session, context, conversation, case)
    if table is not None:
        text = f"{text} {responses.render('remedy_failed_choose', language)}"
        none = ReplyButton(
            responses.render("none_of_these", language), payload("deny", offer=table.offer.id)
        )
        buttons = (*presentation.buttons(responses, table.alternatives, language), none)
    await messages.add_outgoing(
        session,
        conversation,
        Reply(text, buttons),
        author=Author.SYSTEM,
        state=MessageState.PENDING,
    )
    return ConversationChange(conversation.id, spent=spent)


async def _instead(
    session: AsyncSession, context: CompanyContext, conversation: Conversation, case: Complaint
) -> OfferWithAlternatives | None:
    """What else the policy allows, without the kinds that have failed in this case.

    A right that failed is not taken away by that: the person who takes the case sees to it.
    """
    failed = await compensations.list_failed_kinds(session, case)
    facts = await case_facts.collect(session, context, case, conversation)
    decision = decide(context.policy, facts)
    left = tuple(one for one in decision.alternatives if one.kind not in failed)
    if not left:
        return None
    reasons = (*decision.reasons, f"without {', '.join(sorted(failed))}: it could not be done")
    decision = replace(decision, alternatives=left, reasons=reasons)
    table = await offers.make(session, case, decision)
    await record(session, case, conversation, facts, decision, offer_id=table.offer.id)
    return table


def _done_after_all(
    session: AsyncSession, case: Complaint, given: Compensation, one: Fulfilment
) -> None:
    """It was given up, and now it is done: perhaps twice, so people must know."""
    log.error("remedy_done_after_all", reference=case.reference, kind=given.kind, was=one.state)
    audit.record(session, case, f"provider:{one.provider}", "done after all", kind=given.kind)
