"""A policy beside the one in force: it decides by the same facts, gives nothing, breaks nothing."""

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


def with_shadow(app: AppHarness, policy: Policy) -> None:
    app.context.in_force.shadow = policy


def all_to_people(policy: Policy, category: str) -> Policy:
    """The policy, but with a person for that category."""
    rules = tuple(
        rule.model_copy(update={"offer": (), "entitlement": None, "person": True})
        if category in rule.when.category
        else rule
        for rule in policy.rules
    )
    return replace(policy, rules=rules, version="beside")


async def agreement(app: AppHarness) -> Agreement:
    async with app.db.read() as session:
        return await shadow.agreement(session, clock.now() - timedelta(days=90))


async def test_the_shadow_is_kept_and_the_customer_sees_nothing_of_it(app: AppHarness) -> None:
    plain = await app.chat()
    with_shadow(app, all_to_people(app.context.policy, "damaged"))
    await plain.send("damaged", DAMAGED)
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
    assert len(plain.choices) == 4  # three remedies, or none of them
    assert not await plain.handoffs()


async def test_a_shadow_that_offers_gives_nothing(app: AppHarness) -> None:
    policy = app.context.policy
    with_shadow(app, replace(policy, version="beside"))
    app.use_policy(all_to_people(policy, "damaged"))
    chat = await app.chat()
    await chat.send("damaged", DAMAGED)
    assert [one.outcome for one in await app.rows(DecisionRecord)] == ["person", "offer"]
    assert not await app.count(Offer)
    assert not await app.count(Compensation)
    assert not await app.count(LedgerEntry)


@pytest.mark.parametrize("where", ["decide", "decision.record"])
async def test_a_shadow_that_breaks_touches_no_customer(
    chat: ConversationHarness, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    app = chat.app
    with_shadow(app, replace(app.context.policy, version="beside"))

    def breaks(policy: Policy, facts: CaseFacts) -> Decision:
        raise RuntimeError("a rule that nobody tried")

    def writes_nonsense(policy: Policy, facts: CaseFacts) -> Decision:
        return Decision("nonsense", "beside")  # type: ignore[arg-type]  # the database refuses it

    monkeypatch.setattr(shadow, "decide", breaks if where == "decide" else writes_nonsense)
    await chat.send("damaged", DAMAGED)
    assert [one.mode for one in await app.rows(DecisionRecord)] == [DecisionMode.LIVE]
    assert len(chat.choices) == 4
    await chat.press(1)
    assert [one.kind for one in await chat.accepted_remedies()] == ["refund"]


async def test_the_agreement_tells_what_differs(app: AppHarness) -> None:
    with_shadow(app, all_to_people(app.context.policy, "damaged"))
    scene = await play_past_cases(app)
    told = (await agreement(app)).as_dict()
    assert (told["cases"], told["equal"], told["only_live_offers"]) == (2, 1, 1)
    assert (told["share_equal"], told["shadow_policy"]) == (0.5, "beside")
    assert told["by_category"]["late_delivery"]["equal"] == 1
    assert told["cost_difference_minor"] == -24_990_000
    (one,) = told["differing"]
    assert one["reference"] == (await scene.ana.case()).reference
    assert one["live"].startswith("refund, ")
    assert one["shadow"] == "a person (rule_says_person)"


async def test_cases_of_an_earlier_shadow_are_not_compared(app: AppHarness) -> None:
    policy = app.context.policy
    with_shadow(app, replace(policy, version="first"))
    await (await app.chat()).send("damaged", DAMAGED)
    with_shadow(app, replace(policy, version="second"))
    late = "Mi pedido 10494 está atrasado. yolanda.cardenas@example.com"
    await (await app.chat()).send("late_delivery", late)
    found = await agreement(app)
    assert (found.version, found.cases, found.not_comparable) == ("second", 1, 1)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_wrong_shadow_file_stops_nobody_from_starting(
    app: AppHarness, settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "company"
    shutil.copytree(ROOT / "data" / "company", folder)
    mine = settings.model_copy(update={"company_dir": folder})
    shutil.copy(folder / POLICY_FILE, folder / SHADOW_POLICY_FILE)
    assert load_company_context(mine).shadow == app.context.policy
    (folder / SHADOW_POLICY_FILE).write_text("version: 1\n", encoding="utf-8")
    assert load_company_context(mine).shadow is None
