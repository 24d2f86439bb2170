"""Agents' sign-in sessions: a random token in a cookie, of which the server keeps only the hash."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.models import Agent, AgentSession

SESSION_LENGTH = timedelta(hours=12)  # a working day


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session: its agent, its token, and the CSRF token that every change must carry."""

    agent: Agent
    csrf: str
    token: str


async def begin(session: AsyncSession, agent: Agent) -> SignedIn:
    """Begin a session for an agent; expired sessions are deleted."""
    now = clock.now()
    await session.execute(delete(AgentSession).where(AgentSession.expires_at < now))
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    session.add(
        AgentSession(
            token_hash=_hash(token),
            agent_id=agent.id,
            csrf=csrf,
            created_at=now,
            expires_at=now + SESSION_LENGTH,
        )
    )
    agent.seen_at = now
    return SignedIn(agent, csrf, token)


async def find(session: AsyncSession, token: str) -> SignedIn | None:
    """Return the session of a token; None if it has ended or its agent may no longer sign in."""
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
    """End one session."""
    await session.execute(delete(AgentSession).where(AgentSession.token_hash == _hash(token)))


async def end_all(session: AsyncSession, agent: Agent) -> None:
    """End all sessions of an agent: after a new password or role, or when they leave."""
    await session.execute(delete(AgentSession).where(AgentSession.agent_id == agent.id))


async def has_any(session: AsyncSession, agent: Agent) -> bool:
    """Return True if the agent has a session that has not expired."""
    query = select(AgentSession.agent_id).where(
        AgentSession.agent_id == agent.id, AgentSession.expires_at > clock.now()
    )
    return await session.scalar(query.limit(1)) is not None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
