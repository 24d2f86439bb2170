"""`regalo policy equity`: whether customers with the same facts were treated alike."""

import json

from rich.console import Console
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cli.company import company_or_fail
from bot.cli.database import run_read
from bot.cli.failure import Failure, settings_or_fail
from bot.cli.period import AsJson, Since, parse_since, progress_bar
from bot.cli.tables import figures_table
from bot.models import DecisionMode
from bot.money import Money, minor_digits, round_to, show
from bot.simulation import case_reader
from bot.simulation.equity import EquityReport

MAX_SHOWN = 10
# Beside a figure that chance alone does not explain.
MARK = " *"


def equity(since: Since = "90d", as_json: AsJson = False) -> None:
    """Say whether equal cases got equal offers, by channel, language, hour and category.

    Exit code 1: the same facts got two answers, or there is nothing to report; 2: an option is
    wrong.
    """
    settings = settings_or_fail()
    company, policy = company_or_fail(settings)
    begin = parse_since(since, company.tz)
    report = EquityReport(company.tz)

    async def read_cases(session: AsyncSession) -> None:
        counts = await case_reader.count_cases(session, begin)
        with progress_bar() as bar:
            task = bar.add_task("Reading", total=counts.decided)
            async for page in case_reader.read_decisions(session, begin, DecisionMode.LIVE):
                for row in page:
                    report.add(row)
                bar.advance(task, len(page))

    run_read(settings, read_cases)
    if not report.cases:
        raise Failure(f"nothing was decided since {begin:%Y-%m-%d}")
    if as_json:
        whole = {"since": begin.isoformat(), "currency": policy.currency, **report.as_dict()}
        print(json.dumps(whole, indent=2, ensure_ascii=False))
    else:
        _print(report, policy.currency, company.country)
    if report.unequal:
        raise Failure(f"{len(report.unequal)} complaints got another answer to the same facts")


def _print(report: EquityReport, currency: str, country: str) -> None:
    say = Console(highlight=False, markup=False).print
    table = figures_table("", "cases", "to a person", "usual", "average offer", "usual")
    dimension = ""
    for group in report.groups():
        if group.by != dimension:
            dimension = group.by
            table.add_row(f"by {dimension}")
        average, usual = (
            show(_rounded(minor, currency), "es", country)
            for minor in (group.average_value_minor, group.expected_value_minor)
        )
        table.add_row(
            f"  {group.name}",
            str(group.cases),
            f"{group.share_to_person:.1%}{MARK if group.person_beyond_chance else '  '}",
            f"{group.expected_share_to_person:.1%}",
            f"{average}{MARK if group.value_beyond_chance else '  '}",
            usual,
        )
    say(table)
    say(
        f"\n{MARK.strip()} beyond chance. Usual: what such cases get on average, category by"
        " category; for a category, what all get: categories differ because the rules do."
    )
    for first, second in report.unequal[:MAX_SHOWN]:
        say(f"{first} and {second}: the same facts, another answer")
    if not report.unequal:
        say(f"{len(report.cases)} complaints: the same facts always got the same answer.")


def _rounded(minor: int, currency: str) -> Money:
    """Return the amount without decimals: an average is not exact to the cent."""
    return round_to(Money(minor, currency), 10 ** minor_digits(currency))
