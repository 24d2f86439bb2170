"""Warnings about rules that offer goodwill without the legal right beside it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.company.profile import Company, load_company
from bot.config.settings import ROOT
from bot.policy.loader import POLICY_FILE, load_policy
from tests.unit.policy.test_loader import HEAD, RULE, line_of, load

DEMO = ROOT / "data" / "company"
RIGHT = (
    "    entitlement: {kind: KIND, percent: 100, hands: bank, due: {business_days: 5}, "
    "right: warranty, title: {es: Devolver, en: Refund}, detail: {es: Listo., en: Done.}}\n"
)


@pytest.fixture(scope="module")
def company() -> Company:
    return load_company(DEMO)


def rule(when: str, more: str = "") -> str:
    return RULE.replace("{category: late_delivery}", when) + more


def test_demo_policy_has_no_warnings(company: Company) -> None:
    assert load_policy(DEMO / POLICY_FILE, company).warnings == ()


@pytest.mark.parametrize(
    ("when", "message"),
    [
        ("{category: damaged}", "goodwill for damaged without the right beside it"),
        ("{category: [late_delivery, not_delivered]}", "goodwill for not_delivered"),
        ("{category: overcharge, severity: low}", "goodwill for overcharge"),
    ],
)
def test_goodwill_without_right_is_warned_about_on_the_rules_line(
    tmp_path: Path, company: Company, when: str, message: str
) -> None:
    text = HEAD + rule(when)
    (warning,) = load(tmp_path, company, text).warnings
    assert message in warning.what
    assert "Ley 1480 de 2011" in warning.allowed
    assert warning.line == line_of(text, "  - id: late")


@pytest.mark.parametrize(
    "part",
    [
        rule("{category: damaged}", RIGHT.replace("KIND", "refund")),
        rule("{category: damaged}", RIGHT.replace("KIND", "replacement")),
        rule("{category: damaged, identity: any}"),  # a stranger: it is not known what is owed
        rule("{category: rude_treatment}"),  # no law gives anything for it
        rule("{category: damaged}").replace("offer: [bono]", "person: true"),
    ],
)
def test_rule_with_right_or_without_one_due_has_no_warning(
    tmp_path: Path, company: Company, part: str
) -> None:
    assert load(tmp_path, company, HEAD + part).warnings == ()


def test_entitlement_that_does_not_give_the_right_is_warned_about(
    tmp_path: Path, company: Company
) -> None:
    text = HEAD + rule("{category: damaged}", RIGHT.replace("KIND", "voucher"))
    (warning,) = load(tmp_path, company, text).warnings
    assert "a voucher does not give the right warranty" in warning.what
    assert warning.allowed.startswith("replacement, refund (Ley 1480")
    assert warning.line == line_of(text, "    entitlement:")


def test_country_decides_which_rights_apply(tmp_path: Path, company: Company) -> None:
    text = HEAD + rule("{category: unanswered_complaint}")
    peru = company.model_copy(update={"country": "PE"})
    peru.__dict__.pop("law", None)
    assert load(tmp_path, company, text).warnings == ()
    (warning,) = load(tmp_path, peru, text).warnings
    assert "Ley 29571" in warning.allowed


def regalo(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", "policy", *arguments],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "160"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_policy_check_prints_warning_and_exits_with_0(tmp_path: Path) -> None:
    draft = tmp_path / "draft.yml"
    draft.write_text(HEAD + rule("{category: damaged}"), encoding="utf-8")
    result = regalo("check", str(draft))
    assert result.returncode == 0, result.stderr
    line = line_of(draft.read_text(encoding="utf-8"), "  - id: late")
    assert f"{draft}:{line}: warning: rule late: goodwill for damaged" in result.stdout


def test_policy_rights_prints_source_date_and_disclaimer() -> None:
    result = regalo("rights")
    assert result.returncode == 0, result.stderr
    assert "Ley 1480 de 2011, artículo 47" in result.stdout
    assert "CO: looked at on 2026-" in result.stdout
    assert "This is no legal advice." in result.stdout
