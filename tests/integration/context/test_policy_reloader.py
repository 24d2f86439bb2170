"""A changed policy file is taken up while a process runs; a wrong one changes nothing."""

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
def company(tmp_path: Path) -> Path:
    """The demo company's folder, to be changed."""
    folder = tmp_path / "company"
    shutil.copytree(ROOT / "data" / "company", folder)
    return folder


@pytest.fixture
def there(tmp_path: Path, company: Path) -> Settings:
    """Settings with that folder; no database is needed to look at files."""
    return load_settings(
        database_url=f"sqlite:///{tmp_path / 'none.db'}", var_dir=tmp_path, company_dir=company
    )


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    beside = file.with_suffix(".new")
    beside.write_text(text.replace(old, new), encoding="utf-8")
    beside.replace(file)


def shadow_of(context: CompanyContext) -> Policy | None:
    """Read anew at each call, which mypy does not expect of an attribute."""
    return context.shadow


async def look(reloader: PolicyReloader) -> None:
    """Twice: a file is taken up once it stands still."""
    await reloader.look()
    await reloader.look()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_good_is_taken_bad_is_kept_out_and_good_again_is_taken(
    app: AppHarness, company: Path, there: Settings
) -> None:
    reloader = PolicyReloader(there, app.context)
    await look(reloader)
    first = app.context.policy
    change(company / POLICY_FILE, RULE % 1500000, RULE % 200000)
    await look(reloader)
    second = app.context.policy
    assert second.version != first.version
    chat = await app.chat()
    await chat.send("damaged", DAMAGED)
    assert [one.reason for one in await chat.handoffs()] == [HandoffReason.NO_RULE]

    change(company / POLICY_FILE, "kind: voucher", "kind: vucher")
    await look(reloader)
    assert app.context.policy is second
    assert POLICY_BAD.labels(POLICY_FILE)._value.get() == 1

    change(company / POLICY_FILE, "kind: vucher", "kind: voucher")
    change(company / POLICY_FILE, RULE % 200000, RULE % 1500000)
    await look(reloader)
    assert app.context.policy.version == first.version
    assert POLICY_BAD.labels(POLICY_FILE)._value.get() == 0
    other = await app.chat()
    await app.import_order("90001", "rosa@example.com")
    await other.send("damaged", "El pedido 90001 llegó roto. rosa@example.com")
    assert not await other.handoffs()


async def test_a_file_that_is_still_being_written_is_not_read(
    context: CompanyContext, company: Path, there: Settings
) -> None:
    before = context.policy
    reloader = PolicyReloader(there, context)
    for budget in ("5000000", "6000000"):
        change(company / POLICY_FILE, f"daily_budget: {budget}", f"daily_budget: 1{budget}")
        change(company / POLICY_FILE, f"daily_budget: 1{budget}", "daily_budget: 6000000")
        await reloader.look()
    assert context.policy is before
    await reloader.look()
    assert context.policy.version != before.version


async def test_a_shadow_comes_and_goes_and_a_wrong_one_is_kept_out(
    context: CompanyContext, company: Path, there: Settings
) -> None:
    policy = context.policy
    reloader = PolicyReloader(there, context)
    await look(reloader)
    assert shadow_of(context) is None
    shutil.copy(company / POLICY_FILE, company / SHADOW_POLICY_FILE)
    await look(reloader)
    shadow = context.shadow
    assert shadow == policy
    (company / SHADOW_POLICY_FILE).write_text("version: [", encoding="utf-8")
    await look(reloader)
    assert context.shadow is shadow
    (company / SHADOW_POLICY_FILE).unlink()
    await look(reloader)
    assert shadow_of(context) is None
    assert context.policy is policy


async def test_a_deleted_policy_file_leaves_the_policy_in_force(
    context: CompanyContext, company: Path, there: Settings
) -> None:
    before = context.policy
    reloader = PolicyReloader(there, context)
    (company / POLICY_FILE).unlink()
    await look(reloader)
    assert context.policy is before


async def test_every_holder_sees_a_new_policy_and_a_pinned_turn_keeps_its_own(
    context: CompanyContext, company: Path, there: Settings
) -> None:
    before = context.policy
    another_holder = replace(context, causes={})
    turn = context.pinned()
    change(company / POLICY_FILE, RULE % 1500000, RULE % 200000)
    await look(PolicyReloader(there, context))
    assert another_holder.policy is context.policy is not before
    assert turn.policy is before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_running_edge_takes_a_good_one_and_says_what_is_wrong_with_a_bad_one(
    settings: Settings, company: Path
) -> None:
    engine = FakeEngineServer()
    try:
        edge = EdgeProcess(settings, engine, COMPANY_DIR=str(company))
        try:
            change(company / POLICY_FILE, RULE % 1500000, RULE % 200000)
            _until(lambda: _counted(edge, "taken") == 1)
            change(company / POLICY_FILE, "kind: voucher", "kind: vucher")
            _until(lambda: _counted(edge, "refused") == 1)
            log = edge.log.read_text(encoding="utf-8")
            assert f"{company / POLICY_FILE}:" in log
            assert "allowed: voucher (probably meant)" in log
            assert httpx.get(f"{edge.url}/", trust_env=False).is_success
            change(company / POLICY_FILE, "kind: vucher", "kind: voucher")
            change(company / POLICY_FILE, RULE % 200000, RULE % 1500000)
            _until(lambda: _counted(edge, "taken") == 2)
        finally:
            edge.stop()
    finally:
        engine.close()


def _counted(edge: EdgeProcess, outcome: str) -> float:
    told = httpx.get(f"{edge.url}/metrics", trust_env=False).text
    name = f'regalo_policy_loads_total{{file="{POLICY_FILE}",outcome="{outcome}"}} '
    lines = [line for line in told.splitlines() if line.startswith(name)]
    return float(lines[0].removeprefix(name)) if lines else 0.0


def _until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.2)
