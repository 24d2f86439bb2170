"""The tables of what the company gives: offers, compensations, ledger, budgets, fulfilments."""

from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.models.base import Base, FreeWords, Minor, words
from bot.models.states import (
    Account,
    CompensationState,
    DecisionMode,
    FulfilmentState,
    LedgerEvent,
    LedgerState,
    OfferState,
    PauseReason,
    Period,
)


class Offer(Base):
    """A set of alternatives offered to a customer, with the policy that decided it."""

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
    # The agent who offers it; null is the assistant.
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    # The console's id of the request: the same request again is the same offer.
    request_id: Mapped[str | None] = mapped_column(String(36), index=True, unique=True)
    state: Mapped[OfferState] = mapped_column(words("offer_state", OfferState))
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]


class Compensation(Base):
    """One alternative of an offer and, once it is accepted, its further states."""

    __tablename__ = "compensations"
    __table_args__ = (
        # An offer pays once: under concurrent choices, the database refuses the second.
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
    amount_minor: Mapped[Minor]  # 0 if the remedy is no sum of money
    goodwill_minor: Mapped[Minor]  # the part of it that goes beyond the customer's right
    budget_minor: Mapped[Minor]  # what it takes from the budgets
    # The face value, of a sum of money or not; 0 if it is not known.
    value_minor: Mapped[Minor] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(String(3))
    terms: Mapped[dict[str, Any]]  # the alternative of the policy, see Alternative.as_dict
    state: Mapped[CompensationState] = mapped_column(words("compensation_state", CompensationState))
    code: Mapped[str | None] = mapped_column(String(24), unique=True)
    accepted_at: Mapped[datetime | None]
    issued_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]


class LedgerEntry(Base):
    """One line of the append-only ledger: an amount that moves from one account to another.

    Every compensation has the accounts "reserved" (promised, not yet done), "outstanding" (given
    to the customer, who may spend it) and "settled" (done, spent, paid); "company" is the source of
    all amounts. A line takes from one account what it adds to another, so the ledger always
    balances, and the balance of an account is the sum of its lines. The database refuses to change
    or delete a line, and to take more from an account than it holds.
    """

    __tablename__ = "ledger_entries"
    __table_args__ = (
        CheckConstraint("amount_minor >= 0 AND budget_minor >= 0", name="no_amount_below_zero"),
        CheckConstraint("from_account <> to_account", name="two_accounts"),
        Index("ix_ledger_entries_compensation_id", "compensation_id"),
        Index("ix_ledger_entries_created_at", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"))
    compensation_id: Mapped[int] = mapped_column(ForeignKey("compensations.id"))
    kind: Mapped[str]  # the kind of remedy
    event: Mapped[LedgerEvent] = mapped_column(words("ledger_event", LedgerEvent))
    state: Mapped[LedgerState] = mapped_column(FreeWords(LedgerState))
    from_account: Mapped[Account] = mapped_column(words("from_account", Account))
    to_account: Mapped[Account] = mapped_column(words("to_account", Account))
    amount_minor: Mapped[Minor]
    # What the budgets lose, or get back when the amount returns to the company.
    budget_minor: Mapped[Minor]
    budget_day: Mapped[date | None]  # the day of these budgets, in the company's time zone
    currency: Mapped[str] = mapped_column(String(3))
    idempotency_key: Mapped[str] = mapped_column(unique=True)
    inputs_hash: Mapped[str] = mapped_column(
        String(64)
    )  # of the inputs that were recorded under the key
    originator: Mapped[str]
    reason: Mapped[str]
    policy_version: Mapped[str]
    reverses_id: Mapped[int | None] = mapped_column(
        ForeignKey("ledger_entries.id"), index=True, unique=True
    )


class Budget(Base):
    """A counter of what the assistant's goodwill has cost in one day, week or month."""

    __tablename__ = "budgets"

    period: Mapped[Period] = mapped_column(words("period", Period), primary_key=True)
    starts_on: Mapped[date] = mapped_column(primary_key=True)  # in the company's time zone
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    spent_minor: Mapped[Minor]
    # The part of ``spent_minor`` from before ledger entries named their budget: no entry tells it.
    untold_minor: Mapped[Minor] = mapped_column(default=0)


class SpendingPause(Base):
    """A pause of the assistant's spending: when and why it began, and who ended it."""

    __tablename__ = "pauses"
    __table_args__ = (
        # At most one pause is open.
        Index(
            "uq_pauses_open",
            "is_open",
            unique=True,
            sqlite_where=text("is_open"),
            postgresql_where=text("is_open"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    is_open: Mapped[bool]
    reason: Mapped[PauseReason] = mapped_column(words("pause_reason", PauseReason))
    detail: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    paused_by: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))  # null: the breaker
    resumed_at: Mapped[datetime | None]
    resumed_by: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))


class Fulfilment(Base):
    """A remedy that the company's own system carries out: the state of the requests to it."""

    __tablename__ = "fulfilments"
    __table_args__ = (
        Index(
            "ix_fulfilments_due",
            "next_at",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    compensation_id: Mapped[int] = mapped_column(ForeignKey("compensations.id"), unique=True)
    provider: Mapped[str]
    # Sent with every request, so that the provider carries the remedy out once.
    idempotency_key: Mapped[str] = mapped_column(String(36), unique=True)
    state: Mapped[FulfilmentState] = mapped_column(words("fulfilment_state", FulfilmentState))
    # The provider has accepted it and will call back.
    is_accepted: Mapped[bool] = mapped_column(default=False)
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    # The worker that asks now, and until when its lease lasts.
    owner: Mapped[str | None]
    owned_until: Mapped[datetime | None]
    give_up_at: Mapped[datetime]
    due_at: Mapped[datetime]  # the date that the customer was promised
    reference: Mapped[str | None]  # the provider's own id of it
    problem: Mapped[str | None]  # of the last try
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ProviderTry(Base):
    """One request to the provider, or one callback; the breaker counts those that failed."""

    __tablename__ = "provider_tries"

    id: Mapped[int] = mapped_column(primary_key=True)
    fulfilment_id: Mapped[int] = mapped_column(ForeignKey("fulfilments.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    # The id of a callback, so that a repeated one counts once. Null for our own requests.
    event_id: Mapped[str | None] = mapped_column(unique=True)
    is_error: Mapped[bool]
    outcome: Mapped[str]


class DecisionRecord(Base):
    """A decision of the policy on a case, kept with its facts to be explained and replayed."""

    __tablename__ = "decisions"
    __table_args__ = (Index("ix_decisions_at", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"), index=True)
    at: Mapped[datetime]
    mode: Mapped[DecisionMode] = mapped_column(words("decision_mode", DecisionMode))
    policy_version: Mapped[str]
    outcome: Mapped[Literal["offer", "person"]] = mapped_column(
        words("decision_outcome", ("offer", "person"))
    )
    rule_id: Mapped[str | None]
    reason: Mapped[str | None]  # why a human must decide
    reasons: Mapped[list[str]]
    alternatives: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    facts: Mapped[dict[str, Any]]  # see CaseFacts
    # See DecisionTrace.
    working: Mapped[dict[str, Any]] = mapped_column(default=dict)
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offers.id"), index=True)
    channel: Mapped[str]
    language: Mapped[str] = mapped_column(String(2))


class RiskFlag(Base):
    """A risk signal raised on a case: a human should look at it first. It refuses nothing."""

    __tablename__ = "doubts"
    __table_args__ = (UniqueConstraint("complaint_id", "signal"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"))
    signal: Mapped[str]
    detail: Mapped[dict[str, Any]]
    at: Mapped[datetime]
