"""Accounts of agents and supervisors: adding them, passwords, presence and load."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.models import Agent, Handoff, HandoffState, LivePresence, Role
from bot.text import email_address

# An open console sends a sign of life every twenty seconds; two of them may get lost.
ONLINE_FOR = timedelta(seconds=50)
# An agent who is gone for this long loses their cases. It is long enough to reload a page, to
# change networks, or for a restart of ours.
CASE_LEASE = timedelta(seconds=90)
# Against guessing: after so many wrong passwords an account is locked until the window has passed.
MAX_TRIES = 8
TRIES_WINDOW = timedelta(minutes=15)
MIN_PASSWORD_LENGTH = 10
DEFAULT_CAPACITY = 4
# argon2id with the parameters of RFC 9106, section 4, for machines with little memory.
_HASHER = PasswordHasher()
# Verified against when there is no such account, so that the response time reveals nothing.
_DUMMY_HASH = _HASHER.hash("nobody has this password")


class AgentError(ValueError):
    """An agent that cannot be added or changed; ``code`` names what is wrong."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class TooManyTries(Exception):
    """The account is locked after too many wrong passwords; it unlocks by itself."""


@dataclass(frozen=True, slots=True)
class AgentStatus:
    """An agent with presence and load as of now."""

    agent: Agent
    presence: LivePresence
    load: int  # conversations that the agent has

    @property
    def has_room(self) -> bool:
        """Return True if the agent may be given one more conversation."""
        return self.presence == LivePresence.AVAILABLE and self.load < self.agent.capacity


def hash_password(password: str) -> str:
    """Return the password's argon2id hash. It takes some fifty milliseconds by design.

    Raises:
        AgentError: the password is too short.
    """
    if len(password) < MIN_PASSWORD_LENGTH:
        raise AgentError(
            "short_password", f"a password has at least {MIN_PASSWORD_LENGTH} characters"
        )
    return _HASHER.hash(password)


def verify_password(agent: Agent | None, password: str) -> bool:
    """Return True if this is the password of an active account.

    It takes as long when there is no such account.
    """
    try:
        _HASHER.verify(agent.password_hash if agent else _DUMMY_HASH, password)
    except (VerificationError, InvalidHashError):
        return False
    return agent is not None and agent.is_active


async def find(session: AsyncSession, email: str) -> Agent | None:
    """Return the account with this e-mail address, if there is one."""
    return await session.scalar(select(Agent).where(Agent.email == email_address.normalize(email)))


async def add(
    session: AsyncSession,
    *,
    email: str,
    name: str,
    role: Role,
    password_hash: str,
    capacity: int = DEFAULT_CAPACITY,
    language: str = "es",
) -> Agent:
    """Add an account.

    Raises:
        AgentError: the address is in use ("taken") or not an address ("no_email"), or the name is
            empty ("no_name").
    """
    name, address = " ".join(name.split()), email_address.normalize(email)
    if not name:
        raise AgentError("no_name", "a person has a name")
    if address is None or not email_address.is_valid(email.strip()):
        raise AgentError("no_email", f"{email!r} is no e-mail address")
    if await find(session, address) is not None:
        raise AgentError("taken", f"{address} is there already")
    agent = Agent(
        email=address,
        name=name,
        role=role,
        password_hash=password_hash,
        language=language,
        capacity=capacity,
        created_at=clock.now(),
    )
    session.add(agent)
    await session.flush()
    return agent


def check_tries(agent: Agent) -> None:
    """Raise TooManyTries while the account is locked."""
    since = agent.tries_since
    if since and clock.now() - since < TRIES_WINDOW and agent.failed_tries >= MAX_TRIES:
        raise TooManyTries


def count_try(agent: Agent, *, right: bool) -> None:
    """Count a sign-in: a wrong password towards the lock, the right one resets the count."""
    now = clock.now()
    if right:
        agent.failed_tries, agent.tries_since = 0, None
    elif agent.tries_since is None or now - agent.tries_since >= TRIES_WINDOW:
        agent.failed_tries, agent.tries_since = 1, now
    else:
        agent.failed_tries += 1


def presence_of(agent: Agent, now: datetime) -> LivePresence:
    """Return the agent's presence, by the last sign of life and their own setting."""
    if agent.seen_at is None or now - agent.seen_at > ONLINE_FOR:
        return LivePresence.OFFLINE
    return LivePresence(agent.presence)


async def list_statuses(session: AsyncSession) -> list[AgentStatus]:
    """Return the agents who may sign in, by name, with presence and load."""
    now = clock.now()
    active = (
        select(Handoff.agent_id, func.count().label("load"))
        .where(Handoff.state == HandoffState.ACTIVE)
        .group_by(Handoff.agent_id)
        .subquery()
    )
    rows = await session.execute(
        select(Agent, func.coalesce(active.c.load, 0))
        .outerjoin(active, active.c.agent_id == Agent.id)
        .where(Agent.is_active)
        .order_by(Agent.name, Agent.id)
    )
    return [AgentStatus(agent, presence_of(agent, now), int(load)) for agent, load in rows]


async def names_by_id(session: AsyncSession) -> dict[int, str]:
    """Return the names of all agents by id, including those who have left."""
    return {row.id: row.name for row in await session.execute(select(Agent.id, Agent.name))}
