"""What people and outside checks rely on: help, headers, and errors that name what is wrong."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.config.settings import ROOT, Settings
from tests.command_runner import RunCommand, command_runner

ORDER_HEADER = (
    "order_number,customer_name,email,phone,total,currency,placed_at,promised_at,delivered_at,"
    "status,items"
)
LEDGER_HEADER = (
    "entry_id,created_at,complaint_reference,order_number,compensation_id,kind,state,amount_minor,"
    "currency,idempotency_key,originator,reason"
)
HELP = {
    "run": "Examples:",
    "train": "Examples:",
    "chat": "--url",
    "understand": "Examples:",
    "orders": "import",
    "orders import": "Examples:",
    "policy": "check",
    "policy check": "Examples:",
    "ledger": "export",
    "ledger export": "Examples:",
}


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """SQLite only: other tests run the same queries on both databases."""
    shutil.copy(sqlite_template, tmp_path / "regalo.db")
    return f"sqlite:///{tmp_path / 'regalo.db'}"


@pytest.fixture
def regalo(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> RunCommand:
    database = {"DATABASE_URL": settings.database_url, "VAR_DIR": str(settings.var_dir)}
    return command_runner(monkeypatch, capsys, **database)


@pytest.fixture
def orders(database_url: str) -> Iterator[sqlite3.Connection]:
    """The database, to count its orders."""
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as connection:
        yield connection


def count_orders(orders: sqlite3.Connection) -> int:
    return int(orders.execute("SELECT count(*) FROM orders").fetchone()[0])


@pytest.mark.parametrize("command", HELP)
def test_help_shows_what_a_command_is_used_for(regalo: RunCommand, command: str) -> None:
    shown = regalo(*command.split(), "--help")

    assert (shown.code, shown.err) == (0, "")
    assert HELP[command] in shown.out


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("order_number,customer_name\n1,Ana\n", "header"),
        (
            f"{ORDER_HEADER}\n77002,Ana,ana@example.com,,dos mil,COP,2026-11-02,,,placed,Té x1\n",
            ":2",
        ),
        (f"{ORDER_HEADER}\n77002,Ana,ana@example.com,,2000,COP,ayer,,,placed,Té x1\n", "ayer"),
        ("", "header"),
    ],
    ids=["another header", "no amount", "no date", "nothing"],
)
def test_orders_with_a_mistake_change_nothing(
    regalo: RunCommand, orders: sqlite3.Connection, tmp_path: Path, content: str, named: str
) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(content, encoding="utf-8")
    before = count_orders(orders)

    result = regalo("orders", "import", str(file))

    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("regalo: ")
    assert "orders.csv" in result.err
    assert named in result.err
    assert count_orders(orders) == before


def test_shipped_policy_passes_the_check(regalo: RunCommand) -> None:
    checked = regalo("policy", "check")

    assert checked.code == 0, checked.err
    assert "nothing is wrong" in checked.out


def test_wrong_policy_is_named_by_file_and_line(regalo: RunCommand, tmp_path: Path) -> None:
    text = (ROOT / "data/company/policy.yml").read_text("utf-8")
    draft = tmp_path / "draft.yml"
    draft.write_text(text.replace("max_percent: 120", "max_percent: lots"), encoding="utf-8")
    line = next(
        number for number, words in enumerate(text.splitlines(), 1) if "max_percent: 120" in words
    )

    checked = regalo("policy", "check", str(draft))

    assert checked.code == 1
    assert f"draft.yml:{line}" in checked.err


def test_ledger_export_begins_with_its_header(regalo: RunCommand) -> None:
    exported = regalo("ledger", "export")

    assert exported.code == 0, exported.err
    assert exported.out.splitlines()[0] == LEDGER_HEADER


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("DATABASE_URL", "mysql://localhost/regalo"),
        ("COMPANY_DIR", "/nowhere"),
        ("APOLOGY_AFTER", "90"),
        ("TELEGRAM_MODE", "pigeon"),
    ],
)
def test_run_with_a_wrong_setting_names_it(tmp_path: Path, name: str, value: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "bot.cli", "run"],
        cwd=ROOT,
        env={**os.environ, "VAR_DIR": str(tmp_path), name: value},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert run.returncode == 1
    assert run.stdout == ""
    assert name in run.stderr or value in run.stderr
    assert "Traceback" not in run.stderr
