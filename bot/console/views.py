"""The console's rows as JSON: what a page shows of them, and nothing besides."""

from datetime import datetime
from typing import Any

from bot import reach, remedy
from bot.agent import AtWork
from bot.authority import Authority
from bot.card import Card
from bot.console.why import why
from bot.desk import Desk
from bot.giving import takes_amount
from bot.models import (
    Agent,
    Approval,
    CaseEvent,
    Compensation,
    Complaint,
    Conversation,
    Doubt,
    Note,
    Offer,
    Order,
    Pause,
    Promise,
)
from bot.money import Money, minor_digits
from bot.offer import TAKEN
from bot.packet import Packet
from bot.search import Found
from bot.wallboard import Wallboard

Json = dict[str, Any]
LAST_WORDS = 120
TELLING = {"danger", "threat", "press"}
# Whether the customer agreed to the summary; silence is no yes.
CONFIRMED = {"right": "yes", "corrected": "corrected"}


def moment(at: datetime | None) -> str | None:
    """A moment as ISO 8601."""
    return at.isoformat() if at else None


class Views:
    """Shows rows to one reader, in their language."""

    def __init__(self, desk: Desk, reader: Agent) -> None:
        self._desk = desk
        self._reader = reader
        self._language = reader.language

    def money(self, amount: Money | None) -> Json | None:
        """An amount, and how it is written."""
        if amount is None:
            return None
        return {
            "amount_minor": amount.amount_minor,
            "currency": amount.currency,
            "text": self._desk.wording.show(amount, self._language),
        }

    def me(self, csrf: str, colleagues: list[AtWork]) -> Json:
        """Who is signed in, and what their page works with."""
        company = self._desk.company
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
                for slug, title in self._desk.causes.items()
            ],
            "remedies": [
                {"name": name, "title": spec.title[self._language]}
                for name, spec in self._desk.policy.remedies.items()
            ],
            "answers": [one.model_dump() for one in self._desk.answers],
            "colleagues": [
                {"id": one.agent.id, "name": one.agent.name, "role": one.agent.role}
                for one in colleagues
                if one.agent.id != self._reader.id
            ],
        }

    def person(self, one: AtWork) -> Json:
        """A person at work."""
        return {
            "id": one.agent.id,
            "name": one.agent.name,
            "role": one.agent.role,
            "presence": one.presence,
            "load": one.load,
            "capacity": one.agent.capacity,
        }

    def card(self, one: Card) -> Json:
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
        closes = reach.closes_at(conversation)
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

    def packet(self, packet: Packet, people: dict[int, str]) -> Json:
        """What the person who takes the case is handed.

        Args:
            people: the names of the company's people, by id.
        """
        told = packet.told
        handoff = told.handoff
        return {
            "summary": packet.summary,
            "confirmed": CONFIRMED.get(handoff.summary_state or "", "no") if handoff else None,
            "corrections": handoff.corrections if handoff else [],
            "told_wait": {
                "place": handoff.told_place if handoff else None,
                "low": handoff.told_low if handoff else None,
                "high": handoff.told_high if handoff else None,
            },
            "customer": {
                "name": told.contact.name,
                "email": told.contact.email,
                "phone": told.contact.phone,
                "proven_by": told.conversation.proven_by,
            }
            if told.contact
            else None,
            "facts": [
                {"name": f.name, "value": f.value, "source": f.source, "at": moment(f.at)}
                for f in packet.facts
            ],
            "orders": [self._order(one, told.order) for one in packet.orders],
            "offers": [
                {**self._offer(offer, rows, people), "why": self._why(packet, offer)}
                for offer, rows in packet.offers
            ],
            "person_why": self._person_why(packet),
            "promises": [self.promise(one, people) for one in packet.promises],
            "earlier": [
                {
                    "reference": case.reference,
                    "category": case.category,
                    "state": case.state,
                    "opened_at": moment(case.first_message_at),
                    "given": self._title(given) if given else None,
                }
                for case, given in packet.earlier
            ],
            "photos": [
                {"id": one.id, "width": one.width, "height": one.height} for one in packet.photos
            ],
            "remedies": self._remedies(packet),
            "value_at_risk": self.money(packet.value_at_risk),
            "remedy_cost": self.money(packet.remedy_cost),
            "tier": packet.tier,
            "authority": self._authority(packet.authority),
            "signals": [self._signal(one) for one in packet.signals],
        }

    def _remedies(self, packet: Packet) -> list[Json]:
        """What may be given in the case: worked out where it can be, or for a sum to be named."""
        shown = []
        for name, spec in self._desk.policy.remedies.items():
            one = packet.remedies.get(name)
            if one is None and not takes_amount(spec):
                continue
            shown.append(
                {
                    "name": name,
                    "kind": spec.kind,
                    "title": spec.title[self._language],
                    "detail": one.detail[self._language] if one else None,
                    "amount": self.money(one.amount) if one else None,
                    "value": self.money(one.value) if one else None,
                    "takes_amount": takes_amount(spec),
                }
            )
        return shown

    def _signal(self, one: Doubt) -> Json:
        told = {name: value for name, value in one.detail.items() if name != "references"}
        return {
            "name": one.signal,
            "text": self._desk.wording.say(f"signal_{one.signal}", self._language, **told),
            "references": one.detail.get("references", []),
            "at": moment(one.at),
        }

    def _authority(self, may: Authority) -> Json:
        return {
            "per_case": self.money(may.per_case),
            "per_day": self.money(may.per_day),
            "left": self.money(may.left),
        }

    def _order(self, one: Order, this: Order | None) -> Json:
        return {
            "number": one.number,
            "items": one.items,
            "total": self.money(Money(one.total_minor, one.currency)),
            "status": one.status,
            "placed_at": moment(one.placed_at),
            "promised_at": moment(one.promised_at),
            "delivered_at": moment(one.delivered_at),
            "is_this": this is not None and one.id == this.id,
        }

    def _offer(self, offer: Offer, rows: list[Compensation], people: dict[int, str]) -> Json:
        return {
            "at": moment(offer.created_at),
            "by": people.get(offer.agent_id, "") if offer.agent_id else "bot",
            "policy_version": offer.policy_version,
            "rule": offer.rule_id,
            "reasons": offer.reasons,
            "state": offer.state,
            "alternatives": [
                {
                    "kind": one.kind,
                    "title": self._title(one),
                    "amount": self.money(Money(one.amount_minor, one.currency))
                    if one.amount_minor
                    else None,
                    "state": one.state,
                    "code": one.code if one.state in TAKEN else None,
                }
                for one in rows
            ],
        }

    def _why(self, packet: Packet, offer: Offer) -> Json | None:
        made = (one for one in packet.decisions if one.made.offer_id == offer.id)
        return next((why(one, self.money, self._language) for one in made), None)

    def _person_why(self, packet: Packet) -> Json | None:
        """Why the policy, at last, left it to a person; None where it did not."""
        last = packet.decisions[-1] if packet.decisions else None
        to_person = last is not None and last.made.outcome == "person"
        return why(last, self.money, self._language) if last and to_person else None

    def _title(self, one: Compensation) -> str:
        return remedy.title(self._desk.wording, one, self._language)

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
        spec = self._desk.policy.remedies.get(one.remedy)
        currency = one.currency or self._desk.policy.currency
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

    def pause(self, one: Pause | None) -> Json | None:
        """Why the assistant's spending stands still, and since when."""
        return {"reason": one.reason, "at": moment(one.at)} if one else None

    def found(self, one: Found) -> Json:
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
            "agents": [self.person(one) for one in board.people],
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
