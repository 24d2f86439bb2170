"""A pause of the bot's spending: shown on every console, resumed by supervisors."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.compensation import spending_breaker
from bot.config.settings import Settings
from bot.database.session import open_database
from bot.models import PauseReason
from tests.command_runner import command_runner
from tests.integration.conftest import settings_for
from tests.integration.console_client import ConsoleClient, add_supervisor
from tests.integration.edge_process import EdgeProcess, run_edge


@pytest.fixture(scope="module")
def settings(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("spending")
    shutil.copy(sqlite_template, folder / "regalo.db")
    made = settings_for(f"sqlite:///{folder / 'regalo.db'}", folder)
    add_supervisor(made)
    return made


@pytest.fixture(scope="module")
def edge(settings: Settings) -> Iterator[EdgeProcess]:
    yield from run_edge(settings)


@pytest.fixture
async def marta(edge: EdgeProcess) -> AsyncIterator[ConsoleClient]:
    console = await ConsoleClient(edge).sign_in()
    yield console
    await console.close()


def test_command_pauses_and_resumes_spending(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    database = {"DATABASE_URL": settings.database_url, "VAR_DIR": str(settings.var_dir)}
    regalo = command_runner(monkeypatch, capsys, **database)
    assert "by_hand" in regalo("spending", "pause").out
    assert "by_hand" in regalo("spending", "status").out
    assert regalo("spending", "resume").out.endswith("The assistant may give again.\n")
    status = regalo("spending", "status").out
    assert status.startswith("The assistant may give; left to give today: ")


async def test_pause_is_shown_to_all_and_only_supervisors_resume(
    settings: Settings, marta: ConsoleClient
) -> None:
    assert (await marta.get("/board"))["pause"] is None
    db = open_database(settings)
    async with db.write() as session:
        await spending_breaker.pause(session, PauseReason.BY_HAND, {})
    await db.close()
    laura = await marta.add_agent("Laura Gómez")
    for console in (marta, laura):
        assert (await console.get("/board"))["pause"]["reason"] == "by_hand"
    await laura.post("/spending/resume", status=403)
    await marta.post("/spending/resume")
    assert (await marta.post("/spending/resume", status=409))["error"] == "resumed_before"
    assert (await marta.get("/board"))["pause"] is None
    await laura.close()
