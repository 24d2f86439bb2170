"""Several processes that accept at once: an offer pays once, and no budget is passed."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from bot.models import (
    Budget,
    Compensation,
    CompensationState,
    LedgerEntry,
    Offer,
    OfferState,
    Period,
)
from tests.integration.harness import ANA, AppHarness
from tests.integration.ledger.test_audit import findings
from tests.integration.race_helpers import START_WITHIN, accept

Race = Callable[..., list[str]]


@pytest.fixture
def processes(database_url: str) -> int:
    # On SQLite one process serves; a second may be the command line.
    return 2 if database_url.startswith("sqlite") else 4


@pytest.fixture
def race(pool: ProcessPoolExecutor, database_url: str, processes: int, tmp_path: Path) -> Race:
    """Share these compensations out to the processes, and let all accept at the same moment."""

    def run(
        ids: list[int], budget: int | None = None, of_the_category: int | None = None
    ) -> list[str]:
        shares = [ids[place::processes] for place in range(processes)]
        started = [
            pool.submit(
                accept,
                database_url,
                str(tmp_path),
                share,
                START_WITHIN,
                budget,
                of_the_category,
            )
            for share in shares
        ]
        return [outcome for one in started for outcome in one.result()]

    return run


async def test_an_offer_accepted_fifty_times_at_once_pays_once(
    app: AppHarness, race: Race, processes: int
) -> None:
    chat = await app.chat()
    await chat.send("damaged", f"El pedido 10482 llegó roto. {ANA}")
    offered = [one.id for one in await app.rows(Compensation)]
    times = 50 if processes == 4 else 12
    outcomes = race((offered * times)[:times], None)
    (entry,) = await app.rows(LedgerEntry)
    (taken,) = await app.rows(
        Compensation, Compensation.state.in_((CompensationState.ACCEPTED, CompensationState.ISSUED))
    )
    assert entry.compensation_id == taken.id
    assert set(outcomes) == {"done", "taken_before"}
    assert len(outcomes) == times
    assert [one.state for one in await app.rows(Offer)] == [OfferState.ACCEPTED]
    assert not await findings(app)


async def late_vouchers(app: AppHarness, number: int) -> list[Compensation]:
    """So many customers whose order came late, each with a voucher on the table."""
    offered = []
    for place in range(number):
        chat = await app.chat()
        await app.import_order(f"{30000 + place}", f"rosa{place}@example.com")
        await chat.send(
            "late_delivery", f"El pedido {30000 + place} llegó tarde, rosa{place}@example.com"
        )
        case = await chat.case()
        (voucher,) = await app.rows(
            Compensation, Compensation.complaint_id == case.id, Compensation.kind == "voucher"
        )
        offered.append(voucher)
    return offered


async def test_no_race_passes_the_days_budget(app: AppHarness, race: Race, processes: int) -> None:
    offers, allowed = (50, 20) if processes == 4 else (8, 3)
    chosen = await late_vouchers(app, offers)
    cost = chosen[0].budget_minor
    assert {one.budget_minor for one in chosen} == {cost}
    assert cost > 0
    outcomes = race([one.id for one in chosen], cost * allowed + cost // 2)
    assert outcomes.count("done") == allowed
    assert outcomes.count("budget_spent") == offers - allowed
    assert await app.count(LedgerEntry) == allowed
    spent = {one.period: one.spent_minor for one in await app.rows(Budget)}
    assert spent == dict.fromkeys(Period, cost * allowed)
    assert not await findings(app)


async def test_no_race_passes_what_one_customer_may_have(
    app: AppHarness, race: Race, processes: int
) -> None:
    offers = 6
    chosen = []
    for place in range(offers):
        number = f"{30000 + place}"
        chat = await app.chat()
        await app.import_order(number, "rosa@example.com")
        await chat.send("damaged", f"El pedido {number} llegó roto, rosa@example.com")
        case = await chat.case()
        offered = await app.rows(Compensation, Compensation.complaint_id == case.id)
        chosen.append(offered[0].id)
    outcomes = race(chosen, None)
    assert sorted(set(outcomes)) == ["done", "limit_passed"]
    assert outcomes.count("done") == 2  # the demo policy's limit
    assert await app.count(LedgerEntry) == 2


async def test_no_race_passes_what_everybody_together_may_have(
    app: AppHarness, race: Race, processes: int
) -> None:
    offers = 12 if processes == 4 else 6
    chosen = [one.id for one in await late_vouchers(app, offers)]
    outcomes = race(chosen, None, 3)
    assert outcomes.count("done") == 3
    assert outcomes.count("limit_passed") == offers - 3
    assert await app.count(LedgerEntry) == 3
