"""The ledger: one line for everything given, in the form that was agreed, never changed."""

import asyncio
import csv
import io
import os
import sys
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.config.settings import ROOT, Settings
from bot.ledger import csv_export, entries, transfers
from bot.models import Account, LedgerEntry, LedgerEvent
from tests.integration.harness import ANA, AppHarness, ConversationHarness

COLUMNS = (
    "entry_id,created_at,complaint_reference,order_number,compensation_id,kind,state,amount_minor,"
    "currency,idempotency_key,originator,reason"
)


async def exported(app: AppHarness) -> str:
    out = io.StringIO()
    async with app.db.read() as session:
        await csv_export.write_csv(session, out)
    return out.getvalue()


async def test_the_export_of_nothing_is_the_header(app: AppHarness) -> None:
    assert await exported(app) == f"{COLUMNS}\n"


async def test_every_remedy_is_one_line_and_tells_all_of_it(app: AppHarness) -> None:
    first, second = await app.chat(), await app.chat()
    await first.send("damaged", f"El pedido 10482 llegó roto. {ANA}")
    await first.press("Saldo")
    await second.send("rude_treatment", "Me gritaron")
    await second.press("gerencia")
    rows = list(csv.DictReader(io.StringIO(await exported(app))))
    assert ",".join(rows[0]) == COLUMNS
    case, (remedy,) = await first.case(), await first.accepted_remedies()
    assert rows[0] == {
        "entry_id": rows[0]["entry_id"],
        "created_at": rows[0]["created_at"],
        "complaint_reference": case.reference,
        "order_number": "10482",
        "compensation_id": str(remedy.id),
        "kind": "store_credit",
        "state": "issued",
        "amount_minor": "27500000",
        "currency": "COP",
        "idempotency_key": f"offer-{remedy.offer_id}:issued",
        "originator": "bot",
        "reason": f"damaged, {case.reference}",
    }
    assert rows[0]["created_at"].endswith("+00:00")
    assert (rows[1]["kind"], rows[1]["state"], rows[1]["order_number"]) == (
        "apology_call_back",
        "accepted",
        "",
    )
    assert (rows[1]["amount_minor"], rows[1]["currency"]) == ("0", "COP")
    assert len(rows) == 2


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_entries SET amount_minor = 0",
        "UPDATE ledger_entries SET reason = reason",
        "DELETE FROM ledger_entries",
    ],
)
async def test_the_database_itself_refuses_to_change_the_ledger(
    chat: ConversationHarness, change: str
) -> None:
    await chat.send("rude_treatment", "Me gritaron")
    await chat.press(1)
    with pytest.raises(DBAPIError, match="append-only"):
        async with chat.app.db.write() as session:
            await session.execute(text(change))
    assert len(await chat.ledger()) == 1


async def test_the_same_key_gives_the_first_line_and_other_inputs_are_an_error(
    chat: ConversationHarness,
) -> None:
    await chat.send("rude_treatment", "Me gritaron")
    await chat.press(1)
    (remedy,) = await chat.accepted_remedies()
    (first,) = await chat.app.rows(LedgerEntry)
    again = transfers.Transfer(
        LedgerEvent.RESERVE, Account.COMPANY, Account.RESERVED, 0, 0, first.budget_day
    )
    key, why = first.idempotency_key, {"originator": "bot", "reason": "again"}
    async with chat.app.db.write() as session:
        same = await entries.record(session, remedy, again, key=key, **why)
        assert same.id == first.id
        with pytest.raises(entries.KeyReused):
            await entries.record(session, remedy, replace(again, amount_minor=1), key=key, **why)
    assert await chat.app.count(LedgerEntry) == 1


async def test_the_database_itself_refuses_to_take_more_than_an_account_holds(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", f"El pedido 10482 llegó roto. {ANA}")
    await chat.press("Saldo")
    (remedy,) = await chat.accepted_remedies()
    why = {"originator": "bot", "reason": "spent"}
    spend = transfers.transfer(LedgerEvent.REDEEM, remedy.amount_minor)
    async with chat.app.db.write() as session:
        await entries.record(session, remedy, spend, key="shop-1", **why)
    with pytest.raises(DBAPIError, match="does not hold"):
        async with chat.app.db.write() as session:
            await entries.record(session, remedy, replace(spend, amount_minor=1), key="2", **why)
    async with chat.app.db.read() as session:
        held = await entries.read_balances(session, remedy.id)
    assert held == {
        Account.COMPANY: -remedy.amount_minor,
        Account.RESERVED: 0,
        Account.OUTSTANDING: 0,
        Account.SETTLED: remedy.amount_minor,
    }


async def test_the_command_prints_the_same(chat: ConversationHarness, settings: Settings) -> None:
    await chat.send("rude_treatment", "Me gritaron")
    await chat.press(2)
    done = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.cli", "ledger", "export"),
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": settings.database_url, "VAR_DIR": str(settings.var_dir)},
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await done.communicate()
    assert done.returncode == 0
    assert printed.decode() == await exported(chat.app)
