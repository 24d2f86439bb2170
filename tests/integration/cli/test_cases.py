"""The commands `queue`, `promises` and `policy explain`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.config.settings import ROOT, Settings
from bot.conversation import message_states
from bot.conversation.outbound import outbox
from bot.database.session import Database
from bot.models import LedgerState
from tests.integration.harness import ConversationHarness


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """SQLite only: other tests run the same queries on both databases."""
    file = tmp_path / "regalo.db"
    file.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{file}"


def regalo(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", *arguments],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": settings.database_url,
            "VAR_DIR": str(settings.var_dir),
            "COLUMNS": "200",
        },
        capture_output=True,
        text=True,
        check=False,
    )


async def test_queue_lists_each_waiting_case_with_its_reason(
    chat: ConversationHarness, settings: Settings
) -> None:
    await chat.send("wants_human", "quiero una persona")
    case = await chat.case()
    lines = regalo(settings, "queue").stdout.splitlines()
    (line,) = [line for line in lines if case.reference in line]
    assert "wants_human" in line


async def test_kept_promise_reaches_customer_and_ledger_once(
    chat: ConversationHarness, settings: Settings, db: Database
) -> None:
    await chat.send("damaged", "llegó rota la licuadora, pedido 10482, ana.ruiz@example.com")
    await chat.press("Uno nuevo")
    case = await chat.case()
    assert case.reference in regalo(settings, "promises", "list").stdout

    done = regalo(settings, "promises", "kept", case.reference.lower().replace("-", " "))
    assert done.returncode == 0, done.stderr
    again = regalo(settings, "promises", "kept", case.reference)
    assert again.returncode == 1
    assert case.reference in again.stderr

    assert [entry.state for entry in await chat.ledger()] == [
        LedgerState.ACCEPTED,
        LedgerState.ISSUED,
    ]
    assert not await chat.promises()
    async with db.write() as session:
        waiting = await outbox.find_pending_web(session)
        (message,) = await message_states.show(session, waiting)
        assert await message_states.show(session, waiting) == []
    assert case.reference in message.text


def test_mistyped_reference_is_refused_in_one_sentence(settings: Settings) -> None:
    refused = regalo(settings, "promises", "kept", "Q-0000-0001")
    assert refused.returncode == 1
    assert len(refused.stderr.strip().splitlines()) == 1


async def test_explanation_of_an_offer_is_printed(
    chat: ConversationHarness, settings: Settings
) -> None:
    await chat.send("late_delivery", "el pedido 10482 llegó tarde, ana.ruiz@example.com")
    case = await chat.case()
    printed = regalo(settings, "policy", "explain", case.reference)
    assert printed.returncode == 0, printed.stderr
    for words in (
        "rule      late: Demora corriente",
        "facts     late_delivery, severity medium",
        "earlier failures 0",
        "voucher: Bono de compra, COP 25,000, costs COP 15,000, worth COP 22,500, weighs COP",
        "first     it weighs most",
        "left      COP 299,880 for this order",
        "left      COP 600,000 for this customer",
    ):
        assert words in printed.stdout, printed.stdout


async def test_case_without_a_decision_is_reported(
    chat: ConversationHarness, settings: Settings
) -> None:
    await chat.send("wants_human", "quiero una persona")
    case = await chat.case()
    printed = regalo(settings, "policy", "explain", case.reference)
    assert printed.returncode == 1
    assert "nothing was decided" in printed.stderr
