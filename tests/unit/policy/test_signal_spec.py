"""The policy file's block `signals`: its values, and mistakes reported by line."""

from pathlib import Path

import pytest

from bot.company.profile import Company, load_company
from bot.money import Money
from bot.policy.loader import POLICY_FILE, PolicyError, load_policy
from bot.policy.model import Policy
from tests.unit.policy.test_loader import HEAD, RULE

pytestmark = pytest.mark.unit
DEMO = Path(__file__).parents[3] / "data" / "company"


@pytest.fixture(scope="module")
def company() -> Company:
    return load_company(DEMO)


def load(folder: Path, company: Company, signals: str) -> Policy:
    path = folder / POLICY_FILE
    path.write_text(HEAD + RULE + signals, encoding="utf-8")
    return load_policy(path, company)


def test_policy_without_signals_weighs_nothing(tmp_path: Path, company: Company) -> None:
    policy = load(tmp_path, company, "")
    assert policy.signals.total_weight(["claims", "photo"]) == 0


def test_signals_are_read_from_file(tmp_path: Path, company: Company) -> None:
    text = "signals: {claims: {from: 4, days: 90}, photo: {days: 9, weight: 3}, alone_up_to: 5}"
    signals = load(tmp_path, company, text).signals
    assert signals.total_weight(["claims", "photo", "signed"]) == 4
    assert (signals.longest_days, signals.to_person_from) == (90, 2)
    assert signals.alone_up_to == Money(500, "COP")


@pytest.mark.parametrize(
    ("block", "line", "what"),
    [
        ("signals:\n  claim: {from: 4, days: 90}\n", 2, "claim"),
        ("signals:\n  claims: {days: 90}\n", 2, "from"),
        ("signals:\n  claims:\n    from: 4\n    days: 0\n", 4, "days"),
        ("signals:\n  claims: {from: four, days: 9}\n", 2, "from"),
        ("signals:\n  signed: {weight: 0}\n", 2, "weight"),
        ("signals:\n  photo: {days: 9}\n  alone_up_to: -1\n", 3, "below zero"),
        ("signals:\n  photo: {days: 9}\n  to_person_from: 2\n", 3, "all signals weigh together"),
        ("signals:\n  order_age: 120\n", 2, "order_age"),
    ],
)
def test_mistake_is_reported_with_its_line(
    tmp_path: Path, company: Company, block: str, line: int, what: str
) -> None:
    with pytest.raises(PolicyError) as error:
        load(tmp_path, company, block)
    first = (HEAD + RULE).count("\n")
    (problem,) = error.value.problems
    assert problem.line == first + line
    assert what in problem.what
    assert problem.allowed
