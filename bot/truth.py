"""The truth gate: a bot's text that names an amount, a date or a code needs a row behind it.

It trusts nobody: not the templates, not the actions. It renders what the committed rows of this
conversation would look like, takes that out of the text, and if a number, a date or a currency is
left over, or a deed is told that no row records, the text does not go out.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta

from sqlalchemy import bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock, handoff, order, waiting
from bot.desk import Desk
from bot.models import Compensation, Complaint, Conversation, Order, Promise
from bot.money import Money
from bot.offer import TAKEN
from bot.opening_hours import show_hours
from bot.plain import fold
from bot.say import Say

_LEFT_OVER = re.compile(
    r"\d|[$€£]"
    r"|\b(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre"
    r"|diciembre|lunes|martes|miercoles|jueves|viernes|sabado|domingo|manana|hoy"
    r"|january|february|march|april|june|july|august|september|october|november|december"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|tomorrow"
    r"|pesos|dolares|dollars|euros|soles|por ciento|percent)\b|%"
)
# Deeds: told only when a remedy has been accepted or issued.
_DEED = re.compile(
    r"\b(?:listo:|(?:queda|esta) en marcha|su codigo es|reembolsamos|devolvimos|emitimos"
    r"|enviamos ya|ya le dimos|esta resuelto|done:|under way|your code is"
    r"|we (?:have )?(?:refunded|issued)|have already given|is solved)"
)

# Made once, for they are asked for many messages. Nobody's cases are those of no contact.
_CASES = select(Complaint).where(
    or_(
        Complaint.conversation_id == bindparam("conversation"),
        Complaint.contact_id == bindparam("contact"),
    )
)
_REMEDIES = select(Compensation).where(
    or_(
        Compensation.complaint_id.in_(bindparam("cases", expanding=True)),
        Compensation.order_id.in_(bindparam("orders", expanding=True))
        & Compensation.state.in_(TAKEN),
    )
)
_PROMISES = select(Promise).where(Promise.complaint_id.in_(bindparam("cases", expanding=True)))


def needs_rows(says: Sequence[Say]) -> bool:
    """Whether anything in these messages must be backed by a row."""
    return any(_LEFT_OVER.search(fold(text)) or _DEED.search(fold(text)) for text in _texts(says))


async def unbacked(
    session: AsyncSession, desk: Desk, conversation: Conversation, says: Sequence[Say]
) -> str | None:
    """What no committed row backs in these messages; None when all of it is so."""
    rows = await _rows(session, conversation)
    known = sorted(
        {text for text in await _known(session, desk, conversation, rows) if text},
        key=len,
        reverse=True,
    )
    done = any(remedy.state in TAKEN for remedy in rows.remedies)
    for text in _texts(says):
        rest = text
        for part in known:
            rest = rest.replace(part, " ")
        if left := _LEFT_OVER.search(fold(rest)):
            return f"{left.group()!r} in {text!r}"
        if not done and (deed := _DEED.search(fold(text))):
            return f"{deed.group()!r} in {text!r}"
    return None


def _texts(says: Sequence[Say]) -> Iterator[str]:
    for say in says:
        yield say.text
        yield from (f"{one.title}\n{one.detail}" for one in say.options)


class _Rows:
    """The committed rows that concern a conversation."""

    def __init__(
        self, cases: list[Complaint], remedies: list[Compensation], promises: list[Promise]
    ) -> None:
        self.cases = cases
        self.remedies = remedies
        self.promises = promises


async def _rows(session: AsyncSession, conversation: Conversation) -> _Rows:
    proven = conversation.contact_id if conversation.proven_by is not None else None
    told = {"conversation": conversation.id, "contact": proven}
    cases = list(await session.scalars(_CASES, told))
    if not cases:
        return _Rows([], [], [])
    orders = [case.order_id for case in cases if case.order_id]
    pressed_here = {"cases": [case.id for case in cases], "orders": orders}
    remedies = list(await session.scalars(_REMEDIES, pressed_here))
    elsewhere = {one.complaint_id for one in remedies} - {case.id for case in cases}
    if elsewhere:
        cases += await session.scalars(select(Complaint).where(Complaint.id.in_(elsewhere)))
    promises = await session.scalars(_PROMISES, {"cases": [case.id for case in cases]})
    return _Rows(cases, remedies, list(promises))


async def _known(
    session: AsyncSession, desk: Desk, conversation: Conversation, rows: _Rows
) -> set[str]:
    """Everything that these rows say, as a text in this language would say it."""
    language = conversation.language
    show = desk.wording.show
    known = {case.reference for case in rows.cases} | {conversation.said_order or ""}
    known |= set(await _told_of_the_wait(session, desk, conversation))
    for remedy in rows.remedies:
        known |= {remedy.terms["title"][language], remedy.terms["detail"][language]}
        known.add((remedy.terms["conditions"] or {}).get(language, ""))
        known.add(remedy.code or "")
        if remedy.amount_minor:
            known.add(show(Money(remedy.amount_minor, remedy.currency), language))
        if remedy.expires_at:
            known.add(show(remedy.expires_at.astimezone(desk.company.tz).date(), language))
    now = clock.now()
    for promise in rows.promises:
        known.add(promise.commitment or "")
        # A text made just before midnight says "today" of what is now yesterday.
        for moment in (now, now - timedelta(minutes=1)):
            known.add(desk.wording.show_at(promise.due_at, language, moment))
    known |= {desk.company.order_number.where[language], show_hours(desk.company, language)}
    known |= {words[language] for words in desk.company.right_words.values()}
    if conversation.contact_id is not None:
        orders = await order.recent(session, conversation.contact_id)
        about = {case.order_id for case in rows.cases} - {one.id for one in orders} - {None}
        if about:
            orders += await session.scalars(select(Order).where(Order.id.in_(about)))
        for one in orders:
            known |= {one.number, "; ".join(one.items)}
    return known


async def _told_of_the_wait(
    session: AsyncSession, desk: Desk, conversation: Conversation
) -> list[str]:
    """The place in the queue and the minutes, as they are kept on the handoff."""
    open_handoff = await handoff.open_handoff(session, conversation.id)
    if open_handoff is None:
        return []
    return waiting.told(desk.wording, conversation.language, open_handoff)
