"""What a case shares with others, read from the database: signals are made of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, String, bindparam, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock, photo
from bot.context.company_context import CompanyContext
from bot.database.statements import insert_if_absent
from bot.models import (
    Attachment,
    Author,
    Complaint,
    ComplaintState,
    Conversation,
    Handoff,
    HandoffEnding,
    HandoffReason,
    Message,
    Order,
    RiskFlag,
)
from bot.photo import BANDS, BITS_A_BAND
from bot.policy.signal_spec import SIGNAL_NAMES
from bot.risk.signals import Signal, Trace, Traces, raised

# A household or an office may have had many cases; more than this tells nothing new.
MOST = 200
# Made once, for they are asked for each decision.
_LOOKED_AT = (
    select(Handoff.id)
    .where(
        Handoff.complaint_id == bindparam("case"),
        Handoff.reason == HandoffReason.TO_CHECK,
        Handoff.agent_id.is_not(None),
        Handoff.ended_how == HandoffEnding.RETURNED,
    )
    .limit(1)
)
_OWN_LOOKS = (
    select(Attachment.looks)
    .join(Message, Message.id == Attachment.message_id)
    .where(
        Attachment.complaint_id == bindparam("case"),
        Attachment.looks.is_not(None),
        Message.author == Author.CUSTOMER,
    )
)


async def found(
    session: AsyncSession, context: CompanyContext, case: Complaint
) -> tuple[Signal, ...]:
    """The signals of a case; none once a person has looked at it and gave it back."""
    policy = context.policy.signals
    if not any(policy.find(name) for name in SIGNAL_NAMES):
        return ()
    if await _looked_at(session, case):
        return ()
    since = clock.now() - timedelta(days=policy.longest_days)
    return raised(await read(session, case, since), policy)


async def note(session: AsyncSession, case: Complaint, signals: Sequence[Signal]) -> None:
    """Keep the signals for whoever takes the case; each once."""
    for one in signals:
        await insert_if_absent(
            session,
            RiskFlag,
            complaint_id=case.id,
            signal=one.name,
            detail=one.detail,
            at=clock.now(),
        )


async def noted(session: AsyncSession, case: Complaint) -> list[RiskFlag]:
    """What was kept of a case, in the order in which it was seen."""
    query = select(RiskFlag).where(RiskFlag.complaint_id == case.id).order_by(RiskFlag.id)
    return list(await session.scalars(query))


async def read(session: AsyncSession, case: Complaint, since: datetime) -> Traces:
    """What the case shares with others that began since then."""
    order = await session.get(Order, case.order_id) if case.order_id else None
    conversation = await session.get_one(Conversation, case.conversation_id)
    own = case.contact_id

    async def shared(
        column: Any, value: str | None, who: Any = Complaint.contact_id, mine: Any = own
    ) -> tuple[Trace, ...]:
        if value is None or mine is None:
            return ()
        return await _traces(session, who, since, column == value, who != mine)

    mine = Complaint.contact_id == own
    if own is None:
        mine = Complaint.conversation_id == case.conversation_id
    email = order.email if order else None
    return Traces(
        now=clock.now(),
        categories=(case.category, *case.also),
        claims=await _traces(session, Complaint.contact_id, since, mine),
        same_address=await shared(Order.address_key, order.address_key if order else None),
        same_phone=await shared(Order.phone, order.phone if order else None, Order.email, email),
        same_email=await shared(Order.email, email),
        same_device=await shared(Conversation.device_key, conversation.device_key),
        same_network=await shared(Conversation.network_key, conversation.network_key),
        photos=await _alike(session, case, since),
        bought_at=(order.delivered_at or order.promised_at or order.placed_at) if order else None,
        is_delivered=order is not None and order.status == "delivered",
        signed_by=order.signed_by if order else None,
    )


@cache
def _cases(who: Any) -> "Select[str, str, datetime]":
    """Cases with whose they are; two tellings that became one case count once."""
    merged = (Complaint.state == ComplaintState.CLOSED) & Complaint.resolved_at.is_(None)
    return (
        select(cast(who, String), Complaint.reference, Complaint.first_message_at)
        .select_from(Complaint)
        .join(Conversation, Conversation.id == Complaint.conversation_id)
        .outerjoin(Order, Order.id == Complaint.order_id)
        .where(Complaint.is_told, ~merged, Complaint.first_message_at >= bindparam("since"))
        .order_by(Complaint.first_message_at.desc())
        .limit(MOST)
    )


async def _traces(
    session: AsyncSession, who: Any, since: datetime, *where: ColumnElement[bool]
) -> tuple[Trace, ...]:
    rows = await session.execute(_cases(who).where(*where), {"since": since})
    return tuple(Trace(str(whose), reference, at) for whose, reference, at in rows)


async def _alike(session: AsyncSession, case: Complaint, since: datetime) -> tuple[Trace, ...]:
    """Cases of somebody else, or for another order, in which the same photo was sent."""
    own = await session.scalars(_OWN_LOOKS, {"case": case.id})
    looks = {one for one in own if one is not None}
    if not looks:
        return ()
    rows = await session.execute(
        select(
            cast(Complaint.contact_id, String),
            Complaint.reference,
            Attachment.created_at,
            Attachment.looks,
        )
        .select_from(Attachment)
        .join(Message, Message.id == Attachment.message_id)
        .join(Complaint, Complaint.id == Attachment.complaint_id)
        .where(
            Attachment.complaint_id != case.id,
            Attachment.created_at >= since,
            Message.author == Author.CUSTOMER,
            or_(
                Complaint.contact_id != case.contact_id,
                Complaint.order_id != case.order_id,
            ),
            or_(*(_shares_a_band(one) for one in looks)),
        )
    )
    return tuple(
        Trace(str(who), reference, at)
        for who, reference, at, other in rows
        if other is not None and any(photo.is_same(one, other) for one in looks)
    )


def _shares_a_band(looks: str) -> ColumnElement[bool]:
    """Photos that look the same agree in one band at least: the database leaves out the rest."""
    width = BITS_A_BAND // 4  # in hexadecimal digits
    return or_(
        *(
            func.substr(Attachment.looks, place * width + 1, width)
            == looks[place * width : (place + 1) * width]
            for place in range(BANDS)
        )
    )


async def _looked_at(session: AsyncSession, case: Complaint) -> bool:
    """Whether a person had the case for its signals, and gave it back to the assistant."""
    return await session.scalar(_LOOKED_AT, {"case": case.id}) is not None
