"""Sign-ins of agents: a random token in a cookie, of which the server keeps only the hash."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.models import Agent, AgentSession

LENGTH = timedelta(hours=12)  # a working day


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whose session it is, and what their page must send along with every change."""

    agent: Agent
    csrf: str
    token: str


async def begin(session: AsyncSession, person: Agent) -> SignedIn:
    """A new sign-in; sessions that have run out are swept away."""
    now = clock.now()
    await session.execute(delete(AgentSession).where(AgentSession.expires_at < now))
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    session.add(
        AgentSession(
            token_hash=_hash(token),
            agent_id=person.id,
            csrf=csrf,
            created_at=now,
            expires_at=now + LENGTH,
        )
    )
    person.seen_at = now
    return SignedIn(person, csrf, token)


async def find(session: AsyncSession, token: str) -> SignedIn | None:
    """The sign-in that a token belongs to; None once it has ended, or its person may not."""
    row = (
        await session.execute(
            select(Agent, AgentSession.csrf)
            .join(AgentSession, AgentSession.agent_id == Agent.id)
            .where(
                AgentSession.token_hash == _hash(token),
                AgentSession.expires_at > clock.now(),
                Agent.is_active,
            )
        )
    ).one_or_none()
    return SignedIn(row[0], row[1], token) if row else None


async def end(session: AsyncSession, token: str) -> None:
    """Sign out of this browser."""
    await session.execute(delete(AgentSession).where(AgentSession.token_hash == _hash(token)))


async def end_all(session: AsyncSession, person: Agent) -> None:
    """Sign a person out everywhere: a new password, a new role, or they left."""
    await session.execute(delete(AgentSession).where(AgentSession.agent_id == person.id))


async def has_any(session: AsyncSession, person: Agent) -> bool:
    """Whether the person is signed in anywhere."""
    query = select(AgentSession.agent_id).where(
        AgentSession.agent_id == person.id, AgentSession.expires_at > clock.now()
    )
    return await session.scalar(query.limit(1)) is not None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
