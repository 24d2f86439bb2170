"""`regalo policy simulate`: what another policy would have changed, as tables and as a picture."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cli.company import company_or_fail
from bot.cli.database import run_read
from bot.cli.failure import Failure, settings_or_fail
from bot.cli.period import AsJson, Since, parse_since, progress_bar
from bot.cli.simulation_picture import draw_simulation
from bot.cli.tables import figures_table
from bot.company.profile import Company
from bot.money import Money, show
from bot.simulation import case_reader
from bot.simulation.simulation import SIDES, Simulation, share

HEADINGS = {"really": "what happened", "present": "present policy", "new": "new policy"}
WORDS = {
    "more": "get more",
    "less": "get less",
    "same": "get the same",
    "now_offered": "settled without a person, and were not",
    "now_person": "go to a person, and did not",
}


def simulate(
    file: Annotated[Path, typer.Argument(help="The policy to try.")],
    since: Since = "90d",
    as_json: AsJson = False,
    image: Annotated[
        Path | None, typer.Option("--picture", help="Draw it here, as FILE.svg.")
    ] = None,
) -> None:
    """Decide past complaints again by another policy, and show what would change.

    Nothing is given or changed. Exit code 1: the policy is wrong, or there is nothing to replay;
    2: an option is wrong.
    """
    if image is not None and image.suffix.lower() != ".svg":
        raise typer.BadParameter(f"{image} is no .svg", param_hint="--picture")
    settings = settings_or_fail()
    company, present = company_or_fail(settings)
    _, new = company_or_fail(settings, file)
    begin = parse_since(since, company.tz)
    simulation = Simulation(present, new, company.tz)

    async def replay(session: AsyncSession) -> case_reader.CaseCounts:
        counts = await case_reader.count_cases(session, begin)
        with progress_bar() as bar:
            task = bar.add_task("Replaying", total=counts.decided)
            async for case in case_reader.read_cases(session, begin):
                simulation.add(case)
                bar.advance(task)
        return counts

    counts = run_read(settings, replay)
    if not simulation.cases:
        raise Failure(
            f"nothing to replay since {begin:%Y-%m-%d}: {counts.cases} complaints, none with a"
            " decision that was kept; they are kept from this version on"
        )
    if image is not None:
        _draw(image, simulation, company)
    if as_json:
        whole = {"since": begin.isoformat(), "without_decision": counts.undecided}
        print(json.dumps({**whole, **simulation.as_dict()}, indent=2, ensure_ascii=False))
    else:
        _print(simulation, counts, company)


def _draw(image: Path, simulation: Simulation, company: Company) -> None:
    try:
        image.write_text(draw_simulation(simulation, company), encoding="utf-8")
    except OSError as error:
        raise Failure(f"{image} cannot be written: {error.strerror}") from None


def _print(simulation: Simulation, counts: case_reader.CaseCounts, company: Company) -> None:
    say = Console(highlight=False, markup=False).print

    def money(minor: int) -> str:
        return show(Money(minor, simulation.new.currency), "es", company.country)

    say(f"Present policy {simulation.present.version}, new policy {simulation.new.version}.")
    say(f"{simulation.cases} complaints replayed.", end="")
    say(f" {counts.undecided} others have no decision that was kept." if counts.undecided else "")
    if simulation.unreadable:
        say(f"{simulation.unreadable} decisions cannot be read, and are left out.")
    say()
    say(_sides(simulation, money))
    say(f"\nPeople gave {money(simulation.agent_cost)} besides, which no policy decides.\n")
    say(_changes(simulation))
    say()
    say(_categories(simulation, money))
    if largest := simulation.largest():
        table = figures_table(
            "largest differences", "about", "present policy", "new policy", "difference"
        )
        for case in largest:
            sign = "+" if case.by > 0 else "-"
            by = f"{sign}{money(abs(case.by))}"
            table.add_row(case.reference, case.category, money(case.was), money(case.becomes), by)
        say()
        say(table)


def _sides(simulation: Simulation, money: Any) -> Table:
    table = figures_table("", *(HEADINGS[name] for name in SIDES))
    sides = [simulation.sides[name] for name in SIDES]
    table.add_row("cost of what the assistant gives", *(money(side.cost) for side in sides))
    table.add_row("remedies", *(str(side.remedies) for side in sides))
    table.add_row(
        "settled without a person",
        *(f"{share(side.without_person, simulation.cases):.1%}" for side in sides),
    )
    table.add_row("for a person", *(str(side.to_person) for side in sides))
    over = (simulation.sides[name].count_days_over(simulation.budget(name)) for name in SIDES)
    table.add_row("days over the day's budget", *map(str, over))
    dearest = (max(side.by_day.values(), default=0) for side in sides)
    table.add_row("dearest day, of the budget", *map(money, dearest))
    table.add_row("a day's budget", *(money(simulation.budget(n).amount_minor) for n in SIDES))
    return table


def _changes(simulation: Simulation) -> Table:
    table = figures_table("with the new policy", "than happened", "than with the present policy")
    for change, words in WORDS.items():
        table.add_row(words, *(str(simulation.against[name][change]) for name in SIDES[:2]))
    return table


def _categories(simulation: Simulation, money: Any) -> Table:
    table = figures_table(
        "than with the present policy", "more", "less", "same", "offer", "person", "cost"
    )
    for category, counted in sorted(simulation.by_category.items()):
        counts = (str(counted[change]) for change in WORDS)
        sign = "-" if counted["cost"] < 0 else "+" if counted["cost"] else ""
        table.add_row(category, *counts, f"{sign}{money(abs(counted['cost']))}")
    return table
