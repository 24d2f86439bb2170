"""Contacts (the customers) and their orders."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.models.base import Base, Minor


class Contact(Base):
    """A customer known by an order, a signed token or a phone that a channel vouches for."""

    __tablename__ = "contacts"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str | None] = mapped_column(index=True)  # in lower case
    phone: Mapped[str | None] = mapped_column(index=True)  # E.164
    created_at: Mapped[datetime]


class Order(Base):
    """A purchase as the company's own system reported it."""

    __tablename__ = "orders"
    __table_args__ = (Index("ix_orders_contact_placed", "contact_id", "placed_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    # The number as people type it: upper case, only letters and digits.
    number_key: Mapped[str] = mapped_column(unique=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"))
    customer_name: Mapped[str]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    total_minor: Mapped[Minor]
    currency: Mapped[str]
    placed_at: Mapped[datetime]
    promised_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    status: Mapped[str]
    items: Mapped[list[str]]
    # Where the company's system tells them: who signed for it, and a key of where it went.
    signed_by: Mapped[str | None]
    address_key: Mapped[str | None] = mapped_column(String(64), index=True)
    # Failed tries to prove that one is this order's customer, and since when they are counted.
    failed_tries: Mapped[int] = mapped_column(default=0)
    tries_since: Mapped[datetime | None]

    contact: Mapped[Contact] = relationship(lazy="raise")
