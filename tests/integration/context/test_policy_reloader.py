"""Reloading changed policy files in a running process; an invalid file changes nothing."""

import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from bot.config.settings import ROOT, Settings, load_settings
from bot.context.company_context import CompanyContext
from bot.context.policy_reloader import PolicyReloader
from bot.metrics import POLICY_BAD
from bot.models import HandoffReason
from bot.policy.loader import POLICY_FILE, SHADOW_POLICY_FILE
from bot.policy.model import Policy
from tests.integration.edge_process import EdgeProcess, FakeEngineServer
from tests.integration.harness import AppHarness
from tests.integration.history_helpers import DAMAGED

RULE = "category: damaged, order_value: {to: %s}"


@pytest.fixture
def company_dir(tmp_path: Path) -> Path:
    """Return a copy of the demo company's folder."""
    folder = tmp_path / "company"
    shutil.copytree(ROOT / "data" / "company", folder)
    return folder


@pytest.fixture
def folder_settings(tmp_path: Path, company_dir: Path) -> Settings:
    """Return settings with that folder; the tests of files need no database."""
    return load_settings(
        database_url=f"sqlite:///{tmp_path / 'none.db'}", var_dir=tmp_path, company_dir=company_dir
    )


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    beside = file.with_suffix(".new")
    beside.write_text(text.replace(old, new), encoding="utf-8")
    beside.replace(file)


def shadow_of(context: CompanyContext) -> Policy | None:
    """Return the shadow; a call, because mypy narrows an attribute after an assertion."""
    return context.shadow


async def check_files_twice(reloader: PolicyReloader) -> None:
    """Check twice: a file is loaded once it has stayed the same for one interval."""
    await reloader.check_files()
    await reloader.check_files()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_valid_file_is_loaded_and_invalid_file_is_refused(
    app: AppHarness, company_dir: Path, folder_settings: Settings
) -> None:
    reloader = PolicyReloader(folder_settings, app.context)
    await check_files_twice(reloader)
    first = app.context.policy
    change(company_dir / POLICY_FILE, RULE % 1500000, RULE % 200000)
    await check_files_twice(reloader)
    second = app.context.policy
    assert second.version != first.version
    chat = await app.chat()
    await chat.send("damaged", DAMAGED)
    assert [handoff.reason for handoff in await chat.handoffs()] == [HandoffReason.NO_RULE]

    change(company_dir / POLICY_FILE, "kind: voucher", "kind: vucher")
    await check_files_twice(reloader)
    assert app.context.policy is second
    assert POLICY_BAD.labels(POLICY_FILE)._value.get() == 1

    change(company_dir / POLICY_FILE, "kind: vucher", "kind: voucher")
    change(company_dir / POLICY_FILE, RULE % 200000, RULE % 1500000)
    await check_files_twice(reloader)
    assert app.context.policy.version == first.version
    assert POLICY_BAD.labels(POLICY_FILE)._value.get() == 0
    other = await app.chat()
    await app.import_order("90001", "rosa@example.com")
    await other.send("damaged", "El pedido 90001 llegó roto. rosa@example.com")
    assert not await other.handoffs()


async def test_file_that_is_still_changing_is_not_read(
    context: CompanyContext, company_dir: Path, folder_settings: Settings
) -> None:
    before = context.policy
    reloader = PolicyReloader(folder_settings, context)
    for budget in ("5000000", "6000000"):
        change(company_dir / POLICY_FILE, f"daily_budget: {budget}", f"daily_budget: 1{budget}")
        change(company_dir / POLICY_FILE, f"daily_budget: 1{budget}", "daily_budget: 6000000")
        await reloader.check_files()
    assert context.policy is before
    await reloader.check_files()
    assert context.policy.version != before.version


async def test_shadow_is_added_and_removed_and_invalid_shadow_is_refused(
    context: CompanyContext, company_dir: Path, folder_settings: Settings
) -> None:
    policy = context.policy
    reloader = PolicyReloader(folder_settings, context)
    await check_files_twice(reloader)
    assert shadow_of(context) is None
    shutil.copy(company_dir / POLICY_FILE, company_dir / SHADOW_POLICY_FILE)
    await check_files_twice(reloader)
    shadow = context.shadow
    assert shadow == policy
    (company_dir / SHADOW_POLICY_FILE).write_text("version: [", encoding="utf-8")
    await check_files_twice(reloader)
    assert context.shadow is shadow
    (company_dir / SHADOW_POLICY_FILE).unlink()
    await check_files_twice(reloader)
    assert shadow_of(context) is None
    assert context.policy is policy


async def test_deleted_policy_file_leaves_policy_in_force(
    context: CompanyContext, company_dir: Path, folder_settings: Settings
) -> None:
    before = context.policy
    reloader = PolicyReloader(folder_settings, context)
    (company_dir / POLICY_FILE).unlink()
    await check_files_twice(reloader)
    assert context.policy is before


async def test_all_holders_see_new_policy_and_pinned_turn_keeps_its_own(
    context: CompanyContext, company_dir: Path, folder_settings: Settings
) -> None:
    before = context.policy
    another_holder = replace(context, causes={})
    turn = context.pinned()
    change(company_dir / POLICY_FILE, RULE % 1500000, RULE % 200000)
    await check_files_twice(PolicyReloader(folder_settings, context))
    assert another_holder.policy is context.policy is not before
    assert turn.policy is before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_running_edge_loads_valid_file_and_logs_problems_of_invalid_one(
    settings: Settings, company_dir: Path
) -> None:
    engine = FakeEngineServer()
    try:
        edge = EdgeProcess(settings, engine, COMPANY_DIR=str(company_dir))
        try:
            change(company_dir / POLICY_FILE, RULE % 1500000, RULE % 200000)
            _until(lambda: _count_loads(edge, "taken") == 1)
            change(company_dir / POLICY_FILE, "kind: voucher", "kind: vucher")
            _until(lambda: _count_loads(edge, "refused") == 1)
            log = edge.log.read_text(encoding="utf-8")
            assert f"{company_dir / POLICY_FILE}:" in log
            assert "allowed: voucher (probably meant)" in log
            assert httpx.get(f"{edge.url}/", trust_env=False).is_success
            change(company_dir / POLICY_FILE, "kind: vucher", "kind: voucher")
            change(company_dir / POLICY_FILE, RULE % 200000, RULE % 1500000)
            _until(lambda: _count_loads(edge, "taken") == 2)
        finally:
            edge.stop()
    finally:
        engine.close()


def _count_loads(edge: EdgeProcess, outcome: str) -> float:
    metrics = httpx.get(f"{edge.url}/metrics", trust_env=False).text
    name = f'regalo_policy_loads_total{{file="{POLICY_FILE}",outcome="{outcome}"}} '
    lines = [line for line in metrics.splitlines() if line.startswith(name)]
    return float(lines[0].removeprefix(name)) if lines else 0.0


def _until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.2)
