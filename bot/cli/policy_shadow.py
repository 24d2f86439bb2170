"""`regalo policy shadow`: how far the shadow policy agrees with the policy in force."""

import json

from rich.console import Console

from bot.cli.company import company_or_fail
from bot.cli.database import run_read
from bot.cli.failure import Failure, settings_or_fail
from bot.cli.period import AsJson, Since, parse_since
from bot.cli.tables import figures_table
from bot.money import Money, show
from bot.policy.loader import SHADOW_POLICY_FILE
from bot.simulation import shadow
from bot.simulation.simulation import share

WORDS = {
    "equal": "the same",
    "other_remedies": "both offer, but other remedies",
    "only_live_offers": "the shadow would send the case to a human",
    "only_shadow_offers": "the shadow would offer",
}


def compare(since: Since = "90d", as_json: AsJson = False) -> None:
    """Compare the policy in COMPANY_DIR/policy.shadow.yml with the one in force.

    The shadow decides by the same facts, grants no remedy, and no customer sees its result. Exit
    code 1: it has decided nothing yet; 2: an option is wrong.
    """
    settings = settings_or_fail()
    company, policy = company_or_fail(settings)
    start = parse_since(since, company.tz)
    agreement = run_read(settings, lambda session: shadow.measure_agreement(session, start))
    if not agreement.cases:
        raise Failure(
            f"no shadow policy has decided anything since {start:%Y-%m-%d}; put one into"
            f" {settings.company_dir / SHADOW_POLICY_FILE}"
        )
    if as_json:
        whole = {"since": start.isoformat(), "currency": policy.currency, **agreement.as_dict()}
        print(json.dumps(whole, indent=2, ensure_ascii=False))
        return
    print_line = Console(highlight=False, markup=False).print
    print_line(f"Shadow policy {agreement.version}: {agreement.cases} complaints decided by both.")
    if agreement.not_comparable:
        print_line(f"{agreement.not_comparable} others were not, or by other facts.")
    table = figures_table("agreement", "complaints", "share")
    for outcome, words in WORDS.items():
        count = agreement.counts[outcome]
        table.add_row(words, str(count), f"{share(count, agreement.cases):.1%}")
    print_line()
    print_line(table)
    print_line()
    table = figures_table("category", "same", "other remedies", "person", "offer")
    for category, counted in sorted(agreement.by_category.items()):
        table.add_row(category, *(str(counted[outcome]) for outcome in WORDS))
    print_line(table)
    live_cost, shadow_cost = (
        show(Money(minor, policy.currency), "es", company.country)
        for minor in (agreement.cost_live, agreement.cost_shadow)
    )
    print_line(
        f"\nIf all take the first alternative: {live_cost} in force, {shadow_cost} in the shadow."
    )
    if agreement.differing:
        table = figures_table("for instance", "about", "in force", "shadow")
        for case in agreement.differing:
            table.add_row(case["reference"], case["category"], case["live"], case["shadow"])
        print_line()
        print_line(table)
