"""Simulating another policy on past cases: totals, differences, and the command."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from os import environ
from pathlib import Path

import pytest
from sqlalchemy import delete

from bot import clock
from bot.config.settings import ROOT, Settings
from bot.models import DecisionRecord
from bot.policy.loader import POLICY_FILE
from bot.policy.model import Policy
from bot.simulation import case_reader
from bot.simulation.simulation import Simulation
from tests.integration.harness import AppHarness, ConversationHarness, SystemClock
from tests.integration.history_helpers import play_past_cases

POLICY = ROOT / "data" / "company" / POLICY_FILE


async def simulate(app: AppHarness, new: Policy) -> Simulation:
    context = app.context
    simulation = Simulation(context.policy, new, context.company.tz)
    async with app.db.read() as session:
        async for case in case_reader.read_cases(session, clock.now() - timedelta(days=90)):
            simulation.add(case)
    return simulation


async def test_same_policy_changes_nothing(app: AppHarness) -> None:
    await play_past_cases(app)
    simulation = await simulate(app, app.context.policy)
    report = simulation.as_dict()
    assert report["cases"] == 2
    assert report["against"]["present"]["same"] == report["against"]["really"]["same"] == 2
    assert report["present"] == report["new"] == report["really"]
    # Ana chose the refund of $249.900; Yolanda chose nothing, and is assumed to choose nothing.
    assert report["new"]["cost_minor"] == 24_990_000
    assert report["new"]["share_without_person"] == 1
    assert not report["largest"]


async def test_changed_policy_is_reported_by_cost_category_and_case(app: AppHarness) -> None:
    scene = await play_past_cases(app)
    policy = app.context.policy
    rules = tuple(
        rule.model_copy(update={"offer": (), "entitlement": None, "person": True})
        if "damaged" in rule.when.category
        else rule
        for rule in policy.rules
    )
    report = (await simulate(app, replace(policy, rules=rules))).as_dict()
    assert report["against"]["present"] == {
        "more": 0,
        "less": 0,
        "same": 1,
        "now_offered": 0,
        "now_person": 1,
    }
    assert report["by_category"]["damaged"]["now_person"] == 1
    assert report["by_category"]["damaged"]["cost_difference_minor"] == -24_990_000
    assert (report["new"]["cost_minor"], report["new"]["share_without_person"]) == (0, 0.5)
    (difference,) = report["largest"]
    assert difference["reference"] == (await scene.ana.case()).reference
    assert (difference["was"], difference["becomes"]) == (24_990_000, 0)


async def test_customer_is_assumed_to_choose_what_they_chose(chat: ConversationHarness) -> None:
    await chat.send("damaged", "Pedido 10482, llegó quebrada. ana.ruiz@example.com")
    await chat.press(3)  # credit of $275.000
    report = (await simulate(chat.app, chat.app.context.policy)).as_dict()
    assert report["present"]["cost_minor"] == report["really"]["cost_minor"] == 19_250_000


async def test_days_over_budget_are_counted(app: AppHarness) -> None:
    chat = await app.chat()
    await chat.send("late_delivery", "El pedido 10494 no llega. yolanda.cardenas@example.com")
    await chat.press(1)
    policy = app.context.policy
    small = policy.limits.daily_budget.__class__(100, policy.currency)
    limits = policy.limits.model_copy(update={"daily_budget": small})
    report = (await simulate(app, replace(policy, limits=limits))).as_dict()
    assert report["new"]["dearest_day_minor"] > 100
    assert (report["present"]["days_over_budget"], report["new"]["days_over_budget"]) == (0, 1)


async def test_cases_without_recorded_decision_are_counted(app: AppHarness) -> None:
    scene = await play_past_cases(app)
    case = await scene.ana.case()
    async with app.db.write() as session:
        await session.execute(delete(DecisionRecord).where(DecisionRecord.complaint_id == case.id))
    async with app.db.read() as session:
        counts = await case_reader.count_cases(session, clock.now() - timedelta(days=90))
    assert (counts.cases, counts.decided, counts.undecided) == (2, 1, 1)


async def test_older_cases_are_left_out(app: AppHarness) -> None:
    await play_past_cases(app)
    app.clock.advance(days=30)
    async with app.db.read() as session:
        assert [
            case async for case in case_reader.read_cases(session, clock.now() - timedelta(days=29))
        ] == []
        assert (
            len(
                [
                    case
                    async for case in case_reader.read_cases(
                        session, clock.now() - timedelta(days=31)
                    )
                ]
            )
            == 2
        )


async def test_reading_in_pages_yields_every_case_once(
    app: AppHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_reader, "PAGE", 2)
    for number in range(5):
        await app.import_order(f"9000{number}", f"rosa{number}@example.com")
        chat = await app.chat()
        await chat.send("damaged", f"Pedido 9000{number} llegó roto. rosa{number}@example.com")
    async with app.db.read() as session:
        cases = [
            case async for case in case_reader.read_cases(session, clock.now() - timedelta(days=90))
        ]
    assert len({case.reference for case in cases if case}) == len(cases) == 5


@pytest.fixture
def real_now(clock: SystemClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use the real time for the cases, because the commands run in processes with no test clock."""
    monkeypatch.setattr("bot.clock.now", SystemClock().now)


@pytest.fixture
def regalo(
    settings: Settings,
) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "bot.cli", "policy", *arguments],
            env={
                **environ,
                "DATABASE_URL": settings.database_url,
                "VAR_DIR": str(settings.var_dir),
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


@pytest.mark.usefixtures("real_now")
async def test_command_prints_tables_json_and_picture(
    app: AppHarness,
    regalo: Callable[..., "subprocess.CompletedProcess[str]"],
    tmp_path: Path,
) -> None:
    scene = await play_past_cases(app)
    draft, image = tmp_path / "draft.yml", tmp_path / "draft.svg"
    text = POLICY.read_text(encoding="utf-8")
    rule = "category: damaged, order_value: {to: %s}"
    changed = text.replace(rule % 1500000, rule % 200000)
    assert changed != text
    draft.write_text(changed, encoding="utf-8")
    result = regalo("simulate", str(draft), "--picture", str(image))
    assert result.returncode == 0, result.stderr
    assert "2 complaints replayed." in result.stdout
    assert (await scene.ana.case()).reference in result.stdout
    assert image.read_text(encoding="utf-8").startswith("<svg")
    assert "gets less" in image.read_text(encoding="utf-8")
    result = regalo("simulate", str(draft), "--json")
    report = json.loads(result.stdout)
    assert (report["cases"], report["without_decision"]) == (2, 0)
    assert report["against"]["present"]["now_person"] == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_command_reports_errors_with_exit_code(
    regalo: Callable[..., "subprocess.CompletedProcess[str]"], tmp_path: Path
) -> None:
    result = regalo("simulate", str(POLICY))
    assert (result.returncode, "nothing to replay" in result.stderr) == (1, True)
    result = regalo("simulate", str(POLICY), "--since", "soon")
    assert (result.returncode, "90d, 12w, or a date" in result.stderr) == (2, True)
    result = regalo("simulate", str(POLICY), "--picture", "draft.png")
    assert (result.returncode, "draft.png is no .svg" in result.stderr) == (2, True)
    bad = tmp_path / "bad.yml"
    bad.write_text(POLICY.read_text(encoding="utf-8").replace("kind: voucher", "kind: vucher", 1))
    result = regalo("simulate", str(bad))
    assert result.returncode == 1
    assert f"{bad}:" in result.stderr
    assert "unknown value vucher; allowed: voucher (probably meant)" in result.stderr
    assert "Traceback" not in result.stderr
