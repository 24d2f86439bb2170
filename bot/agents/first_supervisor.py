"""The first supervisor: from ADMIN_EMAIL and ADMIN_PASSWORD, or with a generated password."""

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
    """Add the supervisor that the settings name, or one if there is none at all.

    An existing account stays as it is: a restart does not undo a password changed in the console.

    Returns:
        E-mail address and password if the password was generated here and must be shown; else None.

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
            email, setting = settings.admin_email or DEFAULT_EMAIL, settings.admin_password
            is_named = settings.admin_email is not None and setting is not None
            if (supervisors and not is_named) or await accounts.find(session, email) is not None:
                return None
            password = setting.get_secret_value() if setting else secrets.token_urlsafe(12)
            supervisor = await accounts.add(
                session,
                email=email,
                name=NAME,
                role=Role.SUPERVISOR,
                password_hash=accounts.hash_password(password),
            )
            return None if setting else (supervisor.email, password)
    finally:
        await db.close()
