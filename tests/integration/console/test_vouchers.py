"""Vouchers in the console: looking a code up, and redeeming it once through the ledger."""

import asyncio
import shutil
import sqlite3
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from bot.config.settings import Settings
from bot.context.company_context import load_company_context
from bot.database.session import open_database
from tests.integration.conftest import settings_for
from tests.integration.console_client import DAMAGED, ConsoleClient, add_supervisor
from tests.integration.edge_process import EdgeProcess, run_edge
from tests.integration.harness import AppHarness, SystemClock


@pytest.fixture(scope="module")
def settings(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("vouchers")
    shutil.copy(sqlite_template, folder / "regalo.db")
    made = settings_for(f"sqlite:///{folder / 'regalo.db'}", folder)
    add_supervisor(made)
    return made


@pytest.fixture(scope="module")
def code(settings: Settings) -> str:
    """Ana's credit of 275,000 pesos."""

    async def give() -> str:
        db = open_database(settings)
        app = AppHarness(db, load_company_context(settings), SystemClock(), settings.var_dir)
        chat = await app.chat()
        await chat.send("damaged", DAMAGED)
        await chat.press("Saldo")
        (credit,) = await chat.accepted_remedies()
        await db.close()
        assert credit.code is not None
        return credit.code

    return asyncio.run(give())


@pytest.fixture(scope="module")
def edge(settings: Settings, code: str) -> Iterator[EdgeProcess]:
    yield from run_edge(settings)


@pytest.fixture
async def laura(edge: EdgeProcess) -> AsyncIterator[ConsoleClient]:
    marta = await ConsoleClient(edge).sign_in()
    laura = await marta.add_agent(f"Laura {uuid.uuid4().hex[:6]}")
    yield laura
    await laura.close()
    await marta.close()


async def test_code_is_found_in_any_spelling_and_checking_redeems_nothing(
    laura: ConsoleClient, code: str
) -> None:
    for typed in (code, code.lower().replace("-", " "), code.replace("-", "")):
        checked = await laura.post("/vouchers/check", {"code": typed})
        assert (checked["code"], checked["title"]) == (code, "Saldo con 10 % más")
        assert checked["left"] == checked["amount"]


async def test_partial_redemption_leaves_the_rest_and_repeats_count_once(
    laura: ConsoleClient, settings: Settings, code: str
) -> None:
    press = {"code": code, "id": str(uuid.uuid4()), "amount_minor": 5_000_000}
    first = await laura.post("/vouchers/redeem", press)
    assert (await laura.post("/vouchers/redeem", press))["left"] == first["left"]
    other = press | {"amount_minor": 1_000_000}
    assert (await laura.post("/vouchers/redeem", other, status=409))["error"]
    too_much = press | {"id": str(uuid.uuid4()), "amount_minor": 27_500_000}
    refused = await laura.post("/vouchers/redeem", too_much, status=422)
    assert refused["error"] == "voucher_more_than_left"
    file = make_url(settings.database_url).database
    assert file is not None
    with closing(sqlite3.connect(file)) as db:
        taken = db.execute(
            "SELECT amount_minor, originator FROM ledger_entries WHERE event = 'redeem'"
        ).fetchall()
    assert [amount for amount, _ in taken] == [5_000_000]
    assert taken[0][1] == f"agent:{laura.email}"


async def test_wrong_code_is_not_found_and_guessing_is_limited(
    laura: ConsoleClient,
) -> None:
    for _ in range(40):
        answer = await laura.request("POST", "/api/vouchers/check", {"code": "AAAA-BBBB-CCCC"})
        if answer.status_code == 429:
            return
        assert answer.status_code == 404
    pytest.fail("forty guesses were all answered")
