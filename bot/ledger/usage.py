"""What has been given before: what the limits are held against."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    ScalarSelect,
    Select,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from bot import clock
from bot.context.company_context import CompanyContext
from bot.ledger import budgets
from bot.models import (
    GIVEN_STATES,
    Compensation,
    Complaint,
    Contact,
    Offer,
    Order,
)
from bot.money import Money
from bot.policy.limit_check import RemedyTotal, Usage
from bot.policy.limits import Cap, ScopedCap

_ME = aliased(Contact)


def _mine(column: InstrumentedAttribute[str | None]) -> ScalarSelect[str | None]:
    return select(func.nullif(column, "")).where(_ME.id == bindparam("contact")).scalar_subquery()


_ADDRESSES = select(Order.address_key).where(
    Order.contact_id == bindparam("contact"), Order.address_key.is_not(None)
)
# What nobody told is nobody's: nothing is equal to NULL.
_HOUSEHOLD = select(Contact.id).where(
    or_(
        Contact.id == bindparam("contact"),
        Contact.email == _mine(_ME.email),
        Contact.phone == _mine(_ME.phone),
        Contact.id.in_(select(Order.contact_id).where(Order.address_key.in_(_ADDRESSES))),
    )
)
# What remedies can be asked for by; the names are those of the values.
_ABOUT: Mapping[str, ColumnElement[bool]] = {
    "order": Compensation.order_id == bindparam("order"),
    "contact": Compensation.contact_id == bindparam("contact"),
    "conversation": Complaint.conversation_id == bindparam("conversation"),
    "household": Compensation.contact_id.in_(_HOUSEHOLD),
    "category": Complaint.category == bindparam("category"),
    "by_the_system": select(Offer.id)
    .where(Offer.id == Compensation.offer_id, Offer.agent_id.is_(None))
    .exists(),
}


@dataclass(frozen=True, slots=True)
class _Question:
    """How many remedies were taken, and their sum: what one limit is held against."""

    summed: str
    about: tuple[str, ...]  # names of ``_ABOUT``
    days: int | None  # the last ones; None is ever
    kind: str | None = None


async def of(session: AsyncSession, context: CompanyContext, case: Complaint) -> Usage:
    """What this order, customer, household, category and each kind have been given."""
    limits, currency = context.policy.limits, context.policy.currency
    # What counts as the customer's: the person's; of somebody not known, the conversation's.
    customer = "conversation" if case.contact_id is None else "contact"

    def goodwill(cap: Cap, *about: str, kind: str | None = None) -> _Question:
        if isinstance(cap, ScopedCap):
            about = (*about, customer if cap.scope == "customer" else "by_the_system")
        return _Question("goodwill_minor", about, cap.period_days, kind)

    asked = {"customer": goodwill(limits.per_customer, customer)}
    if case.order_id is not None:
        asked["order"] = _Question("amount_minor", ("order",), limits.per_order.period_days)
    if limits.per_household is not None and case.contact_id is not None:
        asked["household"] = goodwill(limits.per_household, "household")
    if cap := (limits.per_category or {}).get(case.category):
        asked["category"] = goodwill(cap, "category")
    kinds: list[str] = list(limits.per_kind or {})
    for kind, cap in (limits.per_kind or {}).items():
        asked[kind] = goodwill(cap, kind=kind)
    given = await _given(session, currency, case, asked)
    nothing = RemedyTotal()
    on_order = given.get("order", nothing)
    return Usage(
        order_count=on_order.count,
        order_total=on_order.total,
        customer_count=given["customer"].count,
        customer_total=given["customer"].total,
        household=given.get("household", nothing),
        category=given.get("category", nothing),
        kinds={kind: given[kind] for kind in kinds},
        budget_left=await budgets.left(session, context.company.today(), currency, limits.budgets),
    )


async def household_of(session: AsyncSession, contact_id: int) -> list[int]:
    """The contacts with the same e-mail or phone, or to whose address their orders went, too."""
    return list(await session.scalars(_HOUSEHOLD.order_by(Contact.id), {"contact": contact_id}))


async def _given(
    session: AsyncSession, currency: str, case: Complaint, asked: Mapping[str, _Question]
) -> dict[str, RemedyTotal]:
    """The answers by name; all of them by one statement, for each decision asks several."""
    told: dict[str, Any] = {
        "order": case.order_id,
        "contact": case.contact_id,
        "conversation": case.conversation_id,
        "category": case.category,
    }
    now = clock.now()
    for place, one in enumerate(asked.values()):
        told[f"since_{place}"] = now - timedelta(days=one.days) if one.days else None
    rows = await session.execute(_taken(tuple(asked.values())), told)
    names = list(asked)
    return {
        names[place]: RemedyTotal(int(count), Money(int(total), currency))
        for place, count, total in rows
    }


@cache
def _taken(asked: tuple[_Question, ...]) -> "CompoundSelect[int, int, int]":
    """The statement for these questions, which are the same ones again and again."""
    return union_all(*(_one(place, one) for place, one in enumerate(asked)))


def _one(place: int, asked: _Question) -> "Select[int, int, int]":
    summed = func.coalesce(func.sum(getattr(Compensation, asked.summed)), 0)
    query = (
        select(literal_column(str(place), Integer), func.count(), summed)
        .select_from(Compensation)
        .join(Complaint, Complaint.id == Compensation.complaint_id)
        .where(Compensation.state.in_(GIVEN_STATES), *(_ABOUT[name] for name in asked.about))
    )
    if asked.kind is not None:
        query = query.where(Compensation.kind == asked.kind)
    if asked.days is not None:
        query = query.where(Compensation.accepted_at >= bindparam(f"since_{place}"))
    return query
