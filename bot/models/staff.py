"""The company's agents: accounts, sessions, their notes and approval requests."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.models.base import Base, Minor, words
from bot.models.states import ApprovalState, Presence, Role


class Agent(Base):
    """An employee who answers customers; a supervisor also leads the others."""

    __tablename__ = "agents"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)  # in lower case
    name: Mapped[str]
    role: Mapped[Role] = mapped_column(words("role", Role))
    password_hash: Mapped[str]  # argon2id
    language: Mapped[str] = mapped_column(String(2), default="es")
    capacity: Mapped[int]  # most conversations that the agent has at a time
    is_active: Mapped[bool] = mapped_column(default=True)
    presence: Mapped[Presence] = mapped_column(
        words("presence", Presence), default=Presence.AVAILABLE
    )
    # The last request or ping of an open console; null once the agent has signed out.
    seen_at: Mapped[datetime | None]
    # Wrong passwords in a row, and since when they are counted.
    failed_tries: Mapped[int] = mapped_column(default=0)
    tries_since: Mapped[datetime | None]
    created_at: Mapped[datetime]

    @property
    def first_name(self) -> str:
        """The agent's first name, the only part of it that customers see."""
        return self.name.split()[0]


class AgentSession(Base):
    """One sign-in; the cookie's token is kept only as its SHA-256."""

    __tablename__ = "agent_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), index=True)
    csrf: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Note(Base):
    """A private note on a case: in a table that nothing for customers reads."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"), index=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    text: Mapped[str]
    # The page's own id for it: sent again, it is the same note.
    request_id: Mapped[str | None] = mapped_column(unique=True)
    at: Mapped[datetime]


class Approval(Base):
    """An agent asks a supervisor to give more than they may themselves."""

    __tablename__ = "approvals"

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"), index=True)
    asked_by: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    remedy: Mapped[str]  # its name in the policy
    amount_minor: Mapped[Minor | None]  # null where the policy's own value is asked for
    currency: Mapped[str | None] = mapped_column(String(3))
    why: Mapped[str]
    request_id: Mapped[str | None] = mapped_column(unique=True)
    state: Mapped[ApprovalState] = mapped_column(words("approval_state", ApprovalState), index=True)
    asked_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str | None]
