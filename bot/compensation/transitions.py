"""The states of remedies and offers: every change from one to another is made here.

A change that may race is a compare-and-set and returns True if this caller changed the row. The
others change rows that the caller has locked, and raise IllegalTransition for a change that the
transitions below do not allow.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, bindparam, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.database.statements import compare_and_set
from bot.models import Compensation, CompensationState, Offer, OfferState, table_of
from bot.models.transition import Transition

# A remedy that was offered: the customer accepts it (it is promised, or issued at once), accepts
# another one or none, or the offer becomes void.
PROMISE: Final = Transition({CompensationState.OFFERED}, CompensationState.ACCEPTED)
ISSUE: Final = Transition({CompensationState.OFFERED}, CompensationState.ISSUED)
DECLINE: Final = Transition({CompensationState.OFFERED}, CompensationState.DECLINED)
WITHDRAW: Final = Transition({CompensationState.OFFERED}, CompensationState.VOID)
# One that was promised: it is carried out, or cannot be.
FULFIL: Final = Transition({CompensationState.ACCEPTED}, CompensationState.ISSUED)
FAIL: Final = Transition({CompensationState.ACCEPTED}, CompensationState.FAILED)
# One that was given: it expires unspent, or a supervisor takes it back, or a purchase paid with it.
EXPIRE: Final = Transition({CompensationState.ISSUED}, CompensationState.EXPIRED)
TAKE_BACK: Final = Transition(
    {CompensationState.ACCEPTED, CompensationState.ISSUED}, CompensationState.VOID
)
RETURN_PURCHASE: Final = Transition(
    {CompensationState.ISSUED, CompensationState.EXPIRED}, CompensationState.ISSUED
)

ACCEPT_OFFER: Final = Transition({OfferState.OPEN}, OfferState.ACCEPTED)
DECLINE_OFFER: Final = Transition({OfferState.OPEN}, OfferState.DECLINED)
VOID_OFFER: Final = Transition({OfferState.OPEN}, OfferState.VOID)
# It was accepted, and then a limit did not allow it: in the same transaction.
REFUSE_OFFER: Final = Transition({OfferState.ACCEPTED}, OfferState.VOID)

# Built once: it runs for each choice.
_OFFERS = table_of(Offer)
_END_OFFER = (
    update(_OFFERS)
    .where(_OFFERS.c.id == bindparam("offer"), _OFFERS.c.state == bindparam("was"))
    .values(state=bindparam("ended"), decided_at=bindparam("now"))
)


async def end_offer(session: AsyncSession, offer_id: int, ending: Transition[OfferState]) -> bool:
    """End an offer in one of the ways above; return False if it had ended before."""
    (was,) = ending.sources
    ended = {"offer": offer_id, "was": was, "ended": ending.target, "now": clock.now()}
    return await compare_and_set(session, _END_OFFER, ended)


def give(remedy: Compensation, now: datetime, *, is_promised: bool) -> None:
    """Mark a remedy as chosen: as promised, or as issued at once."""
    remedy.state = (PROMISE if is_promised else ISSUE).after(remedy.state)
    remedy.accepted_at = now
    if not is_promised:
        remedy.issued_at = now


def decline(remedies: Iterable[Compensation]) -> None:
    """Mark alternatives as not chosen."""
    for remedy in remedies:
        remedy.state = DECLINE.after(remedy.state)


async def withdraw(session: AsyncSession, offer_id: int) -> None:
    """Void those of an offer's alternatives that are still offered."""
    await session.execute(
        update(Compensation)
        .where(Compensation.offer_id == offer_id, WITHDRAW.is_allowed(Compensation.state))
        .values(state=WITHDRAW.target)
    )


async def fulfil(session: AsyncSession, remedy_id: int) -> bool:
    """Mark a promised remedy as done."""
    return await _change(session, remedy_id, FULFIL, issued_at=clock.now())


async def fail(session: AsyncSession, remedy_id: int) -> bool:
    """Mark a promised remedy as one that cannot be done."""
    return await _change(session, remedy_id, FAIL)


async def expire(session: AsyncSession, remedy_id: int) -> bool:
    """Mark a remedy as expired whose last day has passed."""
    return await _change(session, remedy_id, EXPIRE, Compensation.expires_at < clock.now())


def take_back(remedy: Compensation) -> None:
    """Void a remedy that was given."""
    remedy.state = TAKE_BACK.after(remedy.state)


def return_purchase(remedy: Compensation) -> None:
    """Let a remedy be spent again."""
    remedy.state = RETURN_PURCHASE.after(remedy.state)


async def _change(
    session: AsyncSession,
    remedy_id: int,
    transition: Transition[CompensationState],
    *where: ColumnElement[bool],
    **values: Any,
) -> bool:
    return await compare_and_set(
        session,
        update(Compensation)
        .where(Compensation.id == remedy_id, transition.is_allowed(Compensation.state), *where)
        .values(state=transition.target, **values),
    )
