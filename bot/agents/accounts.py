"""Agents and supervisors: added, signed in with a password, present or away, and how loaded."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.models import Agent, Handoff, HandoffState, LivePresence, Role
from bot.text import email_address

# An open console gives a sign of life every twenty seconds; two of them may get lost.
ONLINE = timedelta(seconds=50)
# Who is gone for this long no longer has their cases: long enough to reload a page, to change the
# network or for our own restart.
LEASE = timedelta(seconds=90)
# Guessing a password: after so many wrong tries the account rests for a while.
MOST_TRIES = 8
TRIES_WINDOW = timedelta(minutes=15)
SHORTEST_PASSWORD = 10
DEFAULT_CAPACITY = 4
# argon2id with the parameters of RFC 9106, section 4, for machines with little memory.
_HASHER = PasswordHasher()
# Verified against when there is no such person, so that the time tells nothing.
_NOBODY = _HASHER.hash("nobody has this password")


class AgentError(ValueError):
    """An agent that cannot be added or changed; ``code`` names what is wrong."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class TooManyTries(Exception):
    """This account had too many wrong passwords lately; it opens again by itself."""


@dataclass(frozen=True, slots=True)
class AtWork:
    """A person of the company as they are right now."""

    agent: Agent
    presence: LivePresence
    load: int  # conversations they have

    @property
    def has_room(self) -> bool:
        """Whether one more conversation may be given to them."""
        return self.presence == LivePresence.AVAILABLE and self.load < self.agent.capacity


def hash_password(password: str) -> str:
    """The password as it is kept; takes some fifty milliseconds by design.

    Raises:
        AgentError: it is too short.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise AgentError(
            "short_password", f"a password has at least {SHORTEST_PASSWORD} characters"
        )
    return _HASHER.hash(password)


def verify(agent: Agent | None, password: str) -> bool:
    """Whether this is the person's password; takes as long when there is no such person."""
    try:
        _HASHER.verify(agent.password_hash if agent else _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return agent is not None and agent.is_active


async def find(session: AsyncSession, email: str) -> Agent | None:
    """The person with this e-mail address."""
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
    """Add a person of the company.

    Raises:
        AgentError: somebody has this address, or the address or the name is none.
    """
    name, address = " ".join(name.split()), email_address.normalize(email)
    if not name:
        raise AgentError("no_name", "a person has a name")
    if address is None or not email_address.is_valid(email.strip()):
        raise AgentError("no_email", f"{email!r} is no e-mail address")
    if await find(session, address) is not None:
        raise AgentError("taken", f"{address} is there already")
    person = Agent(
        email=address,
        name=name,
        role=role,
        password_hash=password_hash,
        language=language,
        capacity=capacity,
        created_at=clock.now(),
    )
    session.add(person)
    await session.flush()
    return person


def check_tries(person: Agent) -> None:
    """Raise TooManyTries while the account rests."""
    since = person.tries_since
    if since and clock.now() - since < TRIES_WINDOW and person.failed_tries >= MOST_TRIES:
        raise TooManyTries


def count_try(person: Agent, *, right: bool) -> None:
    """A wrong password counts; the right one begins anew."""
    now = clock.now()
    if right:
        person.failed_tries, person.tries_since = 0, None
    elif person.tries_since is None or now - person.tries_since >= TRIES_WINDOW:
        person.failed_tries, person.tries_since = 1, now
    else:
        person.failed_tries += 1


def presence_of(person: Agent, now: datetime) -> LivePresence:
    """Whether they are there: by the last sign of life, and by what they say themselves."""
    if person.seen_at is None or now - person.seen_at > ONLINE:
        return LivePresence.OFFLINE
    return LivePresence(person.presence)


async def at_work(session: AsyncSession) -> list[AtWork]:
    """Everybody of the company who may sign in, by name, with how loaded they are."""
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
    return [AtWork(person, presence_of(person, now), int(load)) for person, load in rows]
