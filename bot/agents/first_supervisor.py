"""The first supervisor: from ADMIN_EMAIL and ADMIN_PASSWORD, or made and told once."""

import asyncio
import secrets

from sqlalchemy import func, select

from bot.agents import accounts
from bot.config.settings import Settings
from bot.database.session import open_database
from bot.models import Agent, Role

DEFAULT_EMAIL = "admin@regalo.local"
NAME = "Supervisión"


def ensure(settings: Settings) -> tuple[str, str] | None:
    """Make the supervisor that the settings name, or one where there is none.

    One who is there already is left as they are: a password that was changed in the console is not
    changed back by a restart.

    Returns:
        E-mail and password, where a password was made up here and must be shown.

    Raises:
        AgentError: ADMIN_PASSWORD is too short.
    """
    return asyncio.run(_ensure(settings))


async def _ensure(settings: Settings) -> tuple[str, str] | None:
    db = open_database(settings)
    try:
        async with db.write() as session:
            supervisors = await session.scalar(
                select(func.count()).where(Agent.role == Role.SUPERVISOR, Agent.is_active)
            )
            email, given = settings.admin_email or DEFAULT_EMAIL, settings.admin_password
            named = settings.admin_email is not None and given is not None
            if (supervisors and not named) or await accounts.find(session, email) is not None:
                return None
            password = given.get_secret_value() if given else secrets.token_urlsafe(12)
            supervisor = await accounts.add(
                session,
                email=email,
                name=NAME,
                role=Role.SUPERVISOR,
                password_hash=accounts.hash_password(password),
            )
            return None if given else (supervisor.email, password)
    finally:
        await db.close()
