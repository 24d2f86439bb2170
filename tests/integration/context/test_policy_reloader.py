"""A changed policy file is taken up while a process runs; a wrong one changes nothing."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from bot.config.settings import ROOT, Settings, load_settings
from bot.context.company_context import POLICY, SHADOW, Desk
from bot.context.policy_reloader import PolicyWatch
from bot.metrics import POLICY_BAD
from tests.integration.edge_process import Edge, Engine
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


async def look(watch: PolicyWatch) -> None:
    """Twice: a file is taken up once it stands still."""
    await watch.look()
    await watch.look()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_good_is_taken_bad_is_kept_out_and_good_again_is_taken(
    app: AppHarness, company: Path, there: Settings
) -> None:
    watch = PolicyWatch(there, app.desk, app.use)
    await look(watch)
    first = app.desk.policy
    change(company / POLICY, RULE % 1500000, RULE % 200000)
    await look(watch)
    second = app.desk.policy
    assert second.version != first.version
    chat = await app.chat()
    await chat.customer("damaged", DAMAGED)
    assert [one.reason for one in await chat.handoffs()] == ["no_rule"]

    change(company / POLICY, "kind: voucher", "kind: vucher")
    await look(watch)
    assert app.desk.policy is second
    assert POLICY_BAD.labels(POLICY)._value.get() == 1

    change(company / POLICY, "kind: vucher", "kind: voucher")
    change(company / POLICY, RULE % 200000, RULE % 1500000)
    await look(watch)
    assert app.desk.policy.version == first.version
    assert POLICY_BAD.labels(POLICY)._value.get() == 0
    other = await app.chat()
    await app.order("90001", "rosa@example.com")
    await other.customer("damaged", "El pedido 90001 llegó roto. rosa@example.com")
    assert not await other.handoffs()


async def test_a_file_that_is_still_being_written_is_left_alone(
    desk: Desk, company: Path, there: Settings
) -> None:
    taken: list[Desk] = []
    watch = PolicyWatch(there, desk, taken.append)
    for budget in ("5000000", "6000000"):
        change(company / POLICY, f"daily_budget: {budget}", f"daily_budget: 1{budget}")
        change(company / POLICY, f"daily_budget: 1{budget}", "daily_budget: 6000000")
        await watch.look()
    assert taken == []
    await watch.look()
    assert len(taken) == 1


async def test_a_shadow_comes_and_goes_and_a_wrong_one_is_kept_out(
    desk: Desk, company: Path, there: Settings
) -> None:
    taken: list[Desk] = []
    watch = PolicyWatch(there, desk, taken.append)
    await look(watch)
    assert taken == []
    shutil.copy(company / POLICY, company / SHADOW)
    await look(watch)
    assert taken[-1].shadow == desk.policy
    (company / SHADOW).write_text("version: [", encoding="utf-8")
    await look(watch)
    assert len(taken) == 1
    (company / SHADOW).unlink()
    await look(watch)
    assert [one.shadow for one in taken] == [desk.policy, None]
    assert taken[-1].policy is desk.policy


async def test_a_policy_that_is_gone_stays_in_force(
    desk: Desk, company: Path, there: Settings
) -> None:
    taken: list[Desk] = []
    watch = PolicyWatch(there, desk, taken.append)
    (company / POLICY).unlink()
    await look(watch)
    assert taken == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_running_edge_takes_a_good_one_and_says_what_is_wrong_with_a_bad_one(
    settings: Settings, company: Path
) -> None:
    engine = Engine()
    try:
        edge = Edge(settings, engine, COMPANY_DIR=str(company))
        try:
            change(company / POLICY, RULE % 1500000, RULE % 200000)
            _until(lambda: _counted(edge, "taken") == 1)
            change(company / POLICY, "kind: voucher", "kind: vucher")
            _until(lambda: _counted(edge, "refused") == 1)
            log = edge.log.read_text(encoding="utf-8")
            assert f"{company / POLICY}:" in log
            assert "allowed: voucher (probably meant)" in log
            assert httpx.get(f"{edge.url}/", trust_env=False).is_success
            change(company / POLICY, "kind: vucher", "kind: voucher")
            change(company / POLICY, RULE % 200000, RULE % 1500000)
            _until(lambda: _counted(edge, "taken") == 2)
        finally:
            edge.stop()
    finally:
        engine.close()


def _counted(edge: Edge, outcome: str) -> float:
    told = httpx.get(f"{edge.url}/metrics", trust_env=False).text
    name = f'regalo_policy_loads_total{{file="{POLICY}",outcome="{outcome}"}} '
    lines = [line for line in told.splitlines() if line.startswith(name)]
    return float(lines[0].removeprefix(name)) if lines else 0.0


def _until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.2)
