"""The case: complaints, handoffs to people, promises with a due time, and the case's history."""

from datetime import datetime
from typing import Any, get_args

from sqlalchemy import ForeignKey, Index, String, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.category import Severity
from bot.models.base import Base, FreeWords, words
from bot.models.states import (
    ComplaintState,
    HandoffEnding,
    HandoffReason,
    HandoffState,
    PromiseState,
    SummaryState,
)


class Complaint(Base):
    """One case; ``reference`` is what the customer can read out on a phone."""

    __tablename__ = "complaints"
    __table_args__ = (
        Index("ix_complaints_order", "order_id"),
        Index("ix_complaints_contact", "contact_id"),
        Index("ix_complaints_conversation_state", "conversation_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    # Where the customer talks about it now; it moves when they go on elsewhere.
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"))
    # True once the customer has told the bot what happened; False while they have only asked for
    # a human, and the category is a placeholder.
    is_told: Mapped[bool] = mapped_column(default=True)
    category: Mapped[str]
    # Further categories that the customer named in the same case.
    also: Mapped[list[str]] = mapped_column(default=list)
    severity: Mapped[Severity] = mapped_column(words("severity", get_args(Severity)))
    # How the customer feels about it, by their words; the strongest that was heard.
    emotion: Mapped[str | None]
    # The kind of remedy that the customer asked for, if they did.
    desired: Mapped[str | None]
    # What it is about, in the customer's own word ("licuadora").
    thing: Mapped[str | None]
    state: Mapped[ComplaintState] = mapped_column(words("complaint_state", ComplaintState))
    cause: Mapped[str | None]
    # The message that opened it: a turn that is run again finds its own case.
    first_message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), unique=True)
    # The sixty-second clock: when the first message came, when the apology left.
    first_message_at: Mapped[datetime]
    apologized_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class Handoff(Base):
    """A case passed to a human: waiting, then active with one agent, then ended."""

    __tablename__ = "handoffs"
    __table_args__ = (
        # One owner: a conversation has at most one handoff that has not ended.
        Index(
            "uq_handoffs_open",
            "conversation_id",
            unique=True,
            sqlite_where=text("state != 'ended'"),
            postgresql_where=text("state != 'ended'"),
        ),
        Index("ix_handoffs_state", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"), index=True)
    state: Mapped[HandoffState] = mapped_column(words("handoff_state", HandoffState))
    reason: Mapped[HandoffReason] = mapped_column(FreeWords(HandoffReason))
    priority: Mapped[int]  # 1 is the most urgent
    # The first promised time of a human's answer. It and the priority give the queue position,
    # which the case keeps when it returns to the queue.
    due_at: Mapped[datetime]
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"), index=True)
    # When the agent who has it opened it; null until then.
    read_at: Mapped[datetime | None]
    # When the customer was told that no agent has claimed it within the company's limit.
    nudged_at: Mapped[datetime | None]
    # The wait that was announced to the customer: queue position, and minutes from … to ….
    told_place: Mapped[int | None]
    told_low: Mapped[int | None]
    told_high: Mapped[int | None]
    # The customer's answer to the short version of the packet, and their corrections.
    summary_state: Mapped[SummaryState | None] = mapped_column(words("summary_state", SummaryState))
    corrections: Mapped[list[str]] = mapped_column(default=list)
    # The message that led to it: a turn that is run again finds it and replies the same.
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    created_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_how: Mapped[HandoffEnding | None] = mapped_column(words("ended_how", HandoffEnding))


# A literal, not a bound parameter: only then can the database use the partial index.
NOT_ENDED = Handoff.state != literal_column("'ended'")


class Promise(Base):
    """A promise to a customer: what will happen, and by when."""

    __tablename__ = "promises"
    __table_args__ = (
        Index(
            "ix_promises_open_due",
            "due_at",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"), index=True)
    compensation_id: Mapped[int | None] = mapped_column(ForeignKey("compensations.id"))
    what: Mapped[str]  # "answer" by a human, "commitment" of an agent, or the kind of remedy
    commitment: Mapped[str | None]  # in the agent's own words
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    request_id: Mapped[str | None] = mapped_column(String(36), index=True, unique=True)
    due_at: Mapped[datetime]
    state: Mapped[PromiseState] = mapped_column(words("promise_state", PromiseState))
    created_at: Mapped[datetime]
    # How to reach the customer when it falls due: "chat", "template", "telegram", "nobody".
    way: Mapped[str | None]


# A literal for the same reason.
STILL_OPEN = Promise.state == literal_column("'open'")


class CaseEvent(Base):
    """One line of a case's history: who did or read what, and when."""

    __tablename__ = "case_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    what: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
