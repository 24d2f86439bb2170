"""`regalo agents`: the people who answer customers in the console."""

import asyncio
import secrets
import sys
from collections.abc import Awaitable, Callable
from getpass import getpass
from typing import Annotated, Literal, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents import accounts, sessions
from bot.agents.accounts import AgentError
from bot.cli.failure import Failure, settings_or_fail
from bot.database.session import Database, migrate
from bot.models import Agent

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
Result = TypeVar("Result")
Email = Annotated[str, typer.Argument(help="The e-mail address that they sign in with.")]
PasswordFlag = Annotated[
    bool,
    typer.Option("--password", help="Ask for the password, or read it from the standard input."),
]

EXAMPLES = """\b
Examples:
  regalo agents add laura@example.com "Laura Gómez"
  regalo agents add carlos@example.com "Carlos Ruiz" --role supervisor
  regalo agents password laura@example.com
  regalo agents disable laura@example.com
  regalo agents list"""


@app.callback()
def _agents() -> None:
    """Look after the people who answer customers in the console."""


@app.command(epilog=EXAMPLES)
def add(  # noqa: PLR0917  (typer makes options of all but the first two)
    email: Email,
    name: Annotated[str, typer.Argument(help="Their name; customers read the first of it.")],
    role: Annotated[
        Literal["agent", "supervisor"], typer.Option(help="Supervisors also lead the others.")
    ] = "agent",
    capacity: Annotated[
        int, typer.Option(min=1, max=50, help="How many conversations they get at a time.")
    ] = accounts.DEFAULT_CAPACITY,
    language: Annotated[
        Literal["es", "en"], typer.Option(help="The language of their console.")
    ] = "es",
    password: PasswordFlag = False,
) -> None:
    """Add a person. A password is made and printed once, unless --password brings one."""
    secret, shown = _password(asked=password)

    async def step(session: AsyncSession) -> None:
        await accounts.add(
            session,
            email=email,
            name=name,
            role=role,
            password_hash=accounts.hash_password(secret),
            capacity=capacity,
            language=language,
        )

    _run(step)
    print(f"{accounts.normal_email(email)} can sign in at /console as {role}.{shown}")


@app.command("password", epilog=EXAMPLES)
def password_(email: Email, password: PasswordFlag = False) -> None:
    """Give a person a new password; they are signed out everywhere."""
    secret, shown = _password(asked=password)

    async def step(session: AsyncSession) -> None:
        person = await _known(session, email)
        person.password_hash = accounts.hash_password(secret)
        accounts.count_try(person, right=True)
        await sessions.end_all(session, person)

    _run(step)
    print(f"{accounts.normal_email(email)} has a new password.{shown}")


@app.command(epilog=EXAMPLES)
def disable(email: Email) -> None:
    """Let a person in no more; their open cases go back to the queue."""
    _run(lambda session: _set_active(session, email, active=False))
    print(f"{accounts.normal_email(email)} can no longer sign in.")


@app.command(epilog=EXAMPLES)
def enable(email: Email) -> None:
    """Let a person in again."""
    _run(lambda session: _set_active(session, email, active=True))
    print(f"{accounts.normal_email(email)} can sign in again.")


@app.command("list", epilog=EXAMPLES)
def list_() -> None:
    """Print everybody: role, presence, and how many conversations they have."""

    async def step(session: AsyncSession) -> list[tuple[str, ...]]:
        at_work = {one.agent.id: one for one in await accounts.at_work(session)}
        rows: list[tuple[str, ...]] = []
        for one in await session.scalars(select(Agent).order_by(Agent.name, Agent.id)):
            now = at_work.get(one.id)
            presence = now.presence if now else "may not sign in"
            load = f"{now.load if now else 0} of {one.capacity}"
            rows.append((one.email, one.name, one.role, presence, load))
        return rows

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("e-mail", "name", "role", "presence", "conversations"):
        table.add_column(heading, overflow="fold")
    for row in _run(step):
        table.add_row(*row)
    Console(highlight=False).print(table)


async def _set_active(session: AsyncSession, email: str, *, active: bool) -> None:
    person = await _known(session, email)
    person.is_active = active
    if not active:
        await sessions.end_all(session, person)


async def _known(session: AsyncSession, email: str) -> Agent:
    person = await accounts.find(session, email)
    if person is None:
        raise Failure(f"there is no {email}; `regalo agents list` shows who there is")
    return person


def _password(*, asked: bool) -> tuple[str, str]:
    """A password, and what is printed of it: only one that was made here."""
    if not asked:
        made = secrets.token_urlsafe(12)
        return made, f"\nPassword, shown only this once: {made}"
    given = getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    return given, ""


def _run(step: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
    settings = settings_or_fail()
    migrate(settings)

    async def run() -> Result:
        db = Database(settings.database_url)
        try:
            async with db.write() as session:
                return await step(session)
        finally:
            await db.close()

    try:
        return asyncio.run(run())
    except AgentError as error:
        raise Failure(str(error)) from None
