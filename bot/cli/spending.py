"""`regalo spending`: show, pause and resume what the assistant gives by itself."""

from collections.abc import Awaitable, Callable

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cli.database import run_write
from bot.cli.failure import settings_or_fail
from bot.compensation import spending_breaker
from bot.context.company_context import CompanyContext, load_company_context
from bot.ledger import budgets
from bot.models import PauseReason, SpendingPause
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


def _run(act: Callable[[AsyncSession, CompanyContext], Awaitable[str]]) -> None:
    settings = settings_or_fail()
    context = load_company_context(settings)
    print(run_write(settings, lambda session: act(session, context)))


async def _status(session: AsyncSession, context: CompanyContext) -> str:
    pause = await spending_breaker.find_pause(session)
    today = context.company.today()
    limits = context.policy.limits.budgets
    remaining = await budgets.remaining(session, today, context.policy.currency, limits)
    budget = f"left to give today: {show(remaining, 'en')}" if remaining else "no budget limits it"
    return f"{_describe(context, pause) if pause else 'The assistant may give'}; {budget}."


async def _pause(session: AsyncSession, context: CompanyContext) -> str:
    return f"{_describe(context, await spending_breaker.pause(session, PauseReason.BY_HAND, {}))}."


async def _resume(session: AsyncSession, _context: CompanyContext) -> str:
    resumed = await spending_breaker.resume(session, None)
    return "The assistant may give again." if resumed else "It was not paused."


def _describe(context: CompanyContext, pause: SpendingPause) -> str:
    since = pause.at.astimezone(context.company.tz).isoformat(timespec="minutes")
    figures = "".join(f", {name} {value}" for name, value in pause.detail.items())
    return f"Paused since {since}: {pause.reason}{figures}"
