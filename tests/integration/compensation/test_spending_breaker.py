"""The spending breaker: what trips it, and what a pause does and does not stop."""

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.compensation import spending_breaker
from bot.compensation.agent_remedies import RemedyRequest
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
from tests.integration.ledger.test_usage import complain_of_delay, handoff_reasons


def use_breaker(app: AppHarness, **spec: Any) -> None:
    breaker = BreakerSpec.model_validate(spec)
    app.use_policy(replace(app.context.policy, breaker=breaker))


async def record_tries(app: AppHarness, chat: ConversationHarness, *errors: bool) -> None:
    """Store one try with the provider for each flag; True is an error."""
    (remedy,) = await chat.accepted_remedies()
    async with app.db.write() as session:
        fulfilments = await app.rows(Fulfilment)
        now = app.clock.now()
        if not fulfilments:
            fulfilment = Fulfilment(
                compensation_id=remedy.id,
                provider="shop",
                idempotency_key=uuid.uuid4().hex,
                state=FulfilmentState.PENDING,
                next_at=now,
                give_up_at=now,
                due_at=now,
                created_at=now,
            )
            session.add(fulfilment)
            await session.flush()
            fulfilments = [fulfilment]
        for is_error in errors:
            provider_try = ProviderTry(
                fulfilment_id=fulfilments[0].id, at=now, is_error=is_error, outcome="500"
            )
            session.add(provider_try)
            await session.flush()


async def resume(app: AppHarness) -> bool:
    async with app.db.write() as session:
        return await spending_breaker.resume(session, None)


async def test_paused_spending_gives_apology_reference_and_human_with_date(
    app: AppHarness,
) -> None:
    open_offer = await complain_of_delay(app, "30001", "rosa1@example.com")
    async with app.db.write() as session:
        await spending_breaker.pause(session, PauseReason.BY_HAND, {})
    new = await complain_of_delay(app, "30002", "rosa2@example.com")
    await open_offer.press("Bono de compra")
    for chat in (new, open_offer):
        assert chat.answered_with("person_because_paused")
        assert chat.answered_with("person_nobody")
        assert (await chat.case()).reference in chat.all_text
        assert [promise.what for promise in await chat.promises()] == ["answer"]
        assert await handoff_reasons(chat) == ["paused"]
    assert new.ever_answered_with("apology_late_delivery")
    assert not await app.count(LedgerEntry)
    assert await resume(app)
    assert not await resume(app)
    third = await complain_of_delay(app, "30003", "rosa3@example.com")
    await third.press("Bono de compra")
    assert await third.accepted_remedies()


async def test_agents_may_give_while_spending_is_paused(app: AppHarness) -> None:
    async with app.db.write() as session:
        await spending_breaker.pause(session, PauseReason.BY_HAND, {})
    chat = await complain_of_delay(app, "30001", "rosa1@example.com")
    laura = await app.agent()
    await chat.assign_to(laura)
    wanted = RemedyRequest("small_voucher", 1_000_000)
    await chat.perform(
        agent_offers.give, laura, remedy_request=wanted, request_id=str(uuid.uuid4())
    )
    assert [remedy.kind for remedy in await chat.accepted_remedies()] == ["voucher"]


async def test_burst_trips_at_its_number_and_counts_anew_after_resume(
    app: AppHarness,
) -> None:
    use_breaker(app, burst={"remedies": 2, "minutes": 10})
    chats = [
        await complain_of_delay(app, f"3000{number}", f"rosa{number}@example.com")
        for number in range(5)
    ]
    with capture_logs() as logs:
        for chat in chats[:3]:
            await chat.press("Bono de compra")
    assert await app.count(LedgerEntry) == 2
    assert await handoff_reasons(chats[2]) == ["paused"]
    (pause,) = await app.rows(SpendingPause)
    assert (pause.is_open, pause.reason, pause.detail["remedies"]) == (True, PauseReason.BURST, 2)
    assert [entry["reason"] for entry in logs if entry["event"] == "spending_paused"] == ["burst"]
    assert await resume(app)
    for chat in chats[3:]:
        await chat.press("Bono de compra")
    assert await app.count(LedgerEntry) == 4


async def test_slow_remedies_do_not_trip(app: AppHarness) -> None:
    use_breaker(app, burst={"remedies": 2, "minutes": 10})
    for number in range(4):
        chat = await complain_of_delay(app, f"3000{number}", f"rosa{number}@example.com")
        await chat.press("Bono de compra")
        app.clock.advance(minutes=6)
    assert await app.count(LedgerEntry) == 4


async def test_errors_in_a_row_trip_unless_interrupted_by_success(
    app: AppHarness,
) -> None:
    use_breaker(app, errors_in_a_row=3)
    chat = await complain_of_delay(app, "30001", "rosa1@example.com")
    await chat.press("Bono de compra")
    await record_tries(app, chat, True, True, False, True, True)
    assert not await spending_breaker.watch(app.db, app.context)
    await record_tries(app, chat, True)
    assert await spending_breaker.watch(app.db, app.context)
    (pause,) = await app.rows(SpendingPause)
    assert pause.reason == PauseReason.ERRORS
    app.clock.advance(minutes=1)
    await resume(app)
    assert not await spending_breaker.watch(app.db, app.context)
    app.clock.advance(minutes=1)
    await record_tries(app, chat, True, True)
    assert not await spending_breaker.watch(app.db, app.context)
    await record_tries(app, chat, True)
    assert await spending_breaker.watch(app.db, app.context)


async def test_unusual_hour_trips(app: AppHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spending_breaker, "MIN_DAYS", 3)
    first = await complain_of_delay(app, "30001", "rosa1@example.com")
    await first.press("Bono de compra")
    (remedy,) = await first.accepted_remedies()
    threshold = Money(remedy.value_minor * 2, "COP")
    use_breaker(app, unusual_hour={"times": 2, "at_least": threshold})
    # From now on one voucher a day is usual in this hour.
    for day in range(1, 4):
        app.clock.advance(days=1)
        chat = await complain_of_delay(app, f"3001{day}", f"ana{day}@example.com")
        await chat.press("Bono de compra")
    assert not await spending_breaker.watch(app.db, app.context)
    busy = [
        await complain_of_delay(app, f"3002{number}", f"luis{number}@example.com")
        for number in range(3)
    ]
    for chat in busy:
        await chat.press("Bono de compra")
    # The day's first voucher and two more pass twice the usual value: the fourth is not given.
    (pause,) = await app.rows(SpendingPause)
    assert pause.reason == PauseReason.UNUSUAL_HOUR
    assert pause.detail["given"] == remedy.value_minor * 3
    assert pause.detail["usual"] == remedy.value_minor
    assert await handoff_reasons(busy[-1]) == ["paused"]


async def test_hour_is_never_unusual_with_too_little_history(app: AppHarness) -> None:
    use_breaker(app, unusual_hour={"times": 2, "at_least": Money(1, "COP")})
    for number in range(2):
        chat = await complain_of_delay(app, f"3000{number}", f"rosa{number}@example.com")
        await chat.press("Bono de compra")
        app.clock.advance(days=1)
    await (await complain_of_delay(app, "30002", "rosa2@example.com")).press("Bono de compra")
    assert not await spending_breaker.watch(app.db, app.context)


async def test_usually_busy_hour_does_not_trip(
    app: AppHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spending_breaker, "MIN_DAYS", 1)
    use_breaker(app, unusual_hour={"times": 2, "at_least": Money(1, "COP")})
    numbers = iter(range(30000, 30100))
    for _ in range(3):
        for _ in range(2):
            number = next(numbers)
            chat = await complain_of_delay(app, f"{number}", f"rosa{number}@example.com")
            await chat.press("Bono de compra")
        app.clock.advance(days=1)
    assert not await spending_breaker.watch(app.db, app.context)


async def test_pause_is_committed_by_watch(
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
