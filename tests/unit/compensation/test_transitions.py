"""A remedy that is given twice, or after it was taken back: every change from every state."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.compensation import transitions
from bot.models import Compensation, CompensationState, Offer, OfferState
from bot.models.transition import IllegalTransition, Transition

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
OFFERED, ACCEPTED, ISSUED, FAILED, DECLINED, EXPIRED, VOID = CompensationState
Change = Callable[[AsyncSession, Compensation], Awaitable[bool]]


def locked(change: Callable[[Compensation], None]) -> Change:
    """A change of a locked row, that raises where it is not foreseen."""

    async def changed(session: AsyncSession, remedy: Compensation) -> bool:
        try:
            change(remedy)
        except IllegalTransition:
            return False
        await session.flush()
        return True

    return changed


async def withdraw(session: AsyncSession, remedy: Compensation) -> bool:
    before = remedy.state
    await transitions.withdraw(session, remedy.offer_id)
    await session.refresh(remedy)
    return remedy.state is not before


async def fulfil(session: AsyncSession, remedy: Compensation) -> bool:
    return await transitions.fulfil(session, remedy.id)


async def fail(session: AsyncSession, remedy: Compensation) -> bool:
    return await transitions.fail(session, remedy.id)


async def expire(session: AsyncSession, remedy: Compensation) -> bool:
    return await transitions.expire(session, remedy.id)


CHANGES: dict[str, tuple[Change, dict[CompensationState, CompensationState]]] = {
    "promise": (
        locked(lambda remedy: transitions.give(remedy, NOW, is_promised=True)),
        {OFFERED: ACCEPTED},
    ),
    "issue": (
        locked(lambda remedy: transitions.give(remedy, NOW, is_promised=False)),
        {OFFERED: ISSUED},
    ),
    "decline": (locked(lambda remedy: transitions.decline([remedy])), {OFFERED: DECLINED}),
    "withdraw": (withdraw, {OFFERED: VOID}),
    "fulfil": (fulfil, {ACCEPTED: ISSUED}),
    "fail": (fail, {ACCEPTED: FAILED}),
    "expire": (expire, {ISSUED: EXPIRED}),
    "take back": (locked(transitions.take_back), {ACCEPTED: VOID, ISSUED: VOID}),
    "return a purchase": (
        locked(transitions.return_purchase),
        {ISSUED: ISSUED, EXPIRED: ISSUED},
    ),
}


async def remedy_in(session: AsyncSession, state: CompensationState) -> Compensation:
    """A remedy whose last day has passed."""
    remedy = Compensation(
        offer_id=1,
        complaint_id=1,
        position=1,
        kind="voucher",
        amount_minor=100,
        goodwill_minor=100,
        budget_minor=100,
        currency="COP",
        terms={},
        state=state,
        expires_at=NOW.replace(year=2000),
    )
    session.add(remedy)
    await session.flush()
    return remedy


@pytest.mark.parametrize("before", CompensationState)
@pytest.mark.parametrize("name", CHANGES)
async def test_each_change_of_a_remedy_is_allowed_from_its_states_alone(
    memory_session: AsyncSession, name: str, before: CompensationState
) -> None:
    change, allowed = CHANGES[name]
    remedy = await remedy_in(memory_session, before)
    assert await change(memory_session, remedy) is (before in allowed)
    await memory_session.refresh(remedy)
    assert remedy.state is allowed.get(before, before)


async def test_nothing_expires_before_its_last_day_has_passed(memory_session: AsyncSession) -> None:
    remedy = await remedy_in(memory_session, ISSUED)
    remedy.expires_at = NOW.replace(year=2999)
    await memory_session.flush()
    assert not await transitions.expire(memory_session, remedy.id)


@pytest.mark.parametrize("before", OfferState)
@pytest.mark.parametrize(
    ("ending", "source", "target"),
    [
        (transitions.ACCEPT_OFFER, OfferState.OPEN, OfferState.ACCEPTED),
        (transitions.DECLINE_OFFER, OfferState.OPEN, OfferState.DECLINED),
        (transitions.VOID_OFFER, OfferState.OPEN, OfferState.VOID),
        (transitions.REFUSE_OFFER, OfferState.ACCEPTED, OfferState.VOID),
    ],
)
async def test_each_ending_of_an_offer_is_allowed_from_one_state_alone(
    memory_session: AsyncSession,
    ending: Transition[OfferState],
    source: OfferState,
    target: OfferState,
    before: OfferState,
) -> None:
    offer = Offer(
        complaint_id=1,
        policy_version="1",
        rule_id="",
        reasons=[],
        state=before,
        created_at=NOW,
    )
    memory_session.add(offer)
    await memory_session.flush()
    assert await transitions.end_offer(memory_session, offer.id, ending) is (before is source)
    await memory_session.refresh(offer)
    assert offer.state is (target if before is source else before)
