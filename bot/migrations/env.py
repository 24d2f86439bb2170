"""Alembic's entry: migrates the database that ``bot.database.session.migrate`` names."""

import asyncio
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

from bot.database.session import Database
from bot.models import Base
from bot.models.base import UtcDateTime


def _render(_kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Render our column types as the database's: a migration must not depend on the models."""
    return "sa.DateTime(timezone=True)" if isinstance(item, UtcDateTime) else False


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        # SQLite cannot alter most things in place: batch mode copies the table instead.
        render_as_batch=True,
        render_item=_render,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def _main() -> None:
    url = context.config.get_main_option("sqlalchemy.url", "")  # set by migrate()
    db = Database(url)
    # One transaction: a migration that is interrupted leaves the schema as it was.
    await db.run_sync(_migrate)
    await db.close()


asyncio.run(_main())
