"""`regalo agents`: somebody who was disabled and still signs in, a password that leaks."""

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
from bot.database.session import Database
from bot.models import Agent, AgentSession, Role

PASSWORD = "una clave larga"
Result = TypeVar("Result")


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """SQLite alone: the queries are those that other tests run on both."""
    shutil.copy(sqlite_template, tmp_path / "regalo.db")
    return f"sqlite:///{tmp_path / 'regalo.db'}"


@dataclass
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str


Command = Callable[..., Ran]


@pytest.fixture
def agents(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Run `regalo agents …` in this process: a new one takes seconds to import it all."""
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("VAR_DIR", str(settings.var_dir))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str, typed: str = "") -> Ran:
        monkeypatch.setattr(sys, "argv", ["regalo", "agents", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Ran(int(ended.value.code or 0), said.out, said.err)

    return run


def within(settings: Settings, step: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
    """Do something in the database that the command has left."""

    async def run() -> Result:
        db = Database(settings.database_url)
        async with db.write() as session:
            result = await step(session)
        await db.close()
        return result

    return asyncio.run(run())


def found(settings: Settings, email: str) -> Agent:
    async def look(session: AsyncSession) -> Agent:
        return (await session.scalars(select(Agent).where(Agent.email == email))).one()

    return within(settings, look)


def count_sessions(settings: Settings) -> int:
    async def look(session: AsyncSession) -> int:
        return len(list(await session.scalars(select(AgentSession))))

    return within(settings, look)


def sign_in(settings: Settings, *, wrong_tries: int = 0) -> None:
    async def begin(session: AsyncSession) -> None:
        laura = await accounts.find(session, "l@example.com")
        assert laura is not None
        await sessions.begin(session, laura)
        for _ in range(wrong_tries):
            accounts.count_try(laura, right=False)

    within(settings, begin)


def test_a_person_is_added_with_a_password_that_is_shown_once(
    agents: Command, settings: Settings
) -> None:
    added = agents("add", "Laura@Example.com ", " Laura  Gómez")
    assert added.code == 0, added.err
    password = added.out.rsplit(" ", 1)[1].strip()
    laura = found(settings, "laura@example.com")
    assert (laura.name, laura.role, laura.capacity) == ("Laura Gómez", Role.AGENT, 4)
    assert accounts.verify(laura, password)
    listed = agents("list").out
    assert password not in listed
    (line,) = [one for one in listed.splitlines() if "laura@example.com" in one]
    assert "offline" in line
    assert "0 of 4" in line


def test_a_password_that_is_brought_is_not_printed(agents: Command, settings: Settings) -> None:
    added = agents(
        "add", "c@example.com", "Carlos", "--role", "supervisor", "--capacity", "7",
        "--password", typed=f"{PASSWORD}\n",
    )  # fmt: skip
    assert added.code == 0, added.err
    assert PASSWORD not in added.out + added.err
    carlos = found(settings, "c@example.com")
    assert accounts.verify(carlos, PASSWORD)
    assert (carlos.role, carlos.capacity) == (Role.SUPERVISOR, 7)


def test_a_new_password_signs_out_everywhere_and_opens_a_resting_account(
    agents: Command, settings: Settings
) -> None:
    agents("add", "l@example.com", "Laura", "--password", typed=f"{PASSWORD}\n")
    sign_in(settings, wrong_tries=accounts.MOST_TRIES)
    changed = agents("password", "l@example.com", "--password", typed="otra clave larga")
    assert changed.code == 0, changed.err
    laura = found(settings, "l@example.com")
    assert not accounts.verify(laura, PASSWORD)
    assert accounts.verify(laura, "otra clave larga")
    accounts.check_tries(laura)
    assert count_sessions(settings) == 0


def test_who_is_disabled_is_signed_out_and_let_in_again_when_enabled(
    agents: Command, settings: Settings
) -> None:
    agents("add", "l@example.com", "Laura", "--password", typed=f"{PASSWORD}\n")
    sign_in(settings)
    assert count_sessions(settings) == 1
    assert agents("disable", "L@example.com").code == 0
    assert not accounts.verify(found(settings, "l@example.com"), PASSWORD)
    assert count_sessions(settings) == 0
    assert "may not sign in" in agents("list").out
    assert agents("enable", "l@example.com").code == 0
    assert accounts.verify(found(settings, "l@example.com"), PASSWORD)


@pytest.mark.parametrize(
    ("arguments", "typed", "told"),
    [
        (("add", "no-address", "Laura"), "", "is no e-mail address"),
        (("add", "l@example.com", "  "), "", "a person has a name"),
        (("add", "l@example.com", "Laura", "--password"), "corta\n", "at least 10"),
        (("disable", "nobody@example.com"), "", "there is no nobody@example.com"),
        (("password", "nobody@example.com"), "", "regalo agents list"),
    ],
)
def test_a_mistake_is_one_clear_sentence(
    agents: Command, arguments: tuple[str, ...], typed: str, told: str
) -> None:
    failed = agents(*arguments, typed=typed)
    assert failed.code == 1
    assert told in failed.err
    assert len(failed.err.splitlines()) == 1


def test_nobody_is_added_twice(agents: Command) -> None:
    assert agents("add", "l@example.com", "Laura").code == 0
    again = agents("add", "L@EXAMPLE.com", "Otra")
    assert again.code == 1
    assert "l@example.com is there already" in again.err


def test_addresses_that_differ_by_an_accent_are_two_people(agents: Command) -> None:
    for email in ("josé@example.com", "jose@example.com"):
        assert agents("add", email, "José").code == 0
