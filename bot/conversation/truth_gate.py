"""The truth gate: a bot's text that names an amount, a date or a code needs a row behind it.

It trusts nobody: not the templates, not the actions. It renders what the committed rows of this
conversation would look like, takes that out of the text, and if a number, a date or a currency is
left over, or a deed is told that no row records, the text does not go out.
"""

import re
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.company.opening_hours import show_hours
from bot.context.company_context import CompanyContext
from bot.customers import orders
from bot.handoffs import queue, wait_estimate
from bot.models import GIVEN_STATES, Compensation, Complaint, Conversation, Order, Promise
from bot.money import Money
from bot.text.normalize import fold
from bot.text.reply import Reply

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
        & Compensation.state.in_(GIVEN_STATES),
    )
)
_PROMISES = select(Promise).where(Promise.complaint_id.in_(bindparam("cases", expanding=True)))


def needs_rows(replies: Sequence[Reply]) -> bool:
    """Whether anything in these messages must be backed by a row."""
    return any(
        _LEFT_OVER.search(fold(text)) or _DEED.search(fold(text)) for text in _texts(replies)
    )


async def unbacked(
    session: AsyncSession,
    context: CompanyContext,
    conversation: Conversation,
    replies: Sequence[Reply],
) -> str | None:
    """What no committed row backs in these messages; None when all of it is so.

    Most say little, so the rows are read one kind after another until nothing is left over.
    """
    wrong: str | None = None
    known: set[str] = set()
    rows = _Rows()
    async with aclosing(_known(session, context, conversation, rows)) as each_kind:
        async for texts in each_kind:
            known.update(text for text in texts if text)
            wrong = _wrong(replies, known, is_done=rows.is_done)
            if wrong is None:
                break
    return wrong


def _wrong(replies: Sequence[Reply], known: Iterable[str], *, is_done: bool) -> str | None:
    """What is left of these messages without what is known, or a deed that was not done."""
    longest_first = sorted(known, key=len, reverse=True)
    for text in _texts(replies):
        rest = text
        for part in longest_first:
            rest = rest.replace(part, " ")
        if left := _LEFT_OVER.search(fold(rest)):
            return f"{left.group()!r} in {text!r}"
        if not is_done and (deed := _DEED.search(fold(text))):
            return f"{deed.group()!r} in {text!r}"
    return None


def _texts(replies: Sequence[Reply]) -> Iterator[str]:
    for reply in replies:
        yield reply.text
        yield from (f"{one.title}\n{one.detail}" for one in reply.buttons)


@dataclass(slots=True)
class _Rows:
    """The committed rows that concern a conversation, as far as they have been read."""

    cases: list[Complaint] = field(default_factory=list)
    remedies: list[Compensation] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        """Whether a remedy was given, or is under way."""
        return any(remedy.state in GIVEN_STATES for remedy in self.remedies)

    @property
    def case_ids(self) -> list[int]:
        """The ids of the cases."""
        return [case.id for case in self.cases]


async def _known(
    session: AsyncSession, context: CompanyContext, conversation: Conversation, rows: _Rows
) -> AsyncGenerator[Iterable[str], None]:
    """Everything that committed rows say, as a text in this language would say it."""
    language = conversation.language
    proven = conversation.contact_id if conversation.proven_by is not None else None
    told = {"conversation": conversation.id, "contact": proven}
    rows.cases += await session.scalars(_CASES, told)
    yield [conversation.said_order or "", *(case.reference for case in rows.cases)]
    if rows.cases:
        await _read_remedies(session, rows)
        texts = [text for one in rows.remedies for text in _of_remedy(context, one, language)]
        yield [*texts, *(case.reference for case in rows.cases)]
        promises = await session.scalars(_PROMISES, {"cases": rows.case_ids})
        yield [text for one in promises for text in _of_promise(context, one, language)]
    yield await _told_of_the_wait(session, context, conversation)
    yield [
        context.company.order_number.where[language],
        show_hours(context.company, language),
        *(words[language] for words in context.company.right_texts.values()),
    ]
    if conversation.contact_id is not None:
        yield await _of_orders(session, conversation.contact_id, rows.cases)


async def _read_remedies(session: AsyncSession, rows: _Rows) -> None:
    """What was offered in these cases or given for their orders, and the cases of the latter."""
    order_ids = [case.order_id for case in rows.cases if case.order_id]
    offered = {"cases": rows.case_ids, "orders": order_ids}
    rows.remedies += await session.scalars(_REMEDIES, offered)
    elsewhere = {one.complaint_id for one in rows.remedies}.difference(rows.case_ids)
    if elsewhere:
        rows.cases += await session.scalars(select(Complaint).where(Complaint.id.in_(elsewhere)))


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
    # A text made just before midnight says "today" of what is now yesterday.
    for moment in (now, now - timedelta(minutes=1)):
        yield context.responses.show_at(promise.due_at, language, moment)


async def _of_orders(
    session: AsyncSession, contact_id: int, cases: Sequence[Complaint]
) -> list[str]:
    """The customer's orders, and those that the cases are about."""
    known = await orders.find_recent(session, contact_id)
    about = {case.order_id for case in cases} - {one.id for one in known} - {None}
    if about:
        known += await session.scalars(select(Order).where(Order.id.in_(about)))
    return [text for one in known for text in (one.number, "; ".join(one.items))]


async def _told_of_the_wait(
    session: AsyncSession, context: CompanyContext, conversation: Conversation
) -> list[str]:
    """The place in the queue and the minutes, as they are kept on the handoff."""
    open_handoff = await queue.find_open(session, conversation.id)
    if open_handoff is None:
        return []
    return wait_estimate.describe_recorded(context.responses, conversation.language, open_handoff)
