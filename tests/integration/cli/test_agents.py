"""`regalo agents`: accounts are added, disabled and enabled; passwords are never printed twice."""

import asyncio
import io
import shutil
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents import accounts, sessions
from bot.cli import main
from bot.config.settings import Settings
from bot.database.session import open_database
from bot.models import Agent, AgentSession, Role

PASSWORD = "una clave larga"
Result = TypeVar("Result")


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """SQLite only: other tests run the same queries on both databases."""
    shutil.copy(sqlite_template, tmp_path / "regalo.db")
    return f"sqlite:///{tmp_path / 'regalo.db'}"


@dataclass
class CommandResult:
    """Exit code and output of a command."""

    code: int
    out: str
    err: str


Command = Callable[..., CommandResult]


@pytest.fixture
def agents(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Run `regalo agents …` in this process, which saves the seconds of importing everything."""
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("VAR_DIR", str(settings.var_dir))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str, typed: str = "") -> CommandResult:
        monkeypatch.setattr(sys, "argv", ["regalo", "agents", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return CommandResult(int(ended.value.code or 0), printed.out, printed.err)

    return run


def run_in_database(
    settings: Settings, step: Callable[[AsyncSession], Awaitable[Result]]
) -> Result:
    """Run ``step`` in one transaction, after a command."""

    async def run() -> Result:
        db = open_database(settings)
        async with db.write() as session:
            result = await step(session)
        await db.close()
        return result

    return asyncio.run(run())


def load_agent(settings: Settings, email: str) -> Agent:
    async def query(session: AsyncSession) -> Agent:
        return (await session.scalars(select(Agent).where(Agent.email == email))).one()

    return run_in_database(settings, query)


def count_sessions(settings: Settings) -> int:
    async def query(session: AsyncSession) -> int:
        return len(list(await session.scalars(select(AgentSession))))

    return run_in_database(settings, query)


def sign_in(settings: Settings, *, wrong_tries: int = 0) -> None:
    async def begin(session: AsyncSession) -> None:
        laura = await accounts.find(session, "l@example.com")
        assert laura is not None
        await sessions.begin(session, laura)
        for _ in range(wrong_tries):
            accounts.count_try(laura, right=False)

    run_in_database(settings, begin)


def test_generated_password_is_shown_once(agents: Command, settings: Settings) -> None:
    added = agents("add", "Laura@Example.com ", " Laura  Gómez")
    assert added.code == 0, added.err
    password = added.out.rsplit(" ", 1)[1].strip()
    laura = load_agent(settings, "laura@example.com")
    assert (laura.name, laura.role, laura.capacity) == ("Laura Gómez", Role.AGENT, 4)
    assert accounts.verify_password(laura, password)
    listed = agents("list").out
    assert password not in listed
    (line,) = [line for line in listed.splitlines() if "laura@example.com" in line]
    assert "offline" in line
    assert "0 of 4" in line


def test_password_from_standard_input_is_not_printed(agents: Command, settings: Settings) -> None:
    added = agents(
        "add", "c@example.com", "Carlos", "--role", "supervisor", "--capacity", "7",
        "--password", typed=f"{PASSWORD}\n",
    )  # fmt: skip
    assert added.code == 0, added.err
    assert PASSWORD not in added.out + added.err
    carlos = load_agent(settings, "c@example.com")
    assert accounts.verify_password(carlos, PASSWORD)
    assert (carlos.role, carlos.capacity) == (Role.SUPERVISOR, 7)


def test_new_password_ends_all_sessions_and_unlocks_the_account(
    agents: Command, settings: Settings
) -> None:
    agents("add", "l@example.com", "Laura", "--password", typed=f"{PASSWORD}\n")
    sign_in(settings, wrong_tries=accounts.MAX_TRIES)
    changed = agents("password", "l@example.com", "--password", typed="otra clave larga")
    assert changed.code == 0, changed.err
    laura = load_agent(settings, "l@example.com")
    assert not accounts.verify_password(laura, PASSWORD)
    assert accounts.verify_password(laura, "otra clave larga")
    accounts.check_tries(laura)
    assert count_sessions(settings) == 0


def test_disabled_agent_is_signed_out_until_enabled_again(
    agents: Command, settings: Settings
) -> None:
    agents("add", "l@example.com", "Laura", "--password", typed=f"{PASSWORD}\n")
    sign_in(settings)
    assert count_sessions(settings) == 1
    assert agents("disable", "L@example.com").code == 0
    assert not accounts.verify_password(load_agent(settings, "l@example.com"), PASSWORD)
    assert count_sessions(settings) == 0
    assert "may not sign in" in agents("list").out
    assert agents("enable", "l@example.com").code == 0
    assert accounts.verify_password(load_agent(settings, "l@example.com"), PASSWORD)


@pytest.mark.parametrize(
    ("arguments", "typed", "message"),
    [
        (("add", "no-address", "Laura"), "", "is no e-mail address"),
        (("add", "l@example.com", "  "), "", "a person has a name"),
        (("add", "l@example.com", "Laura", "--password"), "corta\n", "at least 10"),
        (("disable", "nobody@example.com"), "", "there is no nobody@example.com"),
        (("password", "nobody@example.com"), "", "regalo agents list"),
    ],
)
def test_wrong_argument_is_one_clear_sentence(
    agents: Command, arguments: tuple[str, ...], typed: str, message: str
) -> None:
    failed = agents(*arguments, typed=typed)
    assert failed.code == 1
    assert message in failed.err
    assert len(failed.err.splitlines()) == 1


def test_address_in_use_is_refused(agents: Command) -> None:
    assert agents("add", "l@example.com", "Laura").code == 0
    again = agents("add", "L@EXAMPLE.com", "Otra")
    assert again.code == 1
    assert "l@example.com is there already" in again.err


def test_addresses_that_differ_by_an_accent_are_two_people(agents: Command) -> None:
    for email in ("josé@example.com", "jose@example.com"):
        assert agents("add", email, "José").code == 0
