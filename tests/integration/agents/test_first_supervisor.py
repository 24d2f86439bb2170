"""The first supervisor is added once, with the password of the settings or a generated one."""

import asyncio

import pytest
from sqlalchemy import select

from bot.agents import accounts, first_supervisor
from bot.agents.first_supervisor import DEFAULT_EMAIL
from bot.config.settings import Settings
from bot.database.session import open_database
from bot.models import Agent, Role

PASSWORD = "una clave muy larga"


def load_agents(settings: Settings) -> list[Agent]:
    async def load() -> list[Agent]:
        db = open_database(settings)
        async with db.read() as session:
            agents = list(await session.scalars(select(Agent).order_by(Agent.id)))
        await db.close()
        return agents

    return asyncio.run(load())


def test_supervisor_of_the_settings_is_added_once_and_keeps_their_password(
    settings: Settings,
) -> None:
    named = settings.model_copy(update={"admin_email": "ana@example.com"})
    named = Settings.model_validate({**named.model_dump(), "admin_password": PASSWORD})
    assert first_supervisor.ensure(named) is None
    other = Settings.model_validate({**named.model_dump(), "admin_password": PASSWORD[::-1]})
    assert first_supervisor.ensure(other) is None
    (supervisor,) = load_agents(settings)
    assert (supervisor.email, supervisor.role) == ("ana@example.com", Role.SUPERVISOR)
    assert accounts.verify_password(supervisor, PASSWORD)


def test_generated_password_is_returned_once(settings: Settings) -> None:
    unnamed = settings.model_copy(update={"admin_email": None, "admin_password": None})
    shown = first_supervisor.ensure(unnamed)
    assert shown is not None
    email, password = shown
    (supervisor,) = load_agents(settings)
    assert email == supervisor.email == DEFAULT_EMAIL
    assert accounts.verify_password(supervisor, password)
    assert first_supervisor.ensure(unnamed) is None
    assert len(load_agents(settings)) == 1


def test_too_short_password_is_refused(settings: Settings) -> None:
    short = settings.model_copy(update={"admin_email": "ana@example.com"})
    short = Settings.model_validate({**short.model_dump(), "admin_password": "abc"})
    with pytest.raises(accounts.AgentError):
        first_supervisor.ensure(short)
    assert load_agents(settings) == []
