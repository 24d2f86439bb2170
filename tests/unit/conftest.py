"""What several unit tests need: an empty database in memory."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.sqlite_session import InlineSession
from bot.models import Base


@pytest.fixture
async def memory_session() -> AsyncIterator[AsyncSession]:
    """A session with all tables; foreign keys are not enforced, so a row needs no others."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    async with InlineSession(engine) as session:
        yield session
    engine.dispose()
