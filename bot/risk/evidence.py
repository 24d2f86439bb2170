"""Reads from the database what a case shares with others, and records the signals it raises."""

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
from bot.risk.signals import Evidence, RelatedCase, Signal, run_checks

# A household or an office may have many cases; more of them change no signal.
MAX_RELATED = 200
# Built once: they run for each decision.
_RETURNED_AFTER_CHECK = (
    select(Handoff.id)
    .where(
        Handoff.complaint_id == bindparam("case"),
        Handoff.reason == HandoffReason.TO_CHECK,
        Handoff.agent_id.is_not(None),
        Handoff.ended_how == HandoffEnding.RETURNED,
    )
    .limit(1)
)
_OWN_PHOTO_HASHES = (
    select(Attachment.difference_hash)
    .join(Message, Message.id == Attachment.message_id)
    .where(
        Attachment.complaint_id == bindparam("case"),
        Attachment.difference_hash.is_not(None),
        Message.author == Author.CUSTOMER,
    )
)


async def find_signals(
    session: AsyncSession, context: CompanyContext, case: Complaint
) -> tuple[Signal, ...]:
    """Return the signals of a case; none once an agent has checked and returned it."""
    specs = context.policy.signals
    if not any(specs.find(name) for name in SIGNAL_NAMES):
        return ()
    if await _was_checked(session, case):
        return ()
    since = clock.now() - timedelta(days=specs.longest_days)
    return run_checks(await read(session, case, since), specs)


async def record_flags(session: AsyncSession, case: Complaint, signals: Sequence[Signal]) -> None:
    """Store the signals for the agent who gets the case; each signal once per case."""
    for signal in signals:
        await insert_if_absent(
            session,
            RiskFlag,
            complaint_id=case.id,
            signal=signal.name,
            detail=signal.detail,
            at=clock.now(),
        )


async def list_flags(session: AsyncSession, case: Complaint) -> list[RiskFlag]:
    """Return the signals stored for a case, oldest first."""
    query = select(RiskFlag).where(RiskFlag.complaint_id == case.id).order_by(RiskFlag.id)
    return list(await session.scalars(query))


async def read(session: AsyncSession, case: Complaint, since: datetime) -> Evidence:
    """Read what the case shares with cases that began at or after ``since``."""
    order = await session.get(Order, case.order_id) if case.order_id else None
    conversation = await session.get_one(Conversation, case.conversation_id)
    contact_id = case.contact_id

    async def find_shared(
        column: Any,
        value: str | None,
        owner: Any = Complaint.contact_id,
        own: Any = contact_id,
    ) -> tuple[RelatedCase, ...]:
        """Return cases with the same value in a column, whose owner differs from ours."""
        if value is None or own is None:
            return ()
        return await _find_cases(session, owner, since, column == value, owner != own)

    is_own = Complaint.contact_id == contact_id
    if contact_id is None:
        is_own = Complaint.conversation_id == case.conversation_id
    email = order.email if order else None
    return Evidence(
        now=clock.now(),
        categories=(case.category, *case.also),
        claims=await _find_cases(session, Complaint.contact_id, since, is_own),
        same_address=await find_shared(Order.address_key, order.address_key if order else None),
        same_phone=await find_shared(
            Order.phone, order.phone if order else None, Order.email, email
        ),
        same_email=await find_shared(Order.email, email),
        same_device=await find_shared(Conversation.device_key, conversation.device_key),
        same_network=await find_shared(Conversation.network_key, conversation.network_key),
        photos=await _find_same_photos(session, case, since),
        bought_at=(order.delivered_at or order.promised_at or order.placed_at) if order else None,
        is_delivered=order is not None and order.status == "delivered",
        signed_by=order.signed_by if order else None,
    )


@cache
def _select_cases(owner: Any) -> "Select[str, str, datetime]":
    """Select owner, reference and start of cases; a case merged into another does not count."""
    merged = (Complaint.state == ComplaintState.CLOSED) & Complaint.resolved_at.is_(None)
    return (
        select(cast(owner, String), Complaint.reference, Complaint.first_message_at)
        .select_from(Complaint)
        .join(Conversation, Conversation.id == Complaint.conversation_id)
        .outerjoin(Order, Order.id == Complaint.order_id)
        .where(Complaint.is_told, ~merged, Complaint.first_message_at >= bindparam("since"))
        .order_by(Complaint.first_message_at.desc())
        .limit(MAX_RELATED)
    )


async def _find_cases(
    session: AsyncSession, owner: Any, since: datetime, *where: ColumnElement[bool]
) -> tuple[RelatedCase, ...]:
    rows = await session.execute(_select_cases(owner).where(*where), {"since": since})
    return tuple(RelatedCase(str(whose), reference, at) for whose, reference, at in rows)


async def _find_same_photos(
    session: AsyncSession, case: Complaint, since: datetime
) -> tuple[RelatedCase, ...]:
    """Return cases of another customer, or for another order, with a photo that looks the same."""
    own = await session.scalars(_OWN_PHOTO_HASHES, {"case": case.id})
    hashes = {value for value in own if value is not None}
    if not hashes:
        return ()
    rows = await session.execute(
        select(
            cast(Complaint.contact_id, String),
            Complaint.reference,
            Attachment.created_at,
            Attachment.difference_hash,
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
            or_(*(_shares_a_band(value) for value in hashes)),
        )
    )
    return tuple(
        RelatedCase(str(owner), reference, at)
        for owner, reference, at, other in rows
        if other is not None and any(photo.is_same(value, other) for value in hashes)
    )


def _shares_a_band(photo_hash: str) -> ColumnElement[bool]:
    """Match photos with one band of the hash in common, as all that look the same have."""
    width = BITS_A_BAND // 4  # in hexadecimal digits
    return or_(
        *(
            func.substr(Attachment.difference_hash, band * width + 1, width)
            == photo_hash[band * width : (band + 1) * width]
            for band in range(BANDS)
        )
    )


async def _was_checked(session: AsyncSession, case: Complaint) -> bool:
    """Return True if an agent had the case for its signals and returned it to the assistant."""
    return await session.scalar(_RETURNED_AFTER_CHECK, {"case": case.id}) is not None
