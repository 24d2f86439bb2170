"""The checks behind the risk signals: each looks at the evidence of a case. Pure.

A signal asks a human to look at a case first. It lowers what the assistant gives by itself; it
refuses nothing, and customers never learn of it. No check sees a name, a language or the channel.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.policy.signal_spec import CountSignalSpec, PeriodSignalSpec, SignalSpec, SignalsSpec

# These complaints are about what is seen on arrival, so a late one is unusual. A product may also
# fail after years.
ON_ARRIVAL: Final = frozenset(
    {"late_delivery", "not_delivered", "damaged", "wrong_item", "missing_item"}
)
MAX_REFERENCES: Final = 5


@dataclass(frozen=True, slots=True)
class RelatedCase:
    """A case that shares something with the one in question.

    Attributes:
        owner: identifies its customer.
        at: when it began; of a photo, when it was received. UTC.
    """

    owner: str
    reference: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the database knows about a case that signals depend on.

    Attributes:
        claims: the customer's own cases, this one included.
        same_address: cases of other customers with the same address; likewise the following.
        photos: cases in which a photo like one of this case was sent.
        bought_at: when the order was delivered, else promised, else placed.
        signed_by: who signed for the delivery.
    """

    now: datetime
    categories: tuple[str, ...] = ()
    claims: tuple[RelatedCase, ...] = ()
    same_address: tuple[RelatedCase, ...] = ()
    same_phone: tuple[RelatedCase, ...] = ()
    same_email: tuple[RelatedCase, ...] = ()
    same_device: tuple[RelatedCase, ...] = ()
    same_network: tuple[RelatedCase, ...] = ()
    photos: tuple[RelatedCase, ...] = ()
    bought_at: datetime | None = None
    is_delivered: bool = False
    signed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """A raised signal; `detail` holds its reasons as JSON values."""

    name: str
    detail: dict[str, Any]


def check_claims(evidence: Evidence, spec: CountSignalSpec) -> Signal | None:
    """Raise on many cases of one customer: small remedies add up."""
    recent = _recent(evidence.claims, evidence.now, spec.days)
    if len(recent) < spec.at_least:
        return None
    return Signal("claims", {"count": len(recent), "days": spec.days, **_references(recent)})


def check_shared(name: str) -> Callable[[Evidence, CountSignalSpec], Signal | None]:
    """Return a check for other customers with the same address, phone, e-mail, device or network.

    A household or an office shares them too, so the policy says how many customers are unusual.

    Args:
        name: of the signal, and of the field of ``Evidence``.
    """

    def check(evidence: Evidence, spec: CountSignalSpec) -> Signal | None:
        recent = _recent(getattr(evidence, name), evidence.now, spec.days)
        customers = len({case.owner for case in recent})
        if customers < spec.at_least:
            return None
        return Signal(name, {"count": customers, "days": spec.days, **_references(recent)})

    return check


def check_order_age(evidence: Evidence, spec: PeriodSignalSpec) -> Signal | None:
    """Raise on a late complaint about what is seen on arrival: it is hard to investigate."""
    if evidence.bought_at is None or not ON_ARRIVAL & set(evidence.categories):
        return None
    days = (evidence.now - evidence.bought_at).days
    return Signal("order_age", {"count": days, "days": spec.days}) if days > spec.days else None


def check_signed(evidence: Evidence, _spec: SignalSpec) -> Signal | None:
    """Raise if somebody signed for a parcel that did not arrive, perhaps a neighbour."""
    is_missing = evidence.is_delivered and "not_delivered" in evidence.categories
    if not (evidence.signed_by and is_missing):
        return None
    return Signal("signed", {"by": evidence.signed_by})


def check_photo(evidence: Evidence, spec: PeriodSignalSpec) -> Signal | None:
    """Raise on a photo that was sent before, by another customer or for another order."""
    recent = _recent(evidence.photos, evidence.now, spec.days)
    return Signal("photo", {"days": spec.days, **_references(recent)}) if recent else None


CHECKS: Final[dict[str, Callable[..., Signal | None]]] = {
    "claims": check_claims,
    "same_address": check_shared("same_address"),
    "same_phone": check_shared("same_phone"),
    "same_email": check_shared("same_email"),
    "same_device": check_shared("same_device"),
    "same_network": check_shared("same_network"),
    "order_age": check_order_age,
    "signed": check_signed,
    "photo": check_photo,
}


def run_checks(evidence: Evidence, specs: SignalsSpec) -> tuple[Signal, ...]:
    """Return the signals that the evidence raises, of those that the policy checks."""
    checked = ((check, specs.find(name)) for name, check in CHECKS.items())
    signals = (check(evidence, spec) for check, spec in checked if spec is not None)
    return tuple(signal for signal in signals if signal is not None)


def _recent(cases: Sequence[RelatedCase], now: datetime, days: int) -> list[RelatedCase]:
    since = now - timedelta(days=days)
    return [case for case in cases if case.at >= since]


def _references(cases: Sequence[RelatedCase]) -> dict[str, list[str]]:
    newest_first = sorted(cases, key=lambda case: case.at, reverse=True)
    distinct = dict.fromkeys(case.reference for case in newest_first)
    return {"references": list(distinct)[:MAX_REFERENCES]}
