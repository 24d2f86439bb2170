"""The breaker: what looks wrong stops the assistant's spending until a supervisor resumes it."""

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.compensation import spending_breaker
from bot.compensation.agent_remedies import Wanted
from bot.conversation.agents import agent_offers
from bot.models import (
    Fulfilment,
    FulfilmentState,
    LedgerEntry,
    PauseReason,
    ProviderTry,
    SpendingPause,
)
from bot.money import Money
from bot.policy.breaker_spec import BreakerSpec
from tests.integration.harness import ANA, AppHarness, ConversationHarness
from tests.integration.ledger.test_usage import late, person_because


def use_breaker(app: AppHarness, **spec: Any) -> None:
    broken = BreakerSpec.model_validate(spec)
    app.use_policy(replace(app.context.policy, breaker=broken))


async def tries(app: AppHarness, chat: ConversationHarness, *errors: bool) -> None:
    """The provider was asked, and failed or not."""
    (given,) = await chat.accepted_remedies()
    async with app.db.write() as session:
        known = await app.rows(Fulfilment)
        now = app.clock.now()
        if not known:
            asked = Fulfilment(
                compensation_id=given.id,
                provider="shop",
                idempotency_key=uuid.uuid4().hex,
                state=FulfilmentState.PENDING,
                next_at=now,
                give_up_at=now,
                due_at=now,
                created_at=now,
            )
            session.add(asked)
            await session.flush()
            known = [asked]
        for is_error in errors:
            one = ProviderTry(fulfilment_id=known[0].id, at=now, is_error=is_error, outcome="500")
            session.add(one)
            await session.flush()


async def resume(app: AppHarness) -> bool:
    async with app.db.write() as session:
        return await spending_breaker.resume(session, None)


async def test_a_pause_gives_nothing_and_brings_an_apology_a_reference_and_a_person_with_a_date(
    app: AppHarness,
) -> None:
    open_offer = await late(app, "30001", "rosa1@example.com")
    async with app.db.write() as session:
        await spending_breaker.pause(session, PauseReason.BY_HAND, {})
    new = await late(app, "30002", "rosa2@example.com")
    await open_offer.press("Bono de compra")
    for chat in (new, open_offer):
        assert chat.answered_with("person_because_paused")
        assert chat.answered_with("person_nobody")
        assert (await chat.case()).reference in chat.all_text
        assert [one.what for one in await chat.promises()] == ["answer"]
        assert await person_because(chat) == ["paused"]
    assert new.ever_answered_with("apology_late_delivery")
    assert not await app.count(LedgerEntry)
    assert await resume(app)
    assert not await resume(app)
    third = await late(app, "30003", "rosa3@example.com")
    await third.press("Bono de compra")
    assert await third.accepted_remedies()


async def test_what_people_give_is_not_paused(app: AppHarness) -> None:
    async with app.db.write() as session:
        await spending_breaker.pause(session, PauseReason.BY_HAND, {})
    chat = await late(app, "30001", "rosa1@example.com")
    laura = await app.agent()
    await chat.assign_to(laura)
    wanted = Wanted("small_voucher", 1_000_000)
    await chat.perform(agent_offers.give, laura, wanted=wanted, request_id=str(uuid.uuid4()))
    assert [one.kind for one in await chat.accepted_remedies()] == ["voucher"]


async def test_a_burst_stops_at_its_number_and_a_resumed_one_counts_anew(
    app: AppHarness,
) -> None:
    use_breaker(app, burst={"remedies": 2, "minutes": 10})
    chats = [await late(app, f"3000{place}", f"rosa{place}@example.com") for place in range(5)]
    with capture_logs() as logs:
        for chat in chats[:3]:
            await chat.press("Bono de compra")
    assert await app.count(LedgerEntry) == 2
    assert await person_because(chats[2]) == ["paused"]
    (pause,) = await app.rows(SpendingPause)
    assert (pause.is_open, pause.reason, pause.detail["remedies"]) == (True, PauseReason.BURST, 2)
    assert [one["reason"] for one in logs if one["event"] == "spending_paused"] == ["burst"]
    assert await resume(app)
    for chat in chats[3:]:
        await chat.press("Bono de compra")
    assert await app.count(LedgerEntry) == 4


async def test_slow_remedies_are_no_burst(app: AppHarness) -> None:
    use_breaker(app, burst={"remedies": 2, "minutes": 10})
    for place in range(4):
        chat = await late(app, f"3000{place}", f"rosa{place}@example.com")
        await chat.press("Bono de compra")
        app.clock.advance(minutes=6)
    assert await app.count(LedgerEntry) == 4


async def test_errors_in_a_row_stop_it_and_one_success_between_them_does_not(
    app: AppHarness,
) -> None:
    use_breaker(app, errors_in_a_row=3)
    chat = await late(app, "30001", "rosa1@example.com")
    await chat.press("Bono de compra")
    await tries(app, chat, True, True, False, True, True)
    assert not await spending_breaker.watch(app.db, app.context)
    await tries(app, chat, True)
    assert await spending_breaker.watch(app.db, app.context)
    (pause,) = await app.rows(SpendingPause)
    assert pause.reason == PauseReason.ERRORS
    app.clock.advance(minutes=1)
    await resume(app)
    assert not await spending_breaker.watch(app.db, app.context)
    app.clock.advance(minutes=1)
    await tries(app, chat, True, True)
    assert not await spending_breaker.watch(app.db, app.context)
    await tries(app, chat, True)
    assert await spending_breaker.watch(app.db, app.context)


async def test_an_hour_far_above_what_is_usual_at_that_hour_stops_it(
    app: AppHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spending_breaker, "KNOWN_DAYS", 3)
    first = await late(app, "30001", "rosa1@example.com")
    await first.press("Bono de compra")
    (given,) = await first.accepted_remedies()
    least = Money(given.value_minor * 2, "COP")
    use_breaker(app, unusual_hour={"times": 2, "at_least": least})
    # The usual of this hour from now on: one voucher a day.
    for day in range(1, 4):
        app.clock.advance(days=1)
        chat = await late(app, f"3001{day}", f"ana{day}@example.com")
        await chat.press("Bono de compra")
    assert not await spending_breaker.watch(app.db, app.context)
    busy = [await late(app, f"3002{place}", f"luis{place}@example.com") for place in range(3)]
    for chat in busy:
        await chat.press("Bono de compra")
    # Three so far in this hour are more than twice the usual one, so the fourth was not given.
    (pause,) = await app.rows(SpendingPause)
    assert pause.reason == PauseReason.UNUSUAL_HOUR
    assert pause.detail["given"] == given.value_minor * 3
    assert pause.detail["usual"] == given.value_minor
    assert await person_because(busy[-1]) == ["paused"]


async def test_a_company_that_has_just_begun_has_no_unusual_hour(app: AppHarness) -> None:
    use_breaker(app, unusual_hour={"times": 2, "at_least": Money(1, "COP")})
    for place in range(2):
        chat = await late(app, f"3000{place}", f"rosa{place}@example.com")
        await chat.press("Bono de compra")
        app.clock.advance(days=1)
    await (await late(app, "30002", "rosa2@example.com")).press("Bono de compra")
    assert not await spending_breaker.watch(app.db, app.context)


async def test_a_busy_hour_that_is_always_busy_is_not_unusual(
    app: AppHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spending_breaker, "KNOWN_DAYS", 1)
    use_breaker(app, unusual_hour={"times": 2, "at_least": Money(1, "COP")})
    number = iter(range(30000, 30100))
    for _ in range(3):
        for _ in range(2):
            place = next(number)
            chat = await late(app, f"{place}", f"rosa{place}@example.com")
            await chat.press("Bono de compra")
        app.clock.advance(days=1)
    assert not await spending_breaker.watch(app.db, app.context)


async def test_the_pause_is_committed_even_where_the_gift_was_not(
    chat: ConversationHarness,
) -> None:
    app = chat.app
    use_breaker(app, burst={"remedies": 1, "minutes": 10})
    await chat.send("late_delivery", f"El pedido 10482 llegó tarde. {ANA}")
    await chat.press("Bono de compra")
    app.clock.advance(seconds=timedelta(minutes=1).total_seconds())
    assert await spending_breaker.watch(app.db, app.context)
    assert await spending_breaker.watch(app.db, app.context)
    assert await app.count(SpendingPause) == 1
