"""The ledger's entries: append-only, once for each key, and exported in the agreed columns."""

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


async def export(app: AppHarness) -> str:
    out = io.StringIO()
    async with app.db.read() as session:
        await csv_export.write_csv(session, out)
    return out.getvalue()


async def test_empty_ledger_exports_only_the_header(app: AppHarness) -> None:
    assert await export(app) == f"{COLUMNS}\n"


async def test_export_has_every_column_of_every_remedy(app: AppHarness) -> None:
    first, second = await app.chat(), await app.chat()
    await first.send("damaged", f"El pedido 10482 llegó roto. {ANA}")
    await first.press("Saldo")
    await second.send("rude_treatment", "Me gritaron")
    await second.press("gerencia")
    rows = list(csv.DictReader(io.StringIO(await export(app))))
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
async def test_database_refuses_to_change_or_delete_entries(
    chat: ConversationHarness, change: str
) -> None:
    await chat.send("rude_treatment", "Me gritaron")
    await chat.press(1)
    with pytest.raises(DBAPIError, match="append-only"):
        async with chat.app.db.write() as session:
            await session.execute(text(change))
    assert len(await chat.ledger()) == 1


async def test_reused_key_returns_the_first_entry_or_raises_on_other_inputs(
    chat: ConversationHarness,
) -> None:
    await chat.send("rude_treatment", "Me gritaron")
    await chat.press(1)
    (remedy,) = await chat.accepted_remedies()
    (first,) = await chat.app.rows(LedgerEntry)
    again = transfers.Transfer(
        LedgerEvent.RESERVE, Account.COMPANY, Account.RESERVED, 0, 0, first.budget_day
    )
    key, arguments = first.idempotency_key, {"originator": "bot", "reason": "again"}
    async with chat.app.db.write() as session:
        same = await entries.record(session, remedy, again, key=key, **arguments)
        assert same.id == first.id
        with pytest.raises(entries.KeyReused):
            await entries.record(
                session, remedy, replace(again, amount_minor=1), key=key, **arguments
            )
    assert await chat.app.count(LedgerEntry) == 1


async def test_database_refuses_to_overdraw_an_account(
    chat: ConversationHarness,
) -> None:
    await chat.send("damaged", f"El pedido 10482 llegó roto. {ANA}")
    await chat.press("Saldo")
    (remedy,) = await chat.accepted_remedies()
    arguments = {"originator": "bot", "reason": "spent"}
    spend = transfers.transfer(LedgerEvent.REDEEM, remedy.amount_minor)
    async with chat.app.db.write() as session:
        await entries.record(session, remedy, spend, key="shop-1", **arguments)
    with pytest.raises(DBAPIError, match="does not hold"):
        async with chat.app.db.write() as session:
            await entries.record(
                session, remedy, replace(spend, amount_minor=1), key="2", **arguments
            )
    async with chat.app.db.read() as session:
        balances = await entries.read_balances(session, remedy.id)
    assert balances == {
        Account.COMPANY: -remedy.amount_minor,
        Account.RESERVED: 0,
        Account.OUTSTANDING: 0,
        Account.SETTLED: remedy.amount_minor,
    }


async def test_command_prints_the_export(chat: ConversationHarness, settings: Settings) -> None:
    await chat.send("rude_treatment", "Me gritaron")
    await chat.press(2)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.cli", "ledger", "export"),
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": settings.database_url, "VAR_DIR": str(settings.var_dir)},
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0
    assert printed.decode() == await export(chat.app)
