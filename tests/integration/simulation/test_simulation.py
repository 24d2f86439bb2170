"""Past cases decided again by another policy: what would change, and what is told apart."""

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
        async for one in case_reader.read(session, clock.now() - timedelta(days=90)):
            simulation.add(one)
    return simulation


async def test_the_same_policy_changes_nothing(app: AppHarness) -> None:
    await play_past_cases(app)
    simulation = await simulate(app, app.context.policy)
    told = simulation.as_dict()
    assert told["cases"] == 2
    assert told["against"]["present"]["same"] == told["against"]["really"]["same"] == 2
    assert told["present"] == told["new"] == told["really"]
    # Ana took her $249.900 back; Yolanda has taken nothing, and would take nothing.
    assert told["new"]["cost_minor"] == 24_990_000
    assert told["new"]["share_without_person"] == 1
    assert not told["largest"]


async def test_another_policy_is_told_with_cost_people_and_cases(app: AppHarness) -> None:
    scene = await play_past_cases(app)
    policy = app.context.policy
    rules = tuple(
        rule.model_copy(update={"offer": (), "entitlement": None, "person": True})
        if "damaged" in rule.when.category
        else rule
        for rule in policy.rules
    )
    told = (await simulate(app, replace(policy, rules=rules))).as_dict()
    assert told["against"]["present"] == {
        "more": 0,
        "less": 0,
        "same": 1,
        "now_offered": 0,
        "now_person": 1,
    }
    assert told["by_category"]["damaged"]["now_person"] == 1
    assert told["by_category"]["damaged"]["cost_difference_minor"] == -24_990_000
    assert (told["new"]["cost_minor"], told["new"]["share_without_person"]) == (0, 0.5)
    (difference,) = told["largest"]
    assert difference["reference"] == (await scene.ana.case()).reference
    assert (difference["was"], difference["becomes"]) == (24_990_000, 0)


async def test_what_the_customer_took_is_what_they_would_take(chat: ConversationHarness) -> None:
    await chat.send("damaged", "Pedido 10482, llegó quebrada. ana.ruiz@example.com")
    await chat.press(3)  # credit of $275.000
    told = (await simulate(chat.app, chat.app.context.policy)).as_dict()
    assert told["present"]["cost_minor"] == told["really"]["cost_minor"] == 19_250_000


async def test_days_over_the_budget_are_counted(app: AppHarness) -> None:
    chat = await app.chat()
    await chat.send("late_delivery", "El pedido 10494 no llega. yolanda.cardenas@example.com")
    await chat.press(1)
    policy = app.context.policy
    small = policy.limits.daily_budget.__class__(100, policy.currency)
    limits = policy.limits.model_copy(update={"daily_budget": small})
    told = (await simulate(app, replace(policy, limits=limits))).as_dict()
    assert told["new"]["dearest_day_minor"] > 100
    assert (told["present"]["days_over_budget"], told["new"]["days_over_budget"]) == (0, 1)


async def test_cases_without_a_decision_are_told_apart(app: AppHarness) -> None:
    scene = await play_past_cases(app)
    case = await scene.ana.case()
    async with app.db.write() as session:
        await session.execute(delete(DecisionRecord).where(DecisionRecord.complaint_id == case.id))
    async with app.db.read() as session:
        found = await case_reader.extent(session, clock.now() - timedelta(days=90))
    assert (found.cases, found.decided, found.undecided) == (2, 1, 1)


async def test_cases_before_the_moment_are_left_out(app: AppHarness) -> None:
    await play_past_cases(app)
    app.clock.advance(days=30)
    async with app.db.read() as session:
        assert [
            one async for one in case_reader.read(session, clock.now() - timedelta(days=29))
        ] == []
        assert (
            len([one async for one in case_reader.read(session, clock.now() - timedelta(days=31))])
            == 2
        )


async def test_pages_tell_every_case_once(app: AppHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_reader, "PAGE", 2)
    for number in range(5):
        await app.import_order(f"9000{number}", f"rosa{number}@example.com")
        chat = await app.chat()
        await chat.send("damaged", f"Pedido 9000{number} llegó roto. rosa{number}@example.com")
    async with app.db.read() as session:
        found = [one async for one in case_reader.read(session, clock.now() - timedelta(days=90))]
    assert len({one.reference for one in found if one}) == len(found) == 5


@pytest.fixture
def now(clock: SystemClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cases that are as old as the commands, which know no other clock, see them."""
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


@pytest.mark.usefixtures("now")
async def test_the_command_prints_tables_json_and_a_picture(
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
    ran = regalo("simulate", str(draft), "--picture", str(image))
    assert ran.returncode == 0, ran.stderr
    assert "2 complaints replayed." in ran.stdout
    assert (await scene.ana.case()).reference in ran.stdout
    assert image.read_text(encoding="utf-8").startswith("<svg")
    assert "gets less" in image.read_text(encoding="utf-8")
    ran = regalo("simulate", str(draft), "--json")
    told = json.loads(ran.stdout)
    assert (told["cases"], told["without_decision"]) == (2, 0)
    assert told["against"]["present"]["now_person"] == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_cannot_be_simulated_is_said_with_an_exit_code(
    regalo: Callable[..., "subprocess.CompletedProcess[str]"], tmp_path: Path
) -> None:
    ran = regalo("simulate", str(POLICY))
    assert (ran.returncode, "nothing to replay" in ran.stderr) == (1, True)
    ran = regalo("simulate", str(POLICY), "--since", "soon")
    assert (ran.returncode, "90d, 12w, or a date" in ran.stderr) == (2, True)
    ran = regalo("simulate", str(POLICY), "--picture", "draft.png")
    assert (ran.returncode, "draft.png is no .svg" in ran.stderr) == (2, True)
    bad = tmp_path / "bad.yml"
    bad.write_text(POLICY.read_text(encoding="utf-8").replace("kind: voucher", "kind: vucher", 1))
    ran = regalo("simulate", str(bad))
    assert ran.returncode == 1
    assert f"{bad}:" in ran.stderr
    assert "unknown value vucher; allowed: voucher (probably meant)" in ran.stderr
    assert "Traceback" not in ran.stderr
