"""The console's rows as JSON: what a page shows of them, and nothing besides."""

from datetime import datetime
from typing import Any

from bot.agents.accounts import AgentStatus
from bot.cases.search import SearchHit
from bot.context.company_context import CompanyContext
from bot.conversation import reachability
from bot.handoffs.queue_card import QueueCard
from bot.handoffs.wallboard import Wallboard
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
from bot.money import Money, minor_digits

Json = dict[str, Any]
LAST_WORDS = 120
TELLING = {HandoffReason.DANGER, HandoffReason.THREAT, HandoffReason.PRESS}


def moment(at: datetime | None) -> str | None:
    """A moment as ISO 8601."""
    return at.isoformat() if at else None


class Views:
    """Shows rows to one reader, in their language."""

    def __init__(self, context: CompanyContext, reader: Agent) -> None:
        self._context = context
        self._reader = reader
        self._language = reader.language

    def money(self, amount: Money | None) -> Json | None:
        """An amount, and how it is written."""
        if amount is None:
            return None
        return {
            "amount_minor": amount.amount_minor,
            "currency": amount.currency,
            "text": self._context.responses.show(amount, self._language),
        }

    def me(self, csrf: str, colleagues: list[AgentStatus]) -> Json:
        """Who is signed in, and what their page works with."""
        company = self._context.company
        return {
            "agent": {
                "id": self._reader.id,
                "name": self._reader.name,
                "email": self._reader.email,
                "role": self._reader.role,
                "presence": self._reader.presence,
                "capacity": self._reader.capacity,
                "language": self._language,
            },
            "csrf": csrf,
            "company": {
                "name": company.name,
                "country": company.country,
                "currency": company.currency,
                # Browsers show pesos without cents and would count them so, too.
                "minor_digits": minor_digits(company.currency),
                "time_zone": company.time_zone,
                "assignment": company.people.assignment,
            },
            "causes": [
                {"slug": slug, "title": title[self._language]}
                for slug, title in self._context.causes.items()
            ],
            "remedies": [
                {"name": name, "title": spec.title[self._language]}
                for name, spec in self._context.policy.remedies.items()
            ],
            "answers": [one.model_dump() for one in self._context.answers],
            "colleagues": [
                {"id": one.agent.id, "name": one.agent.name, "role": one.agent.role}
                for one in colleagues
                if one.agent.id != self._reader.id
            ],
        }

    def person(self, one: AgentStatus) -> Json:
        """A person at work."""
        return {
            "id": one.agent.id,
            "name": one.agent.name,
            "role": one.agent.role,
            "presence": one.presence,
            "load": one.load,
            "capacity": one.agent.capacity,
        }

    def card(self, one: QueueCard) -> Json:
        """A handoff in a list."""
        handoff, case = one.handoff, one.case
        return {
            "handoff": handoff.id,
            "reference": case.reference,
            "conversation": handoff.conversation_id,
            "state": handoff.state,
            "reason": handoff.reason,
            "priority": handoff.priority,
            "channel": one.conversation.channel,
            "category": case.category,
            # Who reports danger or threatens has told something, if not yet of what.
            "is_told": case.is_told or handoff.reason in TELLING,
            "severity": case.severity,
            "emotion": case.emotion,
            "customer": one.customer,
            "language": one.conversation.language,
            "waiting_since": moment(handoff.created_at),
            "due_at": moment(one.due_at),
            "is_late": one.is_late,
            "breaks_soon": one.breaks_soon,
            "agent": {"id": one.agent.id, "name": one.agent.name} if one.agent else None,
            "read_at": moment(handoff.read_at),
            "unanswered": one.unanswered,
            "last": {
                "author": one.last.author,
                "text": one.last.text[:LAST_WORDS],
                "at": moment(one.last.at),
            }
            if one.last
            else None,
        }

    def case(self, case: Complaint, conversation: Conversation, customer: str | None) -> Json:
        """The case itself."""
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
            "opened_at": moment(case.first_message_at),
            "resolved_at": moment(case.resolved_at),
            "language": conversation.language,
            "channel": conversation.channel,
            # Until when the customer can be written to freely, and since when not at all.
            "writable_until": closes and moment(closes),
            "unreachable_at": conversation.unreachable_at and moment(conversation.unreachable_at),
            "customer": customer,
        }

    def promise(self, one: Promise, people: dict[int, str]) -> Json:
        """A promise, and who made it."""
        return {
            "id": one.id,
            "what": one.what,
            "words": one.commitment,
            "due_at": moment(one.due_at),
            "state": one.state,
            "by": people.get(one.agent_id, "") if one.agent_id else "bot",
        }

    def note(self, note: Note, author: Agent) -> Json:
        """A private note."""
        return {"id": note.id, "author": author.name, "text": note.text, "at": moment(note.at)}

    def event(self, one: CaseEvent) -> Json:
        """A line of the history."""
        return {"at": moment(one.at), "actor": one.actor, "what": one.what, "detail": one.detail}

    def approval(self, one: Approval, reference: str, people: dict[int, str]) -> Json:
        """What a supervisor is asked, and answered."""
        spec = self._context.policy.remedies.get(one.remedy)
        currency = one.currency or self._context.policy.currency
        return {
            "id": one.id,
            "reference": reference,
            "remedy": {
                "name": one.remedy,
                "title": spec.title[self._language] if spec else one.remedy,
            },
            "amount": self.money(Money(one.amount_minor, currency)) if one.amount_minor else None,
            "why": one.why,
            "state": one.state,
            "asked_by": people.get(one.asked_by, ""),
            "asked_at": moment(one.asked_at),
            "decided_by": people.get(one.decided_by or 0),
            "decided_at": moment(one.decided_at),
            "answer": one.answer,
        }

    def pause(self, one: SpendingPause | None) -> Json | None:
        """Why the assistant's spending stands still, and since when."""
        return {"reason": one.reason, "at": moment(one.at)} if one else None

    def found(self, one: SearchHit) -> Json:
        """A case in the results of a search."""
        return {
            "reference": one.case.reference,
            "category": one.case.category,
            "state": one.case.state,
            "customer": one.customer,
            "order": one.order,
            "opened_at": moment(one.case.first_message_at),
            "agent": one.agent,
            "snippet": one.snippet,
        }

    def wallboard(self, board: Wallboard, people: dict[int, str]) -> Json:
        """How the whole of it stands."""
        wait = board.longest_wait
        return {
            "waiting": board.waiting,
            "longest_wait_seconds": round(wait.total_seconds()) if wait else None,
            "active": board.active,
            "agents": [self.person(one) for one in board.agents],
            "promises": {
                "open": board.promises_open,
                "due_soon": board.promises_due_soon,
                "broken_today": board.promises_broken_today,
                "list": [
                    {
                        **self.promise(line.promise, people),
                        "reference": line.reference,
                        "agent": line.agent,
                    }
                    for line in board.promises
                ],
            },
            "clock": {
                "complaints": board.complaints,
                "within_60": board.within_a_minute,
                "median_seconds": board.median_seconds,
                "worst_seconds": board.worst_seconds,
            },
            "answers": {"sent": board.answers_today, "asked_known": board.asked_known_today},
            "resolved_today": board.resolved_today,
            "returned_today": board.returned_today,
        }
