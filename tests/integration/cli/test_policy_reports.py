"""`regalo policy equity`, `shadow` and `explain`: what they print about past cases."""

import asyncio
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bot.config.settings import Settings
from tests.command_runner import RunCommand, command_runner
from tests.integration.harness import AppHarness
from tests.integration.history_helpers import play_past_cases


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


@pytest.mark.parametrize("report", ["equity", "shadow"])
def test_report_without_past_cases_is_an_error(regalo: RunCommand, report: str) -> None:
    result = regalo("policy", report)
    assert (result.code, result.out) == (1, "")
    assert "decided" in result.err


async def test_equity_counts_each_case_by_channel_language_and_category(
    app: AppHarness, regalo: RunCommand
) -> None:
    await play_past_cases(app)
    printed = await asyncio.to_thread(regalo, "policy", "equity")
    assert printed.code == 0, printed.err
    assert "2 complaints: the same facts always got the same answer." in printed.out
    for group in ("by channel", "web", "by language", "by category", "late_delivery", "damaged"):
        assert group in printed.out
    exported = await asyncio.to_thread(regalo, "policy", "equity", "--json")
    assert json.loads(exported.out)["currency"] == "COP"


async def test_shadow_report_shows_where_the_two_policies_differ(
    app: AppHarness, regalo: RunCommand
) -> None:
    policy = app.context.policy
    without_damaged = tuple(rule for rule in policy.rules if "damaged" not in rule.when.category)
    app.context.in_force.shadow = replace(policy, version="beside", rules=without_damaged)
    past = await play_past_cases(app)
    printed = await asyncio.to_thread(regalo, "policy", "shadow")
    assert printed.code == 0, printed.err
    assert "Shadow policy beside: 2 complaints decided by both." in printed.out
    assert (await past.ana.case()).reference in printed.out
    exported = await asyncio.to_thread(regalo, "policy", "shadow", "--json")
    assert json.loads(exported.out)["cases"] == 2


async def test_explain_names_the_rule_of_a_case(app: AppHarness, regalo: RunCommand) -> None:
    past = await play_past_cases(app)
    case = await past.ana.case()
    printed = await asyncio.to_thread(regalo, "policy", "explain", case.reference)
    assert printed.code == 0, printed.err
    assert "offered, by policy" in printed.out
    assert "damaged" in printed.out


def test_explain_of_an_unknown_case_is_an_error(regalo: RunCommand) -> None:
    result = regalo("policy", "explain", "Q-2222-2222")
    assert result.code == 1
    assert result.err.startswith("regalo: ")
