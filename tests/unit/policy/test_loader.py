"""Loading the policy file: its values, and mistakes reported by line."""

from decimal import Decimal
from pathlib import Path

import pytest

from bot.category import CATEGORIES
from bot.company.profile import Company, load_company
from bot.money import Money
from bot.policy.loader import POLICY_FILE, PolicyError, load_policy
from bot.policy.model import Policy
from bot.remedy_kind import KINDS

DEMO = Path(__file__).parents[3] / "data" / "company"

HEAD = """\
version: test
currency: COP
limits:
  per_order: {max_remedies: 1, max_percent: 120}
  per_customer: {max_remedies: 2, max_total: 600000, period_days: 90}
  daily_budget: 5000000
remedies:
  bono:
    kind: voucher
    percent: 10
    at_least: 20000
    at_most: 80000
    round_to: 1000
    valid_days: 90
    title: {es: Bono, en: Voucher}
    detail: {es: 'Un bono de {amount}.', en: 'A voucher for {amount}.'}
cases:
"""
RULE = """\
  - id: late
    when: {category: late_delivery}
    why: a delay
    offer: [bono]
"""


@pytest.fixture(scope="module")
def company() -> Company:
    return load_company(DEMO)


def load(folder: Path, company: Company, text: str) -> Policy:
    path = folder / POLICY_FILE
    path.write_text(text, encoding="utf-8")
    return load_policy(path, company)


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_demo_policy_has_rule_for_every_category(company: Company) -> None:
    policy = load_policy(DEMO / POLICY_FILE, company)
    covered = {category for rule in policy.rules for category in rule.when.category}
    assert covered == set(CATEGORIES)
    assert policy.currency == "COP"
    assert policy.limits.daily_budget == Money(500000000, "COP")
    assert policy.limits.per_customer.max_total == Money(60000000, "COP")


def test_demo_policy_gives_no_money_without_proven_identity(company: Company) -> None:
    policy = load_policy(DEMO / POLICY_FILE, company)
    unproven = [rule for rule in policy.rules if rule.when.identity == "any"]
    assert unproven
    for rule in unproven:
        assert rule.entitlement is None
        for part in rule.offer:
            assert not KINDS[part.kind].is_money


def test_minimal_policy_loads(tmp_path: Path, company: Company) -> None:
    policy = load(tmp_path, company, HEAD + RULE)
    assert [rule.id for rule in policy.rules] == ["late"]
    assert policy.rules[0].offer == (policy.remedies["bono"],)
    assert policy.rules[0].when.identity == "proven"


def test_rule_overrides_remedy_for_itself_only(tmp_path: Path, company: Company) -> None:
    rule = RULE.replace("[bono]", "[{use: bono, percent: 15, valid_days: 30}]")
    policy = load(tmp_path, company, HEAD + rule)
    remedy = policy.rules[0].offer[0]
    assert remedy.percent == Decimal(15)
    assert remedy.valid_days == 30
    assert remedy.at_most == policy.remedies["bono"].at_most
    assert policy.remedies["bono"].percent == 10


def test_version_changes_with_content_and_not_with_comments(
    tmp_path: Path, company: Company
) -> None:
    first = load(tmp_path, company, HEAD + RULE).version
    assert first.startswith("test+")
    assert load(tmp_path, company, "# a comment\n" + HEAD + RULE).version == first
    assert load(tmp_path, company, HEAD.replace("80000", "80001") + RULE).version != first
    assert load(tmp_path, company, HEAD.replace("Un bono", "Su bono") + RULE).version != first


def test_version_may_look_like_number_or_date(tmp_path: Path, company: Company) -> None:
    for label in ("2026-11-22", "1.10", "7"):
        policy = load(tmp_path, company, HEAD.replace("test", label) + RULE)
        assert policy.version.startswith(f"{label}+")


def changed(old: str, new: str) -> str:
    text = HEAD + RULE
    assert old in text
    return text.replace(old, new, 1)


OFFER = "    offer: [bono]\n"
REFUND = (
    "{kind: refund, percent: 100, hands: bank, due: {business_days: 5}, right: refund_owed, "
    "title: {es: Devolver, en: Refund}, detail: {es: '{amount}', en: '{amount}'}}"
)


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        (changed("offer:", "ofer:"), "ofer:", "offer (probably meant)"),
        (changed("at_most:", "at_mots:"), "at_mots:", "at_most (probably meant)"),
        (changed("per_order:", "per_orders:"), "per_orders:", "per_order (probably meant)"),
        (changed("late_delivery", "late_delivry"), "    when", "late_delivery (probably meant)"),
        (changed("kind: voucher", "kind: vouchers"), "kind:", "voucher (probably meant)"),
        (changed("{category: late_delivery}", "{category: damaged, severity: huge}"), "    when",
         "unknown value huge; allowed: low, medium, high"),
        (changed("{category: late_delivery}", "{category: damaged, tier: golden}"), "    when",
         "gold (probably meant)"),
        (changed("{category: late_delivery}", "{category: damaged, identity: some}"), "    when",
         "allowed: proven, any"),
        (changed("{category: late_delivery}", "{severity: low}"), "    when", "lacks category"),
        (changed("{category: late_delivery}", "{category: []}"), "    when", "when.category"),
        (changed("{category: late_delivery}",
                 "{category: damaged, order_value: {from: 9, to: 8}}"), "    when", "9 or more"),
        (changed("{category: late_delivery}", "{category: damaged, value_at_risk: 9}"), "    when",
         "value_at_risk"),
        (changed("{category: late_delivery}",
                 "{category: damaged, value_at_risk: {from: 9, to: 8}}"), "    when", "9 or more"),
        (changed("{category: late_delivery}", "{category: damaged, failures: {from: two}}"),
         "    when", "written plainly"),
        (changed("{category: late_delivery}", "{category: damaged, failures: {from: -1}}"),
         "    when", "greater than or equal to 0"),
        (changed("{category: late_delivery}", "{category: damaged, failures: {from: 2, to: 1}}"),
         "    when", "2 or more"),
        (changed("{category: late_delivery}", "{category: damaged, failures: {least: 1}}"),
         "    when", "allowed: from, to"),
        (changed("valid_days: 90", "valid_days: 90\n    appeal: much"), "appeal:",
         "written plainly"),
        (changed("valid_days: 90", "valid_days: 90\n    appeal: -1"), "appeal:",
         "greater than or equal to 0"),
        (changed("valid_days: 90", "valid_days: 90\n    apeal: 90"), "apeal:",
         "appeal (probably meant)"),
        (changed("\nremedies:", "\nweighing: {doubled_at: 0}\nremedies:"), "weighing:",
         "above zero"),
        (changed("\nremedies:", "\nweighing: {}\nremedies:"), "weighing:", "lacks doubled_at"),
        (changed("\nremedies:", "\nweighing: {double_at: 9}\nremedies:"), "weighing:",
         "doubled_at (probably meant)"),
        (changed("\nremedies:", "\nraises: {each_failure: -5}\nremedies:"), "raises:",
         "greater than or equal to 0"),
        (changed("\nremedies:", "\nraises: {each_failures: 5}\nremedies:"), "raises:",
         "each_failure (probably meant)"),
        (changed("\nremedies:", "\nraises: {most_failures: 0}\nremedies:"), "raises:",
         "greater than or equal to 1"),
        (changed("\nremedies:", "\nraises: {within_days: always}\nremedies:"), "raises:",
         "written plainly"),
        (changed("percent: 10", "percent: ten"),
         "    percent:", "a number written plainly"),
        (changed("percent: 10", "percent: -5"), "    percent:", "percent"),
        (changed("percent: 10", "percent: 130"), "    percent:", "at most 120"),
        (changed("at_most: 80000", "at_most: 80.000"), "at_most:", "80000 or 2.5"),
        (changed("at_most: 80000", "at_most: $80000"), "at_most:", "written plainly"),
        (changed("at_most: 80000", "at_most: -1"), "at_most:", "not below zero"),
        (changed("at_most: 80000", "at_most: 0.001"), "at_most:", "more decimals"),
        (changed("at_most: 80000", "at_most: 80000.1234"), "at_most:", "more decimals"),
        (changed("at_most: 80000", "at_most: 10000"), "at_most:", "20000 or more"),
        (changed("round_to: 1000", "round_to: 0"), "round_to:", "above zero"),
        (changed("percent: 10", "value: 25000"), "at_least:", "together with percent"),
        (changed("percent: 10", "percent: 10\n    value: 25000"), "    percent:", "one of the two"),
        (changed("    percent: 10\n    at_least: 20000\n    at_most: 80000\n    round_to: 1000\n",
                 ""), "bono:", "value or percent"),
        (changed("currency: COP\n", ""), "version", "the file lacks currency"),
        (changed("currency: COP", "currency: USD"), "currency", "allowed: COP"),
        (changed("  daily_budget: 5000000\n", ""), "limits:", "lacks daily_budget"),
        (changed("max_remedies: 1", "max_remedies: 0"), "  per_order", "max_remedies"),
        (changed("[bono]", "[bonno]"), OFFER[4:9], "bono (probably meant)"),
        (changed("[bono]", "[bono, bono, bono, bono]"), "    offer:", "at most three"),
        (changed("[bono]", "[]"), "  - id: late", "person: true"),
        (changed(OFFER, OFFER + "    person: true\n"), "    person:", "one of the two"),
        (changed(OFFER, OFFER.replace("[bono]", "[bono, bono, bono]")
                 + f"    entitlement: {REFUND}\n"), "    offer:", "entitlement included"),
        (changed(OFFER, OFFER + f"    entitlement: {REFUND}\n".replace("refund_owed", "refund")),
         "    entitlement:", "refund_owed (probably meant)"),
        (changed(OFFER, OFFER + f"    entitlement: {REFUND}\n".replace("100", "110")),
         "    entitlement:", "at most 100"),
        (changed(OFFER, f"    offer: [{REFUND}]\n".replace(", right: refund_owed", "")
                 .replace("100", "110")), "    offer:", "gives back more than was paid"),
        (changed("valid_days: 90", "valid_days: 90\n    hands: bank"), "bono:", "due: {business_"),
        (changed("valid_days: 90", "valid_days: 90\n    hands: warehose"), "hands:",
         "warehouse (probably meant)"),
        (changed("valid_days: 90", "valid_days: 90\n    due: {business_days: 2}"), "due:",
         "hands: bank"),
        (changed("valid_days: 90", "valid_days: 90\n    settles_right: true"), "settles_right:",
         "an entitlement beside it"),
        (changed("es: Bono,", "es: Un bono de compra grande,"), "title:", "at most 20 characters"),
        (changed("de {amount}.", "de {amuont}."), "detail:", "{amount}, {days}"),
        (changed("de {amount}.", "por {months} meses."), "detail:", "{amount}, {days}"),
        (changed("de {amount}.", "de {amount:d}."), "detail:", "{amount}, {days}"),
        (changed("de {amount}.", "de {}."), "detail:", "{amount}, {days}"),
        (changed("de {amount}.", "de {amount."), "detail:", "a brace without its partner"),
        (changed("es: 'Un bono de {amount}.', ", ""), "detail:", "lacks es"),
        (changed("id: late", "id: Late Delivery"), "  - id", "id"),
        (changed("    why: a delay\n", ""), "  - id", "lacks why"),
    ],
)  # fmt: skip
def test_mistake_is_reported_on_its_line(
    tmp_path: Path, company: Company, text: str, at: str, message: str
) -> None:
    with pytest.raises(PolicyError) as error:
        load(tmp_path, company, text)
    problems = error.value.problems
    assert [p.line for p in problems] == [line_of(text, at)] * len(problems), str(error.value)
    assert message in str(error.value)
    assert str(error.value).startswith(f"{tmp_path / 'policy.yml'}:{problems[0].line}: ")


SECOND_RULE = RULE.replace("id: late", "id: second")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{category: late_delivery}", "{category: late_delivery}"),
        ("{category: late_delivery}", "{category: late_delivery, severity: high}"),
        ("{category: [late_delivery, damaged]}", "{category: damaged}"),
        ("{category: damaged, severity: [low, high]}", "{category: damaged, severity: low}"),
        ("{category: damaged, identity: any}", "{category: damaged, photo: true}"),
        (
            "{category: damaged, order_value: {to: 9}}",
            "{category: damaged, order_value: {from: 2, to: 9}}",
        ),
        ("{category: damaged}", "{category: damaged, order_value: {from: 0}}"),
        ("{category: damaged}", "{category: damaged, failures: {from: 1}}"),
        ("{category: damaged, failures: {from: 0}}", "{category: damaged}"),
        (
            "{category: damaged, value_at_risk: {from: 5}}",
            "{category: damaged, value_at_risk: {from: 6}}",
        ),
        ("{category: damaged, tier: [gold, standard]}", "{category: damaged, tier: gold}"),
        (
            "{category: damaged, desired: refund}",
            "{category: damaged, desired: refund, photo: true}",
        ),
    ],
)
def test_unreachable_rule_is_reported(
    tmp_path: Path, company: Company, first: str, second: str
) -> None:
    text = HEAD + RULE.replace("{category: late_delivery}", first)
    text += SECOND_RULE.replace("{category: late_delivery}", second)
    with pytest.raises(PolicyError, match="rule second can never hold: late above it") as error:
        load(tmp_path, company, text)
    assert error.value.problems[0].line == line_of(text, "  - id: second")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{category: late_delivery, severity: high}", "{category: late_delivery}"),
        ("{category: damaged}", "{category: damaged, identity: any}"),
        ("{category: damaged, photo: true}", "{category: damaged, photo: false}"),
        ("{category: damaged, order_value: {from: 0}}", "{category: damaged}"),
        ("{category: damaged, value_at_risk: {from: 0}}", "{category: damaged}"),
        ("{category: damaged, failures: {from: 1}}", "{category: damaged}"),
        ("{category: damaged, failures: {to: 1}}", "{category: damaged, failures: {from: 1}}"),
        (
            "{category: damaged, order_value: {to: 9}}",
            "{category: damaged, order_value: {from: 9}}",
        ),
        ("{category: damaged, desired: refund}", "{category: damaged}"),
        ("{category: damaged, tier: gold}", "{category: [damaged, defective], tier: gold}"),
    ],
)
def test_narrower_rule_above_broader_one_is_accepted(
    tmp_path: Path, company: Company, first: str, second: str
) -> None:
    text = HEAD + RULE.replace("{category: late_delivery}", first)
    text += SECOND_RULE.replace("{category: late_delivery}", second)
    assert len(load(tmp_path, company, text).rules) == 2


AUTHORITY = "authority:\n  agent: {per_case: 300000, per_day: 900000}\nremedies:\n"


def test_authority_is_read_from_file(tmp_path: Path, company: Company) -> None:
    text = (HEAD + RULE).replace("remedies:\n", AUTHORITY)
    authority = load(tmp_path, company, text).authority
    assert authority.agent is not None
    assert authority.agent.per_case == Money(30000000, "COP")
    assert authority.agent.per_day == Money(90000000, "COP")
    assert authority.supervisor is None


def test_policy_without_authority_gives_no_role_authority(tmp_path: Path, company: Company) -> None:
    authority = load(tmp_path, company, HEAD + RULE).authority
    assert (authority.agent, authority.supervisor) == (None, None)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  agent:", "  manager:", "agent, supervisor"),
        ("per_case: 300000", "per_case: -1", "per_case"),
        ("per_case: 300000", "per_case: much", "per_case"),
        ("per_case: 300000, ", "", "per_case"),
        ("per_day: 900000", "per_week: 900000", "per_day"),
    ],
)
def test_mistake_in_authority_is_reported_on_its_line(
    tmp_path: Path, company: Company, old: str, new: str, message: str
) -> None:
    text = (HEAD + RULE).replace("remedies:\n", AUTHORITY.replace(old, new))
    with pytest.raises(PolicyError, match=message) as error:
        load(tmp_path, company, text)
    assert {p.line for p in error.value.problems} <= {
        line_of(text, "authority:"),
        line_of(text, "authority:") + 1,
    }


LIMITS = """\
  per_household: {max_remedies: 3, period_days: 90}
  per_category: {damaged: {max_remedies: 9, period_days: 30, for: everybody}}
  per_kind: {voucher: {max_total: 90000, period_days: 30}}
  weekly_budget: 20000000
  monthly_budget: 60000000
breaker:
  errors_in_a_row: 5
  burst: {remedies: 40, minutes: 10}
  unusual_hour: {times: 4, at_least: 1000000}
remedies:
"""


def test_limits_and_breaker_are_read_from_file(tmp_path: Path, company: Company) -> None:
    policy = load(tmp_path, company, (HEAD + RULE).replace("remedies:\n", LIMITS))
    limits, breaker = policy.limits, policy.breaker
    assert limits.per_household is not None
    assert limits.per_category is not None
    assert limits.per_category["damaged"].scope == "everybody"
    voucher = limits.cap_for_kind("voucher")
    assert voucher is not None
    assert (voucher.scope, voucher.max_total) == ("customer", Money(9000000, "COP"))
    assert limits.cap_for_kind("gift") is None
    assert [budget and budget.amount_minor for budget in limits.budgets.values()] == [
        500000000,
        2000000000,
        6000000000,
    ]
    assert breaker is not None
    assert breaker.unusual_hour is not None
    assert breaker.unusual_hour.at_least == Money(100000000, "COP")


def test_optional_limits_and_breaker_default_to_none(tmp_path: Path, company: Company) -> None:
    policy = load(tmp_path, company, HEAD + RULE)
    limits = policy.limits
    assert (limits.per_household, limits.per_category, limits.per_kind) == (None, None, None)
    assert (limits.weekly_budget, limits.monthly_budget, policy.breaker) == (None, None, None)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("{max_remedies: 3, period_days: 90}", "{max_remedies: 3}", "period_days"),
        ("{max_remedies: 3, period_days: 90}", "{period_days: 90}", "max_remedies, max_total"),
        ("{max_remedies: 3, period_days: 90}", "{max_remedies: 0, period_days: 9}", "max_remedies"),
        ("{damaged:", "{damged:", "damaged"),
        ("for: everybody", "for: nobody", "customer"),
        ("{voucher: {max", "{coupon: {max", "voucher"),
        ("{voucher: {max_total: 90000", "{gift: {max_total: 90000", "max_remedies"),
        ("weekly_budget: 20000000", "weekly_budget: 4000000", "5000000 or more"),
        ("monthly_budget: 60000000", "monthly_budget: 19000000", "20000000 or more"),
        ("monthly_budget: 60000000", "yearly_budget: 60000000", "monthly_budget"),
        ("errors_in_a_row: 5", "errors_in_a_row: 0", "errors_in_a_row"),
        ("{remedies: 40, minutes: 10}", "{remedies: 40}", "minutes"),
        ("{times: 4, at_least", "{times: 1, at_least", "times"),
        ("errors_in_a_row: 5", "errors: 5", "errors_in_a_row"),
    ],
)
def test_mistake_in_limits_or_breaker_is_reported_with_line_and_allowed_values(
    tmp_path: Path, company: Company, old: str, new: str, message: str
) -> None:
    text = (HEAD + RULE).replace("remedies:\n", LIMITS)
    assert old in text
    text = text.replace(old, new)
    with pytest.raises(PolicyError) as error:
        load(tmp_path, company, text)
    (problem,) = error.value.problems
    assert problem.line == line_of(text, new)
    assert message in f"{problem.what}; {problem.allowed}"


def test_empty_breaker_is_reported(tmp_path: Path, company: Company) -> None:
    text = (HEAD + RULE).replace("remedies:\n", "breaker: {}\nremedies:\n")
    with pytest.raises(PolicyError, match="checks nothing"):
        load(tmp_path, company, text)


def test_two_rules_with_same_id_are_reported(tmp_path: Path, company: Company) -> None:
    text = HEAD + RULE + RULE.replace("late_delivery", "damaged")
    with pytest.raises(PolicyError, match="a second rule late"):
        load(tmp_path, company, text)


def test_mistake_in_remedy_used_twice_is_reported_once(tmp_path: Path, company: Company) -> None:
    text = HEAD.replace("at_most: 80000", "at_most: much") + RULE + SECOND_RULE
    text = text.replace("{category: late_delivery}", "{category: damaged}", 1)
    with pytest.raises(PolicyError) as error:
        load(tmp_path, company, text)
    assert [p.line for p in error.value.problems] == [line_of(text, "at_most:")]


def test_all_mistakes_are_reported_in_line_order(tmp_path: Path, company: Company) -> None:
    text = changed("at_most: 80000", "at_most: much").replace("late_delivery", "late_delivry")
    with pytest.raises(PolicyError) as error:
        load(tmp_path, company, text)
    lines = [p.line for p in error.value.problems]
    assert lines == sorted(lines)
    assert len(lines) == 2


@pytest.mark.parametrize(
    "text",
    ["", "cases: 5\n", "cases: [5]\n", "remedies: []\n", "cases: [{offer: 3, when: 4}]\n",
     HEAD, HEAD + "  - {use: x}\n", HEAD + RULE.replace("[bono]", "bono")],
)  # fmt: skip
def test_file_of_wrong_shape_is_reported_without_crash(
    tmp_path: Path, company: Company, text: str
) -> None:
    with pytest.raises(PolicyError):
        load(tmp_path, company, text)


def test_missing_file_is_reported(tmp_path: Path, company: Company) -> None:
    with pytest.raises(PolicyError, match=r"policy\.yml:1: cannot be read"):
        load_policy(tmp_path / POLICY_FILE, company)


WEBHOOK = changed("    valid_days: 90\n", "    provider: webhook\n    due: {business_days: 2}\n")


def test_remedy_may_be_carried_out_by_webhook(tmp_path: Path, company: Company) -> None:
    part = load(tmp_path, company, WEBHOOK).rules[0].offer[0]
    assert (part.provider, part.hands) == ("webhook", None)


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        (
            WEBHOOK.replace("    due: {business_days: 2}\n", ""),
            "    provider",
            "no date is promised",
        ),
        (WEBHOOK.replace("webhook", "webhok"), "    provider", "webhook (probably meant)"),
        (WEBHOOK.replace("webhook", "internal"), "    due", "or provider: webhook"),
    ],
)
def test_incomplete_webhook_remedy_is_reported_on_its_line(
    tmp_path: Path, company: Company, text: str, at: str, message: str
) -> None:
    with pytest.raises(PolicyError) as error:
        load(tmp_path, company, text)
    problems = [str(problem) for problem in error.value.problems]
    assert any(message in problem for problem in problems), problems
    assert {problem.line for problem in error.value.problems} == {line_of(text, at)}


def test_webhook_without_provider_url_is_reported_on_its_line(
    tmp_path: Path, company: Company
) -> None:
    path = tmp_path / POLICY_FILE
    path.write_text(WEBHOOK, encoding="utf-8")
    with pytest.raises(PolicyError, match="PROVIDER_URL is not set") as error:
        load_policy(path, company, has_webhook=False)
    assert {problem.line for problem in error.value.problems} == {line_of(WEBHOOK, "    provider")}
