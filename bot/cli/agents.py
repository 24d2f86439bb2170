"""`regalo agents`: the accounts of agents and supervisors."""

import secrets
import sys
from getpass import getpass
from typing import Annotated, Literal

import typer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents import accounts, sessions
from bot.agents.accounts import AgentError
from bot.cli.database import Result, Work, run_write
from bot.cli.failure import Failure, settings_or_fail
from bot.cli.tables import print_table, text_table
from bot.models import Agent, Role
from bot.text import email_address

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
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
    """Manage the agents and supervisors who answer customers in the console."""


@app.command(epilog=EXAMPLES)
def add(  # noqa: PLR0917  (typer makes options of all but the first two)
    email: Email,
    name: Annotated[str, typer.Argument(help="Their name; customers read the first of it.")],
    role: Annotated[Role, typer.Option(help="Supervisors also lead the others.")] = Role.AGENT,
    capacity: Annotated[
        int, typer.Option(min=1, max=50, help="How many conversations they get at a time.")
    ] = accounts.DEFAULT_CAPACITY,
    language: Annotated[
        Literal["es", "en"], typer.Option(help="The language of their console.")
    ] = "es",
    password: PasswordFlag = False,
) -> None:
    """Add an agent. A password is made and printed once, unless --password brings one."""
    secret, shown = _password(ask=password)

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
    print(f"{email_address.normalize(email)} can sign in at /console as {role}.{shown}")


@app.command("password", epilog=EXAMPLES)
def password_(email: Email, password: PasswordFlag = False) -> None:
    """Give an agent a new password; they are signed out everywhere."""
    secret, shown = _password(ask=password)

    async def step(session: AsyncSession) -> None:
        agent = await _agent_or_fail(session, email)
        agent.password_hash = accounts.hash_password(secret)
        accounts.count_try(agent, right=True)
        await sessions.end_all(session, agent)

    _run(step)
    print(f"{email_address.normalize(email)} has a new password.{shown}")


@app.command(epilog=EXAMPLES)
def disable(email: Email) -> None:
    """Close an agent's account; their open cases go back to the queue."""
    _run(lambda session: _set_active(session, email, active=False))
    print(f"{email_address.normalize(email)} can no longer sign in.")


@app.command(epilog=EXAMPLES)
def enable(email: Email) -> None:
    """Open an agent's account again."""
    _run(lambda session: _set_active(session, email, active=True))
    print(f"{email_address.normalize(email)} can sign in again.")


@app.command("list", epilog=EXAMPLES)
def list_() -> None:
    """Print all accounts: role, presence, and how many conversations they have."""

    async def step(session: AsyncSession) -> list[tuple[str, ...]]:
        statuses = {status.agent.id: status for status in await accounts.list_statuses(session)}
        rows: list[tuple[str, ...]] = []
        for agent in await session.scalars(select(Agent).order_by(Agent.name, Agent.id)):
            status = statuses.get(agent.id)
            presence = status.presence if status else "may not sign in"
            load = f"{status.load if status else 0} of {agent.capacity}"
            rows.append((agent.email, agent.name, agent.role, presence, load))
        return rows

    table = text_table("e-mail", "name", "role", "presence", "conversations")
    for row in _run(step):
        table.add_row(*row)
    print_table(table)


async def _set_active(session: AsyncSession, email: str, *, active: bool) -> None:
    agent = await _agent_or_fail(session, email)
    agent.is_active = active
    if not active:
        await sessions.end_all(session, agent)


async def _agent_or_fail(session: AsyncSession, email: str) -> Agent:
    agent = await accounts.find(session, email)
    if agent is None:
        raise Failure(f"there is no {email}; `regalo agents list` shows who there is")
    return agent


def _password(*, ask: bool) -> tuple[str, str]:
    """Return a password, and the text that shows it: empty unless it was generated here."""
    if not ask:
        generated = secrets.token_urlsafe(12)
        return generated, f"\nPassword, shown only this once: {generated}"
    typed = getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    return typed, ""


def _run(step: Work[Result]) -> Result:
    try:
        return run_write(settings_or_fail(), step)
    except AgentError as error:
        raise Failure(str(error)) from None
