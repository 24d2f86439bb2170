"""`regalo policy`: look after the compensation policy."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.cli import policy_equity, policy_shadow, policy_simulate
from bot.cli.company import company_or_fail
from bot.cli.failure import settings_or_fail
from bot.policy_model import RuleSpec

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

EXAMPLES = """\b
Examples:
  regalo policy check
  regalo policy check draft.yml"""

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
    """Check a compensation policy, try it on past complaints, and see how it treats people."""


@app.command(epilog=EXAMPLES)
def check(
    file: Annotated[
        Path | None, typer.Argument(help="Another policy than the one in COMPANY_DIR.")
    ] = None,
) -> None:
    """Say what is wrong with the policy, with file and line, or what it offers.

    It ends with exit code 1 when something is wrong.
    """
    company, policy = company_or_fail(settings_or_fail(), file)
    table = Table(title=None, box=None, pad_edge=False, header_style="bold")
    for heading in ("rule", "for", "gives", "chosen from"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "rule")
    for rule in policy.rules:
        right = rule.entitlement.kind if rule.entitlement else ""
        offer = ", ".join(alternative.kind for alternative in rule.offer)
        table.add_row(rule.id, _case(rule), right, "a person decides" if rule.person else offer)
    console = Console(highlight=False)
    console.print(table)
    console.print(
        f"\n{company.name}: policy {policy.version}, {len(policy.rules)} rules; nothing is wrong.",
        markup=False,
    )


def _case(rule: RuleSpec) -> str:
    when = rule.when
    parts = [*when.category, *(when.severity or ()), *(when.tier or ()), *(when.desired or ())]
    return ", ".join(parts)
