"""The shadow policy: it decides by the same facts, gives nothing, and its errors stay inside."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import clock
from bot.config.settings import ROOT, Settings
from bot.context.company_context import load_company_context
from bot.models import Compensation, DecisionMode, DecisionRecord, LedgerEntry, Offer
from bot.policy.decision import CaseFacts, Decision
from bot.policy.loader import POLICY_FILE, SHADOW_POLICY_FILE
from bot.policy.model import Policy
from bot.simulation import shadow
from bot.simulation.shadow import Agreement
from tests.integration.harness import AppHarness, ConversationHarness
from tests.integration.history_helpers import DAMAGED, play_past_cases


def use_shadow(app: AppHarness, policy: Policy) -> None:
    app.context.in_force.shadow = policy


def with_human_for(policy: Policy, category: str) -> Policy:
    """Return the policy, changed to leave that category to a human."""
    rules = tuple(
        rule.model_copy(update={"offer": (), "entitlement": None, "person": True})
        if category in rule.when.category
        else rule
        for rule in policy.rules
    )
    return replace(policy, rules=rules, version="beside")


async def measure(app: AppHarness) -> Agreement:
    async with app.db.read() as session:
        return await shadow.measure_agreement(session, clock.now() - timedelta(days=90))


async def test_shadow_decision_is_recorded_and_not_shown_to_customer(app: AppHarness) -> None:
    chat = await app.chat()
    use_shadow(app, with_human_for(app.context.policy, "damaged"))
    await chat.send("damaged", DAMAGED)
    live, beside = await app.rows(DecisionRecord)
    assert (live.mode, live.outcome) == (DecisionMode.LIVE, "offer")
    assert (beside.mode, beside.outcome, beside.reason) == (
        DecisionMode.SHADOW,
        "person",
        "rule_says_person",
    )
    assert (beside.policy_version, beside.offer_id) == ("beside", None)
    assert live.facts == beside.facts
    assert len(await app.rows(Offer)) == 1
    assert len(chat.choices) == 4  # three remedies, or none of them
    assert not await chat.handoffs()


async def test_shadow_offer_gives_nothing(app: AppHarness) -> None:
    policy = app.context.policy
    use_shadow(app, replace(policy, version="beside"))
    app.use_policy(with_human_for(policy, "damaged"))
    chat = await app.chat()
    await chat.send("damaged", DAMAGED)
    assert [record.outcome for record in await app.rows(DecisionRecord)] == ["person", "offer"]
    assert not await app.count(Offer)
    assert not await app.count(Compensation)
    assert not await app.count(LedgerEntry)


@pytest.mark.parametrize("where", ["decide", "decision.record"])
async def test_failing_shadow_does_not_affect_customer(
    chat: ConversationHarness, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    app = chat.app
    use_shadow(app, replace(app.context.policy, version="beside"))

    def breaks(policy: Policy, facts: CaseFacts) -> Decision:
        raise RuntimeError("a rule that nobody tried")

    def writes_nonsense(policy: Policy, facts: CaseFacts) -> Decision:
        return Decision("nonsense", "beside")  # type: ignore[arg-type]  # the database refuses it

    monkeypatch.setattr(shadow, "decide", breaks if where == "decide" else writes_nonsense)
    await chat.send("damaged", DAMAGED)
    assert [record.mode for record in await app.rows(DecisionRecord)] == [DecisionMode.LIVE]
    assert len(chat.choices) == 4
    await chat.press(1)
    assert [remedy.kind for remedy in await chat.accepted_remedies()] == ["refund"]


async def test_agreement_counts_and_names_differing_cases(app: AppHarness) -> None:
    use_shadow(app, with_human_for(app.context.policy, "damaged"))
    scene = await play_past_cases(app)
    report = (await measure(app)).as_dict()
    assert (report["cases"], report["equal"], report["only_live_offers"]) == (2, 1, 1)
    assert (report["share_equal"], report["shadow_policy"]) == (0.5, "beside")
    assert report["by_category"]["late_delivery"]["equal"] == 1
    assert report["cost_difference_minor"] == -24_990_000
    (example,) = report["differing"]
    assert example["reference"] == (await scene.ana.case()).reference
    assert example["live"].startswith("refund, ")
    assert example["shadow"] == "a person (rule_says_person)"


async def test_decisions_of_earlier_shadow_version_are_not_compared(app: AppHarness) -> None:
    policy = app.context.policy
    use_shadow(app, replace(policy, version="first"))
    await (await app.chat()).send("damaged", DAMAGED)
    use_shadow(app, replace(policy, version="second"))
    late = "Mi pedido 10494 está atrasado. yolanda.cardenas@example.com"
    await (await app.chat()).send("late_delivery", late)
    result = await measure(app)
    assert (result.version, result.cases, result.not_comparable) == ("second", 1, 1)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_invalid_shadow_file_does_not_prevent_start(
    app: AppHarness, settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "company"
    shutil.copytree(ROOT / "data" / "company", folder)
    mine = settings.model_copy(update={"company_dir": folder})
    shutil.copy(folder / POLICY_FILE, folder / SHADOW_POLICY_FILE)
    assert load_company_context(mine).shadow == app.context.policy
    (folder / SHADOW_POLICY_FILE).write_text("version: 1\n", encoding="utf-8")
    assert load_company_context(mine).shadow is None
