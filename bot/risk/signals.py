"""SignalsSpec that a person should look at a case first: pure, each with its reason.

A signal is no verdict. It lowers what the assistant gives alone; it refuses nobody anything, and
no customer hears of it. None of them looks at a name, a language or the channel.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.policy.signal_spec import CountSignalSpec, PeriodSignalSpec, SignalSpec, SignalsSpec

# Of these what counts is seen when the parcel comes; a product may fail after years.
ON_ARRIVAL: Final = frozenset(
    {"late_delivery", "not_delivered", "damaged", "wrong_item", "missing_item"}
)
MOST_REFERENCES = 5


@dataclass(frozen=True, slots=True)
class Trace:
    """Another case: whose it is, its reference, and when it began."""

    who: str
    reference: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Traces:
    """What the database knows that signals are made of.

    `claims` are the customer's own cases, this one included; the others are cases of somebody else
    on the same address, phone and so on; `photos` those in which a photo like this was sent.
    """

    now: datetime
    categories: tuple[str, ...] = ()
    claims: tuple[Trace, ...] = ()
    same_address: tuple[Trace, ...] = ()
    same_phone: tuple[Trace, ...] = ()
    same_email: tuple[Trace, ...] = ()
    same_device: tuple[Trace, ...] = ()
    same_network: tuple[Trace, ...] = ()
    photos: tuple[Trace, ...] = ()
    bought_at: datetime | None = None  # delivered, or promised, or placed: the last that is known
    is_delivered: bool = False
    signed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal that was raised, and what it was made of."""

    name: str
    detail: dict[str, Any]


def claims(seen: Traces, sign: CountSignalSpec) -> Signal | None:
    """Many cases of one person in the period: the remedies add up, whatever each is worth."""
    recent = _recent(seen.claims, seen.now, sign.days)
    if len(recent) < sign.at_least:
        return None
    return Signal("claims", {"count": len(recent), "days": sign.days, **_references(recent)})


def others(name: str) -> Callable[[Traces, CountSignalSpec], Signal | None]:
    """Cases of other customers on the same address, phone, e-mail, device or network.

    One household or office shares them too, which is why the manager says from how many on.
    """

    def shared(seen: Traces, sign: CountSignalSpec) -> Signal | None:
        recent = _recent(getattr(seen, name), seen.now, sign.days)
        people = len({one.who for one in recent})
        if people < sign.at_least:
            return None
        return Signal(name, {"count": people, "days": sign.days, **_references(recent)})

    return shared


def order_age(seen: Traces, sign: PeriodSignalSpec) -> Signal | None:
    """What is seen when the parcel comes is told long after: it is harder to look into."""
    if seen.bought_at is None or not ON_ARRIVAL & set(seen.categories):
        return None
    days = (seen.now - seen.bought_at).days
    return Signal("order_age", {"count": days, "days": sign.days}) if days > sign.days else None


def signed(seen: Traces, _sign: SignalSpec) -> Signal | None:
    """Somebody signed for what did not arrive: a neighbour, perhaps, whom the carrier can name."""
    if not (seen.signed_by and seen.is_delivered and "not_delivered" in seen.categories):
        return None
    return Signal("signed", {"by": seen.signed_by})


def photo(seen: Traces, sign: PeriodSignalSpec) -> Signal | None:
    """A photo that came before, from another customer or for another order."""
    recent = _recent(seen.photos, seen.now, sign.days)
    return Signal("photo", {"days": sign.days, **_references(recent)}) if recent else None


CHECKS: Final[dict[str, Callable[..., Signal | None]]] = {
    "claims": claims,
    "same_address": others("same_address"),
    "same_phone": others("same_phone"),
    "same_email": others("same_email"),
    "same_device": others("same_device"),
    "same_network": others("same_network"),
    "order_age": order_age,
    "signed": signed,
    "photo": photo,
}


def raised(seen: Traces, policy: SignalsSpec) -> tuple[Signal, ...]:
    """The signals that the policy looks for and that hold."""
    looked_for = ((check, policy.find(name)) for name, check in CHECKS.items())
    found = (check(seen, sign) for check, sign in looked_for if sign is not None)
    return tuple(one for one in found if one is not None)


def _recent(traces: Sequence[Trace], now: datetime, days: int) -> list[Trace]:
    since = now - timedelta(days=days)
    return [one for one in traces if one.at >= since]


def _references(traces: Sequence[Trace]) -> dict[str, list[str]]:
    newest = sorted(traces, key=lambda one: one.at, reverse=True)
    return {"references": list(dict.fromkeys(one.reference for one in newest))[:MOST_REFERENCES]}
