"""`regalo policy`: check, explain and compare compensation policies."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.cli import policy_equity, policy_explain, policy_shadow, policy_simulate
from bot.cli.company import company_or_fail
from bot.cli.failure import Failure, settings_or_fail
from bot.cli.tables import print_table, text_table
from bot.policy.loader import POLICY_FILE
from bot.policy.model import RuleSpec

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

EXAMPLES = """\b
Examples:
  regalo policy check
  regalo policy check draft.yml
  regalo policy rights
  regalo policy explain Q-4827-3916"""

SIMULATE = """\b
Examples:
  regalo policy simulate draft.yml
  regalo policy simulate draft.yml --since 12w --picture draft.svg
  regalo policy simulate draft.yml --since 2026-08-01 --json"""
SHADOW = """\b
Examples:
  regalo policy shadow
  regalo policy shadow --since 2w --json"""
EQUITY = """\b
Examples:
  regalo policy equity
  regalo policy equity --since 12w --json"""
app.command(epilog=SIMULATE)(policy_simulate.simulate)
app.command("shadow", epilog=SHADOW)(policy_shadow.compare)
app.command(epilog=EQUITY)(policy_equity.equity)


@app.callback()
def _policy() -> None:
    """Check a compensation policy, explain what it decided, and try another on past complaints."""


@app.command(epilog=EXAMPLES)
def check(
    file: Annotated[
        Path | None, typer.Argument(help="Another policy than the one in COMPANY_DIR.")
    ] = None,
) -> None:
    """Say what is wrong with the policy, with file and line, or what it offers.

    It ends with exit code 1 when something is wrong.
    """
    settings = settings_or_fail()
    company, policy = company_or_fail(settings, file)
    table = text_table("rule", "for", "gives", "chosen from", unbroken=("rule",))
    for rule in policy.rules:
        right = rule.entitlement.kind if rule.entitlement else ""
        offer = ", ".join(alternative.kind for alternative in rule.offer)
        table.add_row(
            rule.id, _describe_cases(rule), right, "a person decides" if rule.person else offer
        )
    print_table(table)
    console = Console(highlight=False)
    path = file or settings.company_dir / POLICY_FILE
    for warning in policy.warnings:
        console.print(
            f"{path}:{warning.line}: warning: {warning.what}; expected: {warning.allowed}",
            markup=False,
            soft_wrap=True,
        )
    console.print(
        f"\n{company.name}: policy {policy.version}, {len(policy.rules)} rules; nothing is wrong.",
        markup=False,
    )


@app.command(epilog=EXAMPLES)
def explain(
    reference: Annotated[str, typer.Argument(help="The case, such as Q-4827-3916.")],
) -> None:
    """Say why a case was offered what it was offered: facts, rule, weights, limits."""
    policy_explain.explain(settings_or_fail(), reference)


@app.command(epilog=EXAMPLES)
def rights() -> None:
    """Print what the consumer law of the company's country gives, as far as it is written down."""
    company, _ = company_or_fail(settings_or_fail())
    if company.law is None:
        raise Failure(f"the rights of {company.country} are not written down; see data/rights/")
    table = text_table("right", "in complaints", "given by", "source", unbroken=("right",))
    for key, right in company.law.rights.items():
        table.add_row(key, ", ".join(right.categories), ", ".join(right.gives), right.source)
    print_table(table)
    Console(highlight=False).print(
        f"\n{company.country}: looked at on {company.law.looked_at}. This is no legal advice.",
        markup=False,
    )


def _describe_cases(rule: RuleSpec) -> str:
    """Return in a few words which cases a rule is for."""
    when = rule.when
    parts = [*when.category, *(when.severity or ()), *(when.tier or ()), *(when.desired or ())]
    parts += ["failed before"] if when.failures and when.failures.low else []
    parts += ["by value at risk"] if when.value_at_risk else []
    return ", ".join(parts)
