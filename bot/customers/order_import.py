"""The import of orders: a CSV file is checked line by line, then stored."""

import asyncio
import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TextIO
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from sqlalchemy.ext.asyncio import AsyncSession

from bot.company.profile import load_company
from bot.config.settings import Settings
from bot.customers import contacts, fingerprints, orders, queries
from bot.database.session import open_database
from bot.models import Order
from bot.money import minor_digits, parse_amount
from bot.text import email_address
from bot.text.normalize import order_key

COLUMNS = (
    "order_number,customer_name,email,phone,total,currency,placed_at,promised_at,delivered_at,"
    "status,items"
).split(",")
# Optional: who signed for the delivery, and the address it went to.
OPTIONAL_COLUMNS = ("signed_by", "address")
STATUSES = ("placed", "shipped", "delivered", "cancelled", "returned")
MOST_PROBLEMS = 20  # that an error lists


class OrdersFileError(ValueError):
    """The file cannot be imported: the text names each wrong line, and what is allowed there."""


class OrderRow(BaseModel):
    """One line of the file. Moments without a time zone are in the company's."""

    model_config = ConfigDict(str_strip_whitespace=True)

    order_number: str = Field(min_length=1, max_length=40)
    customer_name: str = Field(min_length=1, max_length=200)
    email: str = ""
    phone: str = ""
    total: str
    currency: str
    placed_at: datetime
    promised_at: datetime | None = None
    delivered_at: datetime | None = None
    status: str
    items: str = ""
    signed_by: str = Field("", max_length=200)
    address: str = Field("", max_length=500)

    @field_validator("promised_at", "delivered_at", mode="before")
    @classmethod
    def _empty_is_none(cls, value: str) -> str | None:
        return value or None

    @field_validator("currency")
    @classmethod
    def _known_currency(cls, value: str) -> str:
        minor_digits(value.upper())
        return value.upper()

    @field_validator("status")
    @classmethod
    def _known_status(cls, value: str) -> str:
        if value.lower() not in STATUSES:
            raise ValueError(f"allowed are {', '.join(STATUSES)}")
        return value.lower()

    @field_validator("order_number")
    @classmethod
    def _has_a_key(cls, value: str) -> str:
        if not order_key(value):
            raise ValueError("needs letters or digits")
        return value


def read_orders(lines: TextIO, name: str) -> list[OrderRow]:
    """Return every row of a CSV file.

    Args:
        name: of the file, for the messages.

    Raises:
        OrdersFileError: the header or any line is wrong, or two lines share a number.
    """
    reader = csv.DictReader(lines)
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise OrdersFileError(
            f"{name}:1: the header lacks {', '.join(missing)}; it must be {','.join(COLUMNS)}"
        )
    rows: list[OrderRow] = []
    seen: dict[str, int] = {}
    problems: list[str] = []
    for raw in reader:
        line = reader.line_num
        try:
            columns = (*COLUMNS, *OPTIONAL_COLUMNS)
            row = OrderRow.model_validate({column: raw.get(column) or "" for column in columns})
            parse_amount(row.total, row.currency)
        except ValidationError as error:
            problems.extend(_sentences(error, name, line))
            continue
        except ValueError as error:
            problems.append(f"{name}:{line}: total: {error}")
            continue
        number = order_key(row.order_number)
        if number in seen:
            problems.append(
                f"{name}:{line}: order_number {row.order_number} stands in line "
                f"{seen[number]} too; each may stand once"
            )
        seen.setdefault(number, line)
        rows.append(row)
    if problems:
        more = len(problems) - MOST_PROBLEMS
        raise OrdersFileError(
            "\n".join(problems[:MOST_PROBLEMS] + ([f"… and {more} more"] if more > 0 else []))
        )
    return rows


def _sentences(error: ValidationError, name: str, line: int) -> Iterator[str]:
    for problem in error.errors():
        column = problem["loc"][0] if problem["loc"] else "line"
        yield f"{name}:{line}: {column}: {problem['msg']} (found {problem['input']!r})"


async def store_orders(
    session: AsyncSession,
    rows: Iterable[OrderRow],
    *,
    region: str,
    timezone: str,
    secret: str | None = None,
) -> tuple[int, int]:
    """Add new orders, update known ones, and return how many were added and updated.

    Args:
        region: the ISO 3166 country of phones without a country code.
        timezone: the IANA zone of moments without one.
        secret: the key by which addresses are hashed (the address itself is never stored); without
            it no hash is stored.
    """
    zone = ZoneInfo(timezone)
    added = updated = 0
    for row in rows:
        number = order_key(row.order_number)
        order = await session.scalar(queries.ORDER_BY_NUMBER, {"number": number})
        if order is None:
            order = Order(number=row.order_number, number_key=number)
            added += 1
        else:
            updated += 1
        order.customer_name = row.customer_name
        # A new order is added to the session once it is complete: an autoflush by the queries below
        # would insert it with columns missing.
        order.email = email_address.normalize(row.email)
        order.phone = contacts.normalize_phone(row.phone, region)
        order.total_minor = parse_amount(row.total, row.currency).amount_minor
        order.currency = row.currency
        order.placed_at = _aware(row.placed_at, zone)
        order.promised_at = row.promised_at and _aware(row.promised_at, zone)
        order.delivered_at = row.delivered_at and _aware(row.delivered_at, zone)
        order.status = row.status
        order.items = [item.strip() for item in row.items.split(";") if item.strip()]
        # A file without these columns leaves what an earlier one gave.
        order.signed_by = row.signed_by or order.signed_by
        if secret and row.address:
            order.address_key = fingerprints.hash_address(secret, row.address)
        contact = await contacts.find_or_add(
            session, name=row.customer_name, email=order.email, phone=order.phone
        )
        order.contact_id = contact.id
        session.add(order)
        await session.flush()
    return added, updated


def _aware(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def load_demo(settings: Settings) -> int:
    """Import the demo company's orders into a database without orders; return how many."""
    return asyncio.run(_load_demo(settings))


async def _load_demo(settings: Settings) -> int:
    company = load_company(settings.company_dir)
    path = settings.company_dir / "orders.csv"
    db = open_database(settings)
    try:
        async with db.write() as session:
            if not path.exists() or not await orders.is_empty(session):
                return 0
            with path.open(encoding="utf-8-sig", newline="") as lines:
                rows = read_orders(lines, path.name)
            added, _ = await store_orders(
                session,
                rows,
                region=company.country,
                timezone=company.time_zone,
                secret=settings.secret_key.get_secret_value(),
            )
            return added
    finally:
        await db.close()
