"""The packet in words: a paragraph for the agent, a short version for the customer.

Every sentence is a response of ``domain.yml`` and is used only if a row backs it.
"""

from datetime import datetime

from bot import clock
from bot.casefile.case_rows import CaseRows
from bot.compensation.presentation import title
from bot.context.company_context import CompanyContext
from bot.models import (
    GIVEN_STATES,
    Compensation,
    CompensationState,
    Order,
)
from bot.money import Money
from bot.understanding.escalation import find_alarm


def write_agent_summary(context: CompanyContext, language: str, rows: CaseRows) -> str:
    """Return the paragraph that agents read first.

    It says who the customer is, what happened, what they want, and what they were offered.
    """

    def render(name: str, **values: str | int | Money) -> str:
        return context.responses.render(f"packet_{name}", language, **values)

    parts = [_who(context, language, rows)]
    parts += _what(context, language, rows)
    if rows.broken:
        parts.append(
            render("broken_one") if rows.broken == 1 else render("broken", count=rows.broken)
        )
    if rows.earlier:
        parts.append(render("earlier", count=rows.earlier + 1))
    wish = rows.case.desired
    if wish:
        parts.append(render("wish", wish=context.responses.render(f"wish_{wish}", language)))
    elif rows.case.is_told:
        parts.append(render("no_wish"))
    parts += _offered(context, language, rows)
    for words in rows.handoff.corrections if rows.handoff else ():
        parts.append(render("corrected", words=words))
    return " ".join(parts)


def _who(context: CompanyContext, language: str, rows: CaseRows) -> str:
    if rows.contact is None:
        return context.responses.render("packet_who_unknown", language)
    name = rows.contact.name
    if rows.spent is None or not rows.spent.amount_minor:
        return context.responses.render("packet_who_new", language, name=name)
    return context.responses.render("packet_who", language, name=name, value=rows.spent)


def _what(context: CompanyContext, language: str, rows: CaseRows) -> list[str]:
    case = rows.case
    if not case.is_told:
        if find_alarm(rows.first_words):
            return [context.responses.render("packet_said", language, words=rows.first_words)]
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
    order = rows.order
    if order is None:
        said = rows.conversation.said_order
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
    """Return the whole days from the promised date to the delivery, or to now; 0 if not late."""
    if order.promised_at is None or order.status in {"cancelled", "returned"}:
        return 0
    return max(0, ((order.delivered_at or now) - order.promised_at).days)


def _offered(context: CompanyContext, language: str, rows: CaseRows) -> list[str]:
    def title_of(remedy: Compensation) -> str:
        return title(context.responses, remedy, language)

    given_remedies = [remedy for remedy in rows.remedies if remedy.state in GIVEN_STATES]
    if given_remedies:
        return [
            context.responses.render(
                "packet_given" if remedy.state == CompensationState.ISSUED else "packet_promised",
                language,
                title=title_of(remedy),
            )
            for remedy in given_remedies
        ]
    titles = ", ".join(dict.fromkeys(f"«{title_of(remedy)}»" for remedy in rows.remedies))
    if not titles:
        return []
    response = "packet_declined" if rows.declined else "packet_offered"
    return [context.responses.render(response, language, titles=titles)]


def write_customer_summary(context: CompanyContext, rows: CaseRows) -> str | None:
    """Return the summary that the customer sees, in their language; None before a complaint."""
    language = rows.conversation.language
    case = rows.case
    if not case.is_told:
        return None

    def render(name: str, **values: str) -> str:
        return context.responses.render(f"short_{name}", language, **values)

    parts = [render("about", what=context.responses.render(f"what_{case.category}", language))]
    if case.thing:
        parts.append(render("thing", thing=case.thing))
    number = rows.order.number if rows.order else rows.conversation.said_order
    if number:
        parts.append(render("order", order=number))
    if rows.has_photo:
        parts.append(render("photo"))
    if case.desired:
        parts.append(
            render("wish", wish=context.responses.render(f"wish_{case.desired}", language))
        )
    given_remedies = [remedy for remedy in rows.remedies if remedy.state in GIVEN_STATES]
    if given_remedies:
        parts.append(render("given", title=title(context.responses, given_remedies[-1], language)))
    elif rows.remedies:
        parts.append(render("declined" if rows.declined else "offered"))
    return "; ".join(parts)
