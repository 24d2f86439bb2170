"""The packet as JSON: the whole case, as the agent who takes it sees it."""

from bot.casefile.build import Packet
from bot.casefile.case_rows import CaseRows
from bot.casefile.known_facts import Fact
from bot.compensation import presentation
from bot.compensation.agent_remedies import accepts_amount
from bot.compensation.authority import Authority
from bot.console.decision_view import serialize_decision
from bot.console.serializers import Json, Serializer, iso_time
from bot.models import (
    GIVEN_STATES,
    Compensation,
    Complaint,
    Handoff,
    Offer,
    Order,
    RiskFlag,
    SummaryState,
)
from bot.money import Money

# The customer's answer to the summary; without one it is "no".
CONFIRMED: dict[SummaryState | None, str] = {
    SummaryState.RIGHT: "yes",
    SummaryState.CORRECTED: "corrected",
}


class PacketSerializer(Serializer):
    """Writes packets as JSON, beside all other rows."""

    def packet(self, packet: Packet, names: dict[int, str]) -> Json:
        """Return the packet.

        Args:
            names: the agents' names by id.
        """
        rows = packet.rows
        return {
            "summary": packet.summary,
            **self._summary_dialog(rows.handoff),
            "customer": self._customer(rows),
            "facts": [self._fact(fact) for fact in packet.facts],
            "orders": [self._order(order, rows.order) for order in packet.orders],
            "offers": [
                {**self._offer(offer, alternatives, names), "why": self._decision(packet, offer)}
                for offer, alternatives in packet.offers
            ],
            "person_why": self._human_decision(packet),
            "promises": [self.promise(promise, names) for promise in packet.promises],
            "earlier": [self._earlier_case(case, remedy) for case, remedy in packet.earlier],
            "photos": [
                {"id": photo.id, "width": photo.width, "height": photo.height}
                for photo in packet.photos
            ],
            "remedies": self._remedies(packet),
            "value_at_risk": self.money(packet.value_at_risk),
            "remedy_cost": self.money(packet.remedy_cost),
            "tier": packet.tier,
            "authority": self._authority(packet.authority),
            "signals": [self._signal(flag) for flag in packet.signals],
        }

    def _summary_dialog(self, handoff: Handoff | None) -> Json:
        """Return the customer's answer to the summary, and the wait that was announced to them."""
        return {
            "confirmed": CONFIRMED.get(handoff.summary_state, "no") if handoff else None,
            "corrections": handoff.corrections if handoff else [],
            "told_wait": {
                "place": handoff.told_place if handoff else None,
                "low": handoff.told_low if handoff else None,
                "high": handoff.told_high if handoff else None,
            },
        }

    def _customer(self, rows: CaseRows) -> Json | None:
        if rows.contact is None:
            return None
        return {
            "name": rows.contact.name,
            "email": rows.contact.email,
            "phone": rows.contact.phone,
            "proven_by": rows.conversation.proven_by,
        }

    def _fact(self, fact: Fact) -> Json:
        return {
            "name": fact.name,
            "value": fact.value,
            "source": fact.source,
            "at": iso_time(fact.at),
        }

    def _earlier_case(self, case: Complaint, remedy: Compensation | None) -> Json:
        return {
            "reference": case.reference,
            "category": case.category,
            "state": case.state,
            "opened_at": iso_time(case.first_message_at),
            "given": self._title(remedy) if remedy else None,
        }

    def _remedies(self, packet: Packet) -> list[Json]:
        """Return the remedies that may be given: those with terms here, or that take an amount."""
        remedies = []
        for name, spec in self._context.policy.remedies.items():
            terms = packet.remedies.get(name)
            if terms is None and not accepts_amount(spec):
                continue
            remedies.append(
                {
                    "name": name,
                    "kind": spec.kind,
                    "title": spec.title[self._language],
                    "detail": terms.detail[self._language] if terms else None,
                    "amount": self.money(terms.amount) if terms else None,
                    "value": self.money(terms.value) if terms else None,
                    "takes_amount": accepts_amount(spec),
                }
            )
        return remedies

    def _signal(self, flag: RiskFlag) -> Json:
        values = {name: value for name, value in flag.detail.items() if name != "references"}
        return {
            "name": flag.signal,
            "text": self._context.responses.render(
                f"signal_{flag.signal}", self._language, **values
            ),
            "references": flag.detail.get("references", []),
            "at": iso_time(flag.at),
        }

    def _authority(self, authority: Authority) -> Json:
        return {
            "per_case": self.money(authority.per_case),
            "per_day": self.money(authority.per_day),
            "left": self.money(authority.remaining),
        }

    def _order(self, order: Order, case_order: Order | None) -> Json:
        return {
            "number": order.number,
            "items": order.items,
            "total": self.money(Money(order.total_minor, order.currency)),
            "status": order.status,
            "placed_at": iso_time(order.placed_at),
            "promised_at": iso_time(order.promised_at),
            "delivered_at": iso_time(order.delivered_at),
            "is_this": case_order is not None and order.id == case_order.id,
        }

    def _offer(self, offer: Offer, alternatives: list[Compensation], names: dict[int, str]) -> Json:
        return {
            "at": iso_time(offer.created_at),
            "by": names.get(offer.agent_id, "") if offer.agent_id else "bot",
            "policy_version": offer.policy_version,
            "rule": offer.rule_id,
            "reasons": offer.reasons,
            "state": offer.state,
            "alternatives": [
                {
                    "kind": alternative.kind,
                    "title": self._title(alternative),
                    "amount": self.money(Money(alternative.amount_minor, alternative.currency))
                    if alternative.amount_minor
                    else None,
                    "state": alternative.state,
                    "code": alternative.code if alternative.state in GIVEN_STATES else None,
                }
                for alternative in alternatives
            ],
        }

    def _decision(self, packet: Packet, offer: Offer) -> Json | None:
        return next(
            (
                serialize_decision(decision, self.money, self._language)
                for decision in packet.decisions
                if decision.record.offer_id == offer.id
            ),
            None,
        )

    def _human_decision(self, packet: Packet) -> Json | None:
        """Return the last decision if it left the case to a human, else None."""
        last = packet.decisions[-1] if packet.decisions else None
        if last is None or last.record.outcome != "person":
            return None
        return serialize_decision(last, self.money, self._language)

    def _title(self, remedy: Compensation) -> str:
        return presentation.title(self._context.responses, remedy, self._language)
