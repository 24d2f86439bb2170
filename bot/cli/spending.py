"""`regalo spending`: whether the assistant may give, and the breaker that stops it."""

import asyncio
from collections.abc import Awaitable, Callable

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.cli.failure import settings_or_fail
from bot.compensation import spending_breaker
from bot.context.company_context import Desk, open_desk
from bot.database.session import Database, migrate
from bot.ledger import budgets
from bot.models import Pause
from bot.money import show

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

EXAMPLES = """\b
Examples:
  regalo spending status
  regalo spending pause
  regalo spending resume"""


@app.callback()
def _spending() -> None:
    """Show, stop or resume what the assistant gives by itself; what people give goes on."""


@app.command(epilog=EXAMPLES)
def status() -> None:
    """Say whether it is paused, since when and why, and what is left of the budgets."""
    _run(_status)


@app.command(epilog=EXAMPLES)
def pause() -> None:
    """Stop it: whoever would be offered something goes to a person."""
    _run(_pause)


@app.command(epilog=EXAMPLES)
def resume() -> None:
    """Let it go on; what made the breaker stop it counts no more."""
    _run(_resume)


def _run(act: Callable[[AsyncSession, Desk], Awaitable[str]]) -> None:
    settings = settings_or_fail()
    migrate(settings)

    async def run() -> str:
        db, desk = Database(settings.database_url), open_desk(settings)
        try:
            async with db.write() as session:
                return await act(session, desk)
        finally:
            await db.close()

    print(asyncio.run(run()))


async def _status(session: AsyncSession, desk: Desk) -> str:
    standing = await spending_breaker.open_pause(session)
    today = clock.now().astimezone(desk.company.tz).date()
    limits = desk.policy.limits.budgets
    left = await budgets.left(session, today, desk.policy.currency, limits)
    told = f"left to give today: {show(left, 'en')}" if left else "no budget limits it"
    return f"{_said(desk, standing) if standing else 'The assistant may give'}; {told}."


async def _pause(session: AsyncSession, desk: Desk) -> str:
    return f"{_said(desk, await spending_breaker.pause(session, 'by_hand', {}))}."


async def _resume(session: AsyncSession, _desk: Desk) -> str:
    resumed = await spending_breaker.resume(session, None)
    return "The assistant may give again." if resumed else "It was not paused."


def _said(desk: Desk, standing: Pause) -> str:
    since = standing.at.astimezone(desk.company.tz).isoformat(timespec="minutes")
    figures = "".join(f", {name} {value}" for name, value in standing.detail.items())
    return f"Paused since {since}: {standing.reason}{figures}"
