"""The truth gate: a reply that names an amount, a date or a code must be backed by a row.

Neither the responses nor the actions are trusted. The gate renders the committed rows of the
conversation as a reply would show them, and removes that from the reply. If a number, a date or a
currency is left over, or the reply names a deed that no row records, it is blocked.
"""

import re
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.company.opening_hours import show_hours
from bot.context.company_context import CompanyContext
from bot.conversation import queries
from bot.customers import orders
from bot.handoffs import queue, wait_estimate
from bot.models import GIVEN_STATES, Compensation, Complaint, Conversation, Order, Promise
from bot.money import Money
from bot.text.normalize import fold
from bot.text.reply import Reply

_NEEDS_ROW = re.compile(
    r"\d|[$€£]"
    r"|\b(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre"
    r"|diciembre|lunes|martes|miercoles|jueves|viernes|sabado|domingo|manana|hoy"
    r"|january|february|march|april|june|july|august|september|october|november|december"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|tomorrow"
    r"|pesos|dolares|dollars|euros|soles|por ciento|percent)\b|%"
)
# Deeds: they may be named only if a remedy has been accepted or issued.
_DEED = re.compile(
    r"\b(?:listo:|(?:queda|esta) en marcha|su codigo es|reembolsamos|devolvimos|emitimos"
    r"|enviamos ya|ya le dimos|esta resuelto|done:|under way|your code is"
    r"|we (?:have )?(?:refunded|issued)|have already given|is solved)"
)


def needs_rows(replies: Sequence[Reply]) -> bool:
    """Return True if anything in these replies must be backed by a row."""
    return any(
        _NEEDS_ROW.search(fold(text)) or _DEED.search(fold(text)) for text in _texts(replies)
    )


async def find_unbacked(
    session: AsyncSession,
    context: CompanyContext,
    conversation: Conversation,
    replies: Sequence[Reply],
) -> str | None:
    """Return what no committed row backs in these replies, for the log; None if there is nothing.

    Most replies name little, so one kind of rows is read after another until nothing is left over.
    """
    unbacked: str | None = None
    backed: set[str] = set()
    rows = _Rows()
    async with aclosing(_backed_texts(session, context, conversation, rows)) as kinds:
        async for texts in kinds:
            backed.update(text for text in texts if text)
            unbacked = _left_over(replies, backed, has_remedy=rows.has_remedy)
            if unbacked is None:
                break
    return unbacked


def _left_over(replies: Sequence[Reply], backed: Iterable[str], *, has_remedy: bool) -> str | None:
    """Return what needs a row and is not in ``backed``, or a deed that was not done."""
    longest_first = sorted(backed, key=len, reverse=True)
    for text in _texts(replies):
        rest = text
        for part in longest_first:
            rest = rest.replace(part, " ")
        if match := _NEEDS_ROW.search(fold(rest)):
            return f"{match.group()!r} in {text!r}"
        if not has_remedy and (deed := _DEED.search(fold(text))):
            return f"{deed.group()!r} in {text!r}"
    return None


def _texts(replies: Sequence[Reply]) -> Iterator[str]:
    for reply in replies:
        yield reply.text
        yield from (f"{button.title}\n{button.detail}" for button in reply.buttons)


@dataclass(slots=True)
class _Rows:
    """The committed rows that concern a conversation, as far as they have been read."""

    cases: list[Complaint] = field(default_factory=list)
    remedies: list[Compensation] = field(default_factory=list)

    @property
    def has_remedy(self) -> bool:
        """True if a remedy was given, or is under way."""
        return any(remedy.state in GIVEN_STATES for remedy in self.remedies)

    @property
    def case_ids(self) -> list[int]:
        """The ids of the cases."""
        return [case.id for case in self.cases]


async def _backed_texts(
    session: AsyncSession, context: CompanyContext, conversation: Conversation, rows: _Rows
) -> AsyncGenerator[Iterable[str], None]:
    """Yield, for one kind of rows after another, their values as a reply would show them."""
    language = conversation.language
    proven = conversation.contact_id if conversation.proven_by is not None else None
    ids = {"conversation": conversation.id, "contact": proven}
    rows.cases += await session.scalars(queries.CASES, ids)
    yield [conversation.said_order or "", *(case.reference for case in rows.cases)]
    if rows.cases:
        await _read_remedies(session, rows)
        texts = [text for remedy in rows.remedies for text in _of_remedy(context, remedy, language)]
        yield [*texts, *(case.reference for case in rows.cases)]
        promises = await session.scalars(queries.PROMISES, {"cases": rows.case_ids})
        yield [text for promise in promises for text in _of_promise(context, promise, language)]
    yield await _of_wait(session, context, conversation)
    yield [
        context.company.order_number.where[language],
        show_hours(context.company, language),
        *(words[language] for words in context.company.right_texts.values()),
    ]
    if conversation.contact_id is not None:
        yield await _of_orders(session, conversation.contact_id, rows.cases)


async def _read_remedies(session: AsyncSession, rows: _Rows) -> None:
    """Read what was offered in these cases or given for their orders, and the cases of that."""
    order_ids = [case.order_id for case in rows.cases if case.order_id]
    ids = {"cases": rows.case_ids, "orders": order_ids}
    rows.remedies += await session.scalars(queries.REMEDIES, ids)
    other_ids = {remedy.complaint_id for remedy in rows.remedies}.difference(rows.case_ids)
    if other_ids:
        rows.cases += await session.scalars(select(Complaint).where(Complaint.id.in_(other_ids)))


def _of_remedy(context: CompanyContext, remedy: Compensation, language: str) -> Iterator[str]:
    yield remedy.terms["title"][language]
    yield remedy.terms["detail"][language]
    yield (remedy.terms["conditions"] or {}).get(language, "")
    yield remedy.code or ""
    if remedy.amount_minor:
        yield context.responses.show(Money(remedy.amount_minor, remedy.currency), language)
    if remedy.expires_at:
        yield context.responses.show(context.company.local_date(remedy.expires_at), language)


def _of_promise(context: CompanyContext, promise: Promise, language: str) -> Iterator[str]:
    yield promise.commitment or ""
    now = clock.now()
    # A reply made just before midnight says "today" of what is now yesterday.
    for moment in (now, now - timedelta(minutes=1)):
        yield context.responses.show_at(promise.due_at, language, moment)


async def _of_orders(
    session: AsyncSession, contact_id: int, cases: Sequence[Complaint]
) -> list[str]:
    """Return the numbers and items of the customer's orders, and of those of the cases."""
    shown = await orders.find_recent(session, contact_id)
    other_ids = {case.order_id for case in cases} - {order.id for order in shown} - {None}
    if other_ids:
        shown += await session.scalars(select(Order).where(Order.id.in_(other_ids)))
    return [text for order in shown for text in (order.number, "; ".join(order.items))]


async def _of_wait(
    session: AsyncSession, context: CompanyContext, conversation: Conversation
) -> list[str]:
    """Return the place in the queue and the minutes, as they are stored in the handoff."""
    handoff = await queue.find_open(session, conversation.id)
    if handoff is None:
        return []
    return wait_estimate.describe_recorded(context.responses, conversation.language, handoff)
