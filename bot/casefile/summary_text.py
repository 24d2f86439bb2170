"""The packet in words: a paragraph for who takes the case, a short version for its customer.

Every sentence is a response of ``domain.yml`` and stands only where a row backs it.
"""

from dataclasses import dataclass, field
from datetime import datetime

from bot import clock
from bot.compensation.presentation import title
from bot.context.company_context import CompanyContext
from bot.models import (
    GIVEN_STATES,
    Compensation,
    CompensationState,
    Complaint,
    Contact,
    Conversation,
    Handoff,
    Order,
)
from bot.money import Money
from bot.understanding.escalation import find_alarm


@dataclass(frozen=True, slots=True)
class Told:
    """The rows that both versions are made of."""

    case: Complaint
    conversation: Conversation
    first_words: str = ""  # what the customer wrote first
    contact: Contact | None = None
    order: Order | None = None
    spent: Money | None = None  # what the customer buys in a year
    remedies: list[Compensation] = field(default_factory=list)
    declined: bool = False  # an offer was declined whole
    has_photo: bool = False
    earlier: int = 0  # cases before this one
    broken: int = 0  # promises broken in this one
    handoff: Handoff | None = None


def paragraph(context: CompanyContext, language: str, told: Told) -> str:
    """What an agent reads first: who, what happened, what it cost them, what they want."""

    def render(name: str, **values: str | int | Money) -> str:
        return context.responses.render(f"packet_{name}", language, **values)

    parts = [_who(context, language, told)]
    parts += _what(context, language, told)
    if told.broken:
        one = told.broken == 1
        parts.append(render("broken_one") if one else render("broken", count=told.broken))
    if told.earlier:
        parts.append(render("earlier", count=told.earlier + 1))
    wish = told.case.desired
    if wish:
        parts.append(render("wish", wish=context.responses.render(f"wish_{wish}", language)))
    elif told.case.is_told:
        parts.append(render("no_wish"))
    parts += _offered(context, language, told)
    for words in told.handoff.corrections if told.handoff else ():
        parts.append(render("corrected", words=words))
    return " ".join(parts)


def _who(context: CompanyContext, language: str, told: Told) -> str:
    if told.contact is None:
        return context.responses.render("packet_who_unknown", language)
    name = told.contact.name
    if told.spent is None or not told.spent.amount_minor:
        return context.responses.render("packet_who_new", language, name=name)
    return context.responses.render("packet_who", language, name=name, value=told.spent)


def _what(context: CompanyContext, language: str, told: Told) -> list[str]:
    case = told.case
    if not case.is_told:
        if find_alarm(told.first_words):
            return [context.responses.render("packet_said", language, words=told.first_words)]
        return [context.responses.render("packet_not_told", language)]
    what = context.responses.render(f"what_{case.category}", language)
    parts = [
        context.responses.render("packet_about_thing", language, what=what, thing=case.thing)
        if case.thing
        else context.responses.render("packet_about", language, what=what)
    ]
    parts += [
        context.responses.render(
            "packet_also", language, what=context.responses.render(f"what_{also}", language)
        )
        for also in case.also
    ]
    order = told.order
    if order is None:
        said = told.conversation.said_order
        return (
            [*parts, context.responses.render("packet_order_said", language, order=said)]
            if said
            else parts
        )
    parts.append(
        context.responses.render(
            "packet_order",
            language,
            order=order.number,
            items=", ".join(order.items),
            total=Money(order.total_minor, order.currency),
        )
    )
    late = _days_late(order, clock.now())
    if late:
        name = "packet_days_late" if order.delivered_at else "packet_days_waiting"
        parts.append(context.responses.render(name, language, days=late))
    return parts


def _days_late(order: Order, now: datetime) -> int:
    """Whole days between the promised date and the delivery, or now; 0 when it was not late."""
    if order.promised_at is None or order.status in {"cancelled", "returned"}:
        return 0
    return max(0, ((order.delivered_at or now) - order.promised_at).days)


def _offered(context: CompanyContext, language: str, told: Told) -> list[str]:
    def name(one: Compensation) -> str:
        return title(context.responses, one, language)

    taken = [one for one in told.remedies if one.state in GIVEN_STATES]
    if taken:
        return [
            context.responses.render(
                "packet_given" if one.state == CompensationState.ISSUED else "packet_promised",
                language,
                title=name(one),
            )
            for one in taken
        ]
    titles = ", ".join(dict.fromkeys(f"«{name(one)}»" for one in told.remedies))
    if not titles:
        return []
    which = "packet_declined" if told.declined else "packet_offered"
    return [context.responses.render(which, language, titles=titles)]


def short(context: CompanyContext, told: Told) -> str | None:
    """What the customer sees of it, in their language; None while there is nothing to show."""
    language = told.conversation.language
    case = told.case
    if not case.is_told:
        return None

    def render(name: str, **values: str) -> str:
        return context.responses.render(f"short_{name}", language, **values)

    parts = [render("about", what=context.responses.render(f"what_{case.category}", language))]
    if case.thing:
        parts.append(render("thing", thing=case.thing))
    number = told.order.number if told.order else told.conversation.said_order
    if number:
        parts.append(render("order", order=number))
    if told.has_photo:
        parts.append(render("photo"))
    if case.desired:
        parts.append(
            render("wish", wish=context.responses.render(f"wish_{case.desired}", language))
        )
    taken = [one for one in told.remedies if one.state in GIVEN_STATES]
    if taken:
        parts.append(render("given", title=title(context.responses, taken[-1], language)))
    elif told.remedies:
        parts.append(render("declined" if told.declined else "offered"))
    return "; ".join(parts)
