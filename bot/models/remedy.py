"""What the company gives: offers, compensations, the ledger of money, and the daily budget."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.models.base import Base, words


class Offer(Base):
    """The alternatives put to a customer at one time, with the policy that gave them."""

    __tablename__ = "offers"
    __table_args__ = (
        Index(
            "uq_offers_open",
            "complaint_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"), index=True)
    policy_version: Mapped[str]
    rule_id: Mapped[str]
    reasons: Mapped[list[str]]
    # Whoever offers it; null is the assistant, by the policy's rule.
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    # The console's own id for it: sent again, it is the same offer.
    request_id: Mapped[str | None] = mapped_column(String(36), index=True, unique=True)
    state: Mapped[str] = mapped_column(words("offer_state", "open", "accepted", "declined", "void"))
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]


class Compensation(Base):
    """One alternative of an offer and, once accepted, what becomes of it."""

    __tablename__ = "compensations"
    __table_args__ = (
        # An offer pays once, whatever races: the database itself refuses the second.
        Index(
            "uq_compensations_taken",
            "offer_id",
            unique=True,
            sqlite_where=text("state IN ('accepted', 'issued')"),
            postgresql_where=text("state IN ('accepted', 'issued')"),
        ),
        Index("ix_compensations_contact", "contact_id", "state"),
        Index("ix_compensations_order", "order_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"), index=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"))
    position: Mapped[int]  # 1 is the first alternative shown
    kind: Mapped[str]
    amount_minor: Mapped[int]  # 0 where the remedy is not a sum of money
    goodwill_minor: Mapped[int]  # how much of it goes beyond the customer's right
    budget_minor: Mapped[int]  # what it takes from the day's budget
    # What it is worth to the customer, a sum of money or not; 0 where that is not known.
    value_minor: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(String(3))
    terms: Mapped[dict[str, Any]]  # the whole alternative as the policy gave it
    state: Mapped[str] = mapped_column(
        words(
            "compensation_state",
            "offered",
            "accepted",
            "issued",
            "failed",
            "declined",
            "expired",
            "void",
        )
    )
    code: Mapped[str | None] = mapped_column(String(24), unique=True)
    accepted_at: Mapped[datetime | None]
    issued_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]


class LedgerEntry(Base):
    """One line of the append-only ledger; the database refuses to change or delete it."""

    __tablename__ = "ledger_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"))
    compensation_id: Mapped[int] = mapped_column(ForeignKey("compensations.id"))
    kind: Mapped[str]  # the kind of remedy
    state: Mapped[str]  # what became of it: accepted (somebody must do it) or issued
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    idempotency_key: Mapped[str] = mapped_column(unique=True)
    originator: Mapped[str]
    reason: Mapped[str]


class Budget(Base):
    """What the bot may give away on one day, and what it has given."""

    __tablename__ = "budgets"

    day: Mapped[date] = mapped_column(primary_key=True)  # in the company's time zone
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    spent_minor: Mapped[int]
