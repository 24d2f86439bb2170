"""The console's rows as JSON: only what the page shows of them."""

from datetime import datetime
from typing import Any

from bot.agents.accounts import AgentStatus
from bot.cases.search import SearchHit
from bot.context.company_context import CompanyContext
from bot.conversation import reachability
from bot.handoffs.queue_card import QueueCard
from bot.models import (
    Agent,
    Approval,
    CaseEvent,
    Complaint,
    Conversation,
    HandoffReason,
    Note,
    Promise,
    SpendingPause,
)
from bot.money import Money

Json = dict[str, Any]
MAX_PREVIEW = 120
# Reasons that say what happened, even if the customer has not said yet what it is about.
TELLING_REASONS = {HandoffReason.DANGER, HandoffReason.THREAT, HandoffReason.PRESS}


def iso_time(at: datetime | None) -> str | None:
    """Return a time as ISO 8601."""
    return at.isoformat() if at else None


class Serializer:
    """Writes rows as JSON for one reader, in their language."""

    def __init__(self, context: CompanyContext, reader: Agent) -> None:
        self._context = context
        self._language = reader.language

    def money(self, amount: Money | None) -> Json | None:
        """Return an amount in minor units, and as the reader writes it."""
        if amount is None:
            return None
        return {
            "amount_minor": amount.amount_minor,
            "currency": amount.currency,
            "text": self._context.responses.show(amount, self._language),
        }

    def agent_status(self, status: AgentStatus) -> Json:
        """Return an agent with presence and load."""
        return {
            "id": status.agent.id,
            "name": status.agent.name,
            "role": status.agent.role,
            "presence": status.presence,
            "load": status.load,
            "capacity": status.agent.capacity,
        }

    def card(self, card: QueueCard) -> Json:
        """Return an open handoff as the lists show it."""
        handoff, case = card.handoff, card.case
        return {
            "handoff": handoff.id,
            "reference": case.reference,
            "conversation": handoff.conversation_id,
            "state": handoff.state,
            "reason": handoff.reason,
            "priority": handoff.priority,
            "channel": card.conversation.channel,
            "category": case.category,
            "is_told": case.is_told or handoff.reason in TELLING_REASONS,
            "severity": case.severity,
            "emotion": case.emotion,
            "customer": card.customer,
            "language": card.conversation.language,
            "waiting_since": iso_time(handoff.created_at),
            "due_at": iso_time(card.due_at),
            "is_late": card.is_late,
            "breaks_soon": card.breaks_soon,
            "agent": {"id": card.agent.id, "name": card.agent.name} if card.agent else None,
            "read_at": iso_time(handoff.read_at),
            "unanswered": card.unanswered,
            "last": {
                "author": card.last.author,
                "text": card.last.text[:MAX_PREVIEW],
                "at": iso_time(card.last.at),
            }
            if card.last
            else None,
        }

    def case(self, case: Complaint, conversation: Conversation, customer: str | None) -> Json:
        """Return the case itself."""
        closes = reachability.window_closes_at(conversation)
        return {
            "reference": case.reference,
            "conversation": conversation.id,
            "state": case.state,
            "category": case.category,
            "also": case.also,
            "is_told": case.is_told,
            "severity": case.severity,
            "emotion": case.emotion,
            "desired": case.desired,
            "thing": case.thing,
            "cause": case.cause,
            "opened_at": iso_time(case.first_message_at),
            "resolved_at": iso_time(case.resolved_at),
            "language": conversation.language,
            "channel": conversation.channel,
            # Until when the channel takes free text, and since when nothing reaches the customer.
            "writable_until": closes and iso_time(closes),
            "unreachable_at": conversation.unreachable_at and iso_time(conversation.unreachable_at),
            "customer": customer,
        }

    def promise(self, promise: Promise, names: dict[int, str]) -> Json:
        """Return a promise and who made it."""
        return {
            "id": promise.id,
            "what": promise.what,
            "words": promise.commitment,
            "due_at": iso_time(promise.due_at),
            "state": promise.state,
            "by": names.get(promise.agent_id, "") if promise.agent_id else "bot",
        }

    def note(self, note: Note, author: Agent) -> Json:
        """Return a private note."""
        return {"id": note.id, "author": author.name, "text": note.text, "at": iso_time(note.at)}

    def event(self, event: CaseEvent) -> Json:
        """Return a line of the history."""
        return {
            "at": iso_time(event.at),
            "actor": event.actor,
            "what": event.what,
            "detail": event.detail,
        }

    def approval(self, approval: Approval, reference: str, names: dict[int, str]) -> Json:
        """Return a request to supervisors and its answer."""
        spec = self._context.policy.remedies.get(approval.remedy)
        currency = approval.currency or self._context.policy.currency
        return {
            "id": approval.id,
            "reference": reference,
            "remedy": {
                "name": approval.remedy,
                "title": spec.title[self._language] if spec else approval.remedy,
            },
            "amount": self.money(Money(approval.amount_minor, currency))
            if approval.amount_minor
            else None,
            "why": approval.why,
            "state": approval.state,
            "asked_by": names.get(approval.asked_by, ""),
            "asked_at": iso_time(approval.asked_at),
            "decided_by": names.get(approval.decided_by or 0),
            "decided_at": iso_time(approval.decided_at),
            "answer": approval.answer,
        }

    def pause(self, pause: SpendingPause | None) -> Json | None:
        """Return why the bot's spending is paused, and since when; None if it is not."""
        return {"reason": pause.reason, "at": iso_time(pause.at)} if pause else None

    def search_hit(self, hit: SearchHit) -> Json:
        """Return a case in the results of a search."""
        return {
            "reference": hit.case.reference,
            "category": hit.case.category,
            "state": hit.case.state,
            "customer": hit.customer,
            "order": hit.order,
            "opened_at": iso_time(hit.case.first_message_at),
            "agent": hit.agent,
            "snippet": hit.snippet,
        }
