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
from bot.models import Fulfilment, LedgerEntry, Pause, ProviderTry
from bot.money import Money
from bot.policy.breaker_spec import BreakerSpec
from tests.integration.stage import ANA, Stage, Theatre
from tests.integration.test_usage import late, person_because


def use_breaker(theatre: Theatre, **spec: Any) -> None:
    broken = BreakerSpec.model_validate(spec)
    theatre.use_policy(replace(theatre.desk.policy, breaker=broken))


async def tries(theatre: Theatre, stage: Stage, *errors: bool) -> None:
    """The provider was asked, and failed or not."""
    (given,) = await stage.taken()
    async with theatre.db.write() as session:
        known = await theatre.all(Fulfilment)
        now = theatre.clock.now()
        if not known:
            asked = Fulfilment(
                compensation_id=given.id,
                provider="shop",
                idempotency_key=uuid.uuid4().hex,
                state="pending",
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


async def resume(theatre: Theatre) -> bool:
    async with theatre.db.write() as session:
        return await spending_breaker.resume(session, None)


async def test_a_pause_gives_nothing_and_brings_an_apology_a_reference_and_a_person_with_a_date(
    theatre: Theatre,
) -> None:
    open_offer = await late(theatre, "30001", "rosa1@example.com")
    async with theatre.db.write() as session:
        await spending_breaker.pause(session, "by_hand", {})
    new = await late(theatre, "30002", "rosa2@example.com")
    await open_offer.press("Bono de compra")
    for stage in (new, open_offer):
        assert stage.told("person_because_paused")
        assert stage.told("person_nobody")
        assert (await stage.case()).reference in stage.everything
        assert [one.what for one in await stage.promises()] == ["answer"]
        assert await person_because(stage) == ["paused"]
    assert new.ever_told("apology_late_delivery")
    assert not await theatre.count(LedgerEntry)
    assert await resume(theatre)
    assert not await resume(theatre)
    third = await late(theatre, "30003", "rosa3@example.com")
    await third.press("Bono de compra")
    assert await third.taken()


async def test_what_people_give_is_not_paused(theatre: Theatre) -> None:
    async with theatre.db.write() as session:
        await spending_breaker.pause(session, "by_hand", {})
    stage = await late(theatre, "30001", "rosa1@example.com")
    laura = await theatre.person()
    await stage.claimed_by(laura)
    wanted = Wanted("small_voucher", 1_000_000)
    await stage.does(agent_offers.give, laura, wanted=wanted, request_id=str(uuid.uuid4()))
    assert [one.kind for one in await stage.taken()] == ["voucher"]


async def test_a_burst_stops_at_its_number_and_a_resumed_one_counts_anew(
    theatre: Theatre,
) -> None:
    use_breaker(theatre, burst={"remedies": 2, "minutes": 10})
    stages = [await late(theatre, f"3000{place}", f"rosa{place}@example.com") for place in range(5)]
    with capture_logs() as logs:
        for stage in stages[:3]:
            await stage.press("Bono de compra")
    assert await theatre.count(LedgerEntry) == 2
    assert await person_because(stages[2]) == ["paused"]
    (pause,) = await theatre.all(Pause)
    assert (pause.is_open, pause.reason, pause.detail["remedies"]) == (True, "burst", 2)
    assert [one["reason"] for one in logs if one["event"] == "spending_paused"] == ["burst"]
    assert await resume(theatre)
    for stage in stages[3:]:
        await stage.press("Bono de compra")
    assert await theatre.count(LedgerEntry) == 4


async def test_slow_remedies_are_no_burst(theatre: Theatre) -> None:
    use_breaker(theatre, burst={"remedies": 2, "minutes": 10})
    for place in range(4):
        stage = await late(theatre, f"3000{place}", f"rosa{place}@example.com")
        await stage.press("Bono de compra")
        theatre.clock.forward(minutes=6)
    assert await theatre.count(LedgerEntry) == 4


async def test_errors_in_a_row_stop_it_and_one_success_between_them_does_not(
    theatre: Theatre,
) -> None:
    use_breaker(theatre, errors_in_a_row=3)
    stage = await late(theatre, "30001", "rosa1@example.com")
    await stage.press("Bono de compra")
    await tries(theatre, stage, True, True, False, True, True)
    assert not await spending_breaker.watch(theatre.db, theatre.desk)
    await tries(theatre, stage, True)
    assert await spending_breaker.watch(theatre.db, theatre.desk)
    (pause,) = await theatre.all(Pause)
    assert pause.reason == "errors"
    theatre.clock.forward(minutes=1)
    await resume(theatre)
    assert not await spending_breaker.watch(theatre.db, theatre.desk)
    theatre.clock.forward(minutes=1)
    await tries(theatre, stage, True, True)
    assert not await spending_breaker.watch(theatre.db, theatre.desk)
    await tries(theatre, stage, True)
    assert await spending_breaker.watch(theatre.db, theatre.desk)


async def test_an_hour_far_above_what_is_usual_at_that_hour_stops_it(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spending_breaker, "KNOWN_DAYS", 3)
    first = await late(theatre, "30001", "rosa1@example.com")
    await first.press("Bono de compra")
    (given,) = await first.taken()
    least = Money(given.value_minor * 2, "COP")
    use_breaker(theatre, unusual_hour={"times": 2, "at_least": least})
    # The usual of this hour from now on: one voucher a day.
    for day in range(1, 4):
        theatre.clock.forward(days=1)
        stage = await late(theatre, f"3001{day}", f"ana{day}@example.com")
        await stage.press("Bono de compra")
    assert not await spending_breaker.watch(theatre.db, theatre.desk)
    busy = [await late(theatre, f"3002{place}", f"luis{place}@example.com") for place in range(3)]
    for stage in busy:
        await stage.press("Bono de compra")
    # Three so far in this hour are more than twice the usual one, so the fourth was not given.
    (pause,) = await theatre.all(Pause)
    assert pause.reason == "unusual_hour"
    assert pause.detail["given"] == given.value_minor * 3
    assert pause.detail["usual"] == given.value_minor
    assert await person_because(busy[-1]) == ["paused"]


async def test_a_company_that_has_just_begun_has_no_unusual_hour(theatre: Theatre) -> None:
    use_breaker(theatre, unusual_hour={"times": 2, "at_least": Money(1, "COP")})
    for place in range(2):
        stage = await late(theatre, f"3000{place}", f"rosa{place}@example.com")
        await stage.press("Bono de compra")
        theatre.clock.forward(days=1)
    await (await late(theatre, "30002", "rosa2@example.com")).press("Bono de compra")
    assert not await spending_breaker.watch(theatre.db, theatre.desk)


async def test_a_busy_hour_that_is_always_busy_is_not_unusual(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spending_breaker, "KNOWN_DAYS", 1)
    use_breaker(theatre, unusual_hour={"times": 2, "at_least": Money(1, "COP")})
    number = iter(range(30000, 30100))
    for _ in range(3):
        for _ in range(2):
            place = next(number)
            stage = await late(theatre, f"{place}", f"rosa{place}@example.com")
            await stage.press("Bono de compra")
        theatre.clock.forward(days=1)
    assert not await spending_breaker.watch(theatre.db, theatre.desk)


async def test_the_pause_is_committed_even_where_the_gift_was_not(stage: Stage) -> None:
    theatre = stage.theatre
    use_breaker(theatre, burst={"remedies": 1, "minutes": 10})
    await stage.customer("late_delivery", f"El pedido 10482 llegó tarde. {ANA}")
    await stage.press("Bono de compra")
    theatre.clock.forward(seconds=timedelta(minutes=1).total_seconds())
    assert await spending_breaker.watch(theatre.db, theatre.desk)
    assert await spending_breaker.watch(theatre.db, theatre.desk)
    assert await theatre.count(Pause) == 1
