"""Orders: read from the company's file, and found again by what a customer types."""

import asyncio
import csv
import string
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TextIO
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.company.profile import load_company
from bot.config.settings import Settings
from bot.customers import contacts, fingerprints
from bot.database.session import open_database
from bot.models import Order
from bot.money import Money, minor_digits, parse_amount
from bot.text import email_address
from bot.text.normalize import key

COLUMNS = (
    "order_number,customer_name,email,phone,total,currency,placed_at,promised_at,delivered_at,"
    "status,items"
).split(",")
# These may be left out: who signed for it, and where it went.
MORE_COLUMNS = ("signed_by", "address")
STATUSES = ("placed", "shipped", "delivered", "cancelled", "returned")
MOST_PROBLEMS = 20
RECENT = 3
# Made once, for they are asked for many messages.
_CALLED = select(Order).where(Order.number_key == bindparam("number"))
_SPENT = select(func.sum(Order.total_minor)).where(
    Order.contact_id == bindparam("contact"),
    Order.currency == bindparam("currency"),
    Order.status.not_in(("cancelled", "returned")),
    Order.placed_at >= bindparam("since"),
)
_RECENT = (
    select(Order)
    .where(Order.contact_id == bindparam("contact"))
    .order_by(Order.placed_at.desc())
    .limit(RECENT)
)
SHORTEST_NUMBER = 4
PREFIX = string.ascii_uppercase


class OrdersFileError(ValueError):
    """The file cannot be imported; the text names each line, what is wrong and what is allowed."""


class OrderRow(BaseModel):
    """One line of the orders' file."""

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
        if not key(value):
            raise ValueError("needs letters or digits")
        return value


def read_orders(lines: TextIO, name: str) -> list[OrderRow]:
    """Every row of a CSV file.

    Raises:
        OrdersFileError: the header or a line is wrong, or two lines share a number; nothing is
            read then.
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
            told = {column: raw.get(column) or "" for column in (*COLUMNS, *MORE_COLUMNS)}
            row = OrderRow.model_validate(told)
            parse_amount(row.total, row.currency)
        except ValidationError as error:
            problems.extend(_explain(error, name, line))
            continue
        except ValueError as error:
            problems.append(f"{name}:{line}: total: {error}")
            continue
        number = key(row.order_number)
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


def _explain(error: ValidationError, name: str, line: int) -> Iterator[str]:
    for problem in error.errors():
        column = problem["loc"][0] if problem["loc"] else "line"
        yield f"{name}:{line}: {column}: {problem['msg']} (found {problem['input']!r})"


async def store(
    session: AsyncSession,
    rows: Iterable[OrderRow],
    *,
    region: str,
    timezone: str,
    secret: str | None = None,
) -> tuple[int, int]:
    """Add new orders and bring known ones up to date; says how many of each.

    Args:
        region: the ISO country by which phones without a country code are read.
        timezone: the zone of moments that carry none.
        secret: keeps a key of each address, never the address; None keeps none.
    """
    zone = ZoneInfo(timezone)
    added = updated = 0
    for row in rows:
        order = await session.scalar(select(Order).where(Order.number_key == key(row.order_number)))
        if order is None:
            order = Order(number=row.order_number, number_key=key(row.order_number))
            added += 1
        else:
            updated += 1
        order.customer_name = row.customer_name
        # Known to the session only when it is whole: a query in between would write it half.
        order.email = email_address.normalize(row.email)
        order.phone = contacts.normal_phone(row.phone, region)
        order.total_minor = parse_amount(row.total, row.currency).amount_minor
        order.currency = row.currency
        order.placed_at = _aware(row.placed_at, zone)
        order.promised_at = row.promised_at and _aware(row.promised_at, zone)
        order.delivered_at = row.delivered_at and _aware(row.delivered_at, zone)
        order.status = row.status
        order.items = [item.strip() for item in row.items.split(";") if item.strip()]
        # A file that does not tell them takes nothing away.
        order.signed_by = row.signed_by or order.signed_by
        if secret and row.address:
            order.address_key = fingerprints.of_address(secret, row.address)
        person = await contacts.find_or_add(
            session, name=row.customer_name, email=order.email, phone=order.phone
        )
        order.contact_id = person.id
        session.add(order)
        await session.flush()
    return added, updated


def _aware(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


async def find(session: AsyncSession, number: str) -> Order | None:
    """The order with this number, however it is spelled: "PED-10482", "# 10482" and "10482"."""
    wanted = key(number)
    exact: Order | None = await session.scalar(_CALLED, {"number": wanted})
    if exact is not None:
        return exact
    bare = wanted.lstrip(PREFIX)
    if len(bare) < SHORTEST_NUMBER:
        return None
    # The company's numbers carry a prefix and the customer left it out, or the other way round.
    alike = await session.scalars(
        select(Order)
        .where(or_(Order.number_key == bare, Order.number_key.endswith(bare, autoescape=True)))
        .limit(10)
    )
    same = [order for order in alike if order.number_key.lstrip(PREFIX) == bare]
    return same[0] if len(same) == 1 else None


async def recent(session: AsyncSession, contact_id: int) -> list[Order]:
    """The customer's latest orders, newest first."""
    return list(await session.scalars(_RECENT, {"contact": contact_id}))


async def spent_in_a_year(session: AsyncSession, contact_id: int, currency: str) -> Money:
    """What a customer has bought in the last 365 days: what is at risk if they leave."""
    since = clock.now() - timedelta(days=365)
    about = {"contact": contact_id, "currency": currency, "since": since}
    total = await session.scalar(_SPENT, about)
    return Money(int(total or 0), currency)


def load_demo(settings: Settings) -> int:
    """Load the demo company's orders into a database that has none; says how many."""
    return asyncio.run(_load_demo(settings))


async def _load_demo(settings: Settings) -> int:
    company = load_company(settings.company_dir)
    path = settings.company_dir / "orders.csv"
    db = open_database(settings)
    try:
        async with db.write() as session:
            if not path.exists() or not await is_empty(session):
                return 0
            with path.open(encoding="utf-8-sig", newline="") as lines:
                rows = read_orders(lines, path.name)
            added, _ = await store(
                session,
                rows,
                region=company.country,
                timezone=company.time_zone,
                secret=settings.secret_key.get_secret_value(),
            )
            return added
    finally:
        await db.close()


async def is_empty(session: AsyncSession) -> bool:
    """Whether there is no order at all."""
    return not await session.scalar(
        select(func.count()).select_from(select(Order.id).limit(1).subquery())
    )
