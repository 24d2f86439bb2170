"""The schema: an old database keeps its rows, and the newest one is what the models say."""

import asyncio
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import IntegrityError

from bot.db import MIGRATIONS, Database, migrate
from bot.models import Base, Handoff
from bot.settings import Settings
from tests.integration.conftest import PostgreSQL, settings_for

AT = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
# As both databases read it: SQLite keeps UTC without saying so.
WRITTEN = "2026-11-20 15:30:00"
FIRST = [
    (
        "INSERT INTO conversations (id, channel, address, language, language_heard, last_seq,"
        " created_at, times) VALUES ('c', 'web', 'c', 'es', true, 1, '{at}', '{{}}')"
    ),
    (
        "INSERT INTO messages (id, conversation_id, seq, channel, author, text, state, heard, at)"
        " VALUES (1, 'c', 1, 'web', 'customer', 'una persona', 'answered', true, '{at}')"
    ),
    (
        "INSERT INTO complaints (id, reference, conversation_id, is_told, category, also, severity,"
        " state, first_message_id, first_message_at)"
        " VALUES (1, 'Q-1', 'c', false, 'other_complaint', '[]', 'low', 'open', 1, '{at}')"
    ),
    (
        "INSERT INTO handoffs (id, conversation_id, complaint_id, state, reason, priority,"
        " created_at)"
        " VALUES (1, 'c', 1, 'waiting', 'wants_human', 3, '{at}')"
    ),
    (
        "INSERT INTO promises (id, complaint_id, what, due_at, state, created_at)"
        " VALUES (1, 1, 'answer', '{at}', 'open', '{at}')"
    ),
]


def upgrade(settings: Settings, to: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", settings.database_url.replace("%", "%%"))
    command.upgrade(config, to)


async def run(settings: Settings, *statements: str) -> None:
    db = Database(settings.database_url)
    try:
        async with db.write() as session:
            for one in statements:
                await session.execute(text(one))
    finally:
        await db.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """A database without any table."""
    if request.param == "sqlite":
        yield settings_for(f"sqlite:///{tmp_path / 'old.db'}", tmp_path)
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    name = f"m{uuid.uuid4().hex[:12]}"
    server.run(f"CREATE DATABASE {name}")
    yield settings_for(server.url(name), tmp_path)
    server.drop(name)


def test_rows_of_the_first_release_are_kept_and_have_their_place_in_the_queue(
    empty: Settings,
) -> None:
    upgrade(empty, "0001")
    asyncio.run(run(empty, *(one.format(at=WRITTEN) for one in FIRST)))
    migrate(empty)

    async def look() -> list[Handoff]:
        db = Database(empty.database_url)
        async with db.read() as session:
            found = list(await session.scalars(select(Handoff)))
        await db.close()
        return found

    (kept,) = asyncio.run(look())
    assert (kept.state, kept.reason, kept.created_at) == ("waiting", "wants_human", AT)
    assert kept.due_at == AT  # who waited first comes first
    assert (kept.agent_id, kept.corrections, kept.summary_state) == (None, [], None)


def test_an_upgrade_that_is_done_twice_changes_nothing(empty: Settings) -> None:
    migrate(empty)
    migrate(empty)


def test_the_migrated_schema_is_what_the_models_say(empty: Settings) -> None:
    migrate(empty)

    def compare(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))

    async def look() -> list[object]:
        db = Database(empty.database_url)
        async with db.engine.connect() as connection:
            found = await connection.run_sync(compare)
        await db.close()
        return found

    assert asyncio.run(look()) == []


def test_the_database_itself_refuses_a_state_that_there_is_not(empty: Settings) -> None:
    migrate(empty)
    asyncio.run(run(empty, *(_at_head(one).format(at=WRITTEN) for one in FIRST)))
    for wrong in (
        "UPDATE handoffs SET summary_state = 'perhaps'",
        "UPDATE handoffs SET agent_id = 99",
        "UPDATE handoffs SET due_at = NULL",
    ):
        with pytest.raises(IntegrityError):
            asyncio.run(run(empty, wrong))


def _at_head(statement: str) -> str:
    """The newest schema asks when a person was promised."""
    if "INTO handoffs" not in statement:
        return statement
    named = statement.replace("created_at)", "created_at, due_at)")
    return named.replace("'{at}')", "'{at}', '{at}')")
