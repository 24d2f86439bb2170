"""`regalo policy shadow`: how far a policy that runs beside agrees with the one in force."""

import asyncio
import json

from rich.console import Console

from bot.cli.company import company_or_fail
from bot.cli.failure import Failure, settings_or_fail
from bot.cli.past import AsJson, Since, moment, prepared, reading
from bot.cli.policy_simulate import plain_table
from bot.money import Money, show
from bot.policy.loader import SHADOW_POLICY_FILE
from bot.simulation import shadow
from bot.simulation.simulation import share

WORDS = {
    "equal": "the same",
    "other_remedies": "both offer, but other remedies",
    "only_live_offers": "the shadow would bring a person",
    "only_shadow_offers": "the shadow would offer",
}


def compare(since: Since = "90d", as_json: AsJson = False) -> None:
    """Compare the policy in COMPANY_DIR/policy.shadow.yml with the one in force.

    The shadow decides by the same facts, gives nothing and is seen by no customer. Exit code 1:
    it has decided nothing yet; 2: an option is wrong.
    """
    settings = settings_or_fail()
    company, policy = company_or_fail(settings)
    begin = moment(since, company.tz)
    found = asyncio.run(
        reading(prepared(settings), lambda session: shadow.agreement(session, begin))
    )
    if not found.cases:
        raise Failure(
            f"no shadow policy has decided anything since {begin:%Y-%m-%d}; put one into"
            f" {settings.company_dir / SHADOW_POLICY_FILE}"
        )
    if as_json:
        told = {"since": begin.isoformat(), "currency": policy.currency, **found.as_dict()}
        print(json.dumps(told, indent=2, ensure_ascii=False))
        return
    say = Console(highlight=False, markup=False).print
    say(f"Shadow policy {found.version}: {found.cases} complaints decided by both.")
    if found.not_comparable:
        say(f"{found.not_comparable} others were not, or by other facts.")
    table = plain_table("agreement", "complaints", "share")
    for kind, words in WORDS.items():
        count = found.counts[kind]
        table.add_row(words, str(count), f"{share(count, found.cases):.1%}")
    say()
    say(table)
    say()
    table = plain_table("category", "same", "other remedies", "person", "offer")
    for category, counted in sorted(found.by_category.items()):
        table.add_row(category, *(str(counted[kind]) for kind in WORDS))
    say(table)
    live, beside = (
        show(Money(minor, policy.currency), "es", company.country)
        for minor in (found.cost_live, found.cost_shadow)
    )
    say(f"\nIf all take the first alternative: {live} in force, {beside} in the shadow.")
    if found.differing:
        table = plain_table("for instance", "about", "in force", "shadow")
        for one in found.differing:
            table.add_row(one["reference"], one["category"], one["live"], one["shadow"])
        say()
        say(table)
