"""The packet as JSON: the whole case, as whoever takes it is shown it."""

from bot.casefile.build import Packet
from bot.compensation import presentation
from bot.compensation.agent_remedies import accepts_amount
from bot.compensation.authority import Authority
from bot.console.decision_view import why
from bot.console.serializers import Json, Views, moment
from bot.models import GIVEN_STATES, Compensation, Offer, Order, RiskFlag, SummaryState
from bot.money import Money

# Whether the customer agreed to the summary; silence is no yes.
CONFIRMED: dict[SummaryState | None, str] = {
    SummaryState.RIGHT: "yes",
    SummaryState.CORRECTED: "corrected",
}


class PacketViews(Views):
    """Shows packets, beside all the rest."""

    def packet(self, packet: Packet, people: dict[int, str]) -> Json:
        """What the person who takes the case is handed.

        Args:
            people: the names of the company's people, by id.
        """
        told = packet.rows
        handoff = told.handoff
        return {
            "summary": packet.summary,
            "confirmed": CONFIRMED.get(handoff.summary_state, "no") if handoff else None,
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
        for name, spec in self._context.policy.remedies.items():
            one = packet.remedies.get(name)
            if one is None and not accepts_amount(spec):
                continue
            shown.append(
                {
                    "name": name,
                    "kind": spec.kind,
                    "title": spec.title[self._language],
                    "detail": one.detail[self._language] if one else None,
                    "amount": self.money(one.amount) if one else None,
                    "value": self.money(one.value) if one else None,
                    "takes_amount": accepts_amount(spec),
                }
            )
        return shown

    def _signal(self, one: RiskFlag) -> Json:
        told = {name: value for name, value in one.detail.items() if name != "references"}
        return {
            "name": one.signal,
            "text": self._context.responses.render(f"signal_{one.signal}", self._language, **told),
            "references": one.detail.get("references", []),
            "at": moment(one.at),
        }

    def _authority(self, may: Authority) -> Json:
        return {
            "per_case": self.money(may.per_case),
            "per_day": self.money(may.per_day),
            "left": self.money(may.remaining),
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
                    "code": one.code if one.state in GIVEN_STATES else None,
                }
                for one in rows
            ],
        }

    def _why(self, packet: Packet, offer: Offer) -> Json | None:
        made = (one for one in packet.decisions if one.record.offer_id == offer.id)
        return next((why(one, self.money, self._language) for one in made), None)

    def _person_why(self, packet: Packet) -> Json | None:
        """Why the policy, at last, left it to a person; None where it did not."""
        last = packet.decisions[-1] if packet.decisions else None
        to_person = last is not None and last.record.outcome == "person"
        return why(last, self.money, self._language) if last and to_person else None

    def _title(self, one: Compensation) -> str:
        return presentation.title(self._context.responses, one, self._language)
