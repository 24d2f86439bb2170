"""Several processes accept at once: an offer pays once, and no limit or budget is exceeded."""

from collections.abc import Callable
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
from tests.integration.race_helpers import Racers, accept

Race = Callable[..., list[str]]


@pytest.fixture
def processes(database_url: str) -> int:
    # On SQLite there is one edge; the command line may be a second process.
    return 2 if database_url.startswith("sqlite") else 4


@pytest.fixture
def race(racers: Racers, database_url: str, processes: int, tmp_path: Path) -> Race:
    """Return a function that lets the processes accept these compensations at the same moment."""

    def run(
        ids: list[int], budget: int | None = None, category_limit: int | None = None
    ) -> list[str]:
        place = (database_url, str(tmp_path))
        return racers.run(accept, ids, processes, *place, budget, category_limit)

    return run


async def test_concurrent_acceptances_of_one_offer_pay_once(
    app: AppHarness, race: Race, processes: int
) -> None:
    chat = await app.chat()
    await chat.send("damaged", f"El pedido 10482 llegó roto. {ANA}")
    offered = [compensation.id for compensation in await app.rows(Compensation)]
    times = 50 if processes == 4 else 12
    outcomes = race((offered * times)[:times], None)
    (entry,) = await app.rows(LedgerEntry)
    (accepted,) = await app.rows(
        Compensation, Compensation.state.in_((CompensationState.ACCEPTED, CompensationState.ISSUED))
    )
    assert entry.compensation_id == accepted.id
    assert set(outcomes) == {"done", "taken_before"}
    assert len(outcomes) == times
    assert [offer.state for offer in await app.rows(Offer)] == [OfferState.ACCEPTED]
    assert not await findings(app)


async def offer_vouchers(app: AppHarness, number: int) -> list[Compensation]:
    """Let so many customers complain about a late order; return the voucher offered to each."""
    offered = []
    for index in range(number):
        chat = await app.chat()
        await app.import_order(f"{30000 + index}", f"rosa{index}@example.com")
        await chat.send(
            "late_delivery", f"El pedido {30000 + index} llegó tarde, rosa{index}@example.com"
        )
        case = await chat.case()
        (voucher,) = await app.rows(
            Compensation, Compensation.complaint_id == case.id, Compensation.kind == "voucher"
        )
        offered.append(voucher)
    return offered


async def test_concurrent_acceptances_never_exceed_daily_budget(
    app: AppHarness, race: Race, processes: int
) -> None:
    offers, allowed = (50, 20) if processes == 4 else (8, 3)
    chosen = await offer_vouchers(app, offers)
    cost = chosen[0].budget_minor
    assert {compensation.budget_minor for compensation in chosen} == {cost}
    assert cost > 0
    outcomes = race([compensation.id for compensation in chosen], cost * allowed + cost // 2)
    assert outcomes.count("done") == allowed
    assert outcomes.count("budget_spent") == offers - allowed
    assert await app.count(LedgerEntry) == allowed
    spent = {budget.period: budget.spent_minor for budget in await app.rows(Budget)}
    assert spent == dict.fromkeys(Period, cost * allowed)
    assert not await findings(app)


async def test_concurrent_acceptances_never_exceed_customer_limit(
    app: AppHarness, race: Race, processes: int
) -> None:
    offers = 6
    chosen = []
    for index in range(offers):
        number = f"{30000 + index}"
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


async def test_concurrent_acceptances_never_exceed_category_limit(
    app: AppHarness, race: Race, processes: int
) -> None:
    offers = 12 if processes == 4 else 6
    chosen = [compensation.id for compensation in await offer_vouchers(app, offers)]
    outcomes = race(chosen, None, 3)
    assert outcomes.count("done") == 3
    assert outcomes.count("limit_passed") == offers - 3
    assert await app.count(LedgerEntry) == 3
