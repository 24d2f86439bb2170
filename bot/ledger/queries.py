"""The ledger's statements that are built once: they run for every decision of the policy."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

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
from sqlalchemy.orm import InstrumentedAttribute, aliased

from bot.models import (
    GIVEN_STATES,
    Budget,
    Compensation,
    Complaint,
    Contact,
    Offer,
    Order,
    Period,
)

# In this order budgets are always locked, so that two transactions never wait for each other.
PERIODS: Final = (Period.DAY, Period.WEEK, Period.MONTH)

# (period, spent_minor) of the three budgets of one day. Parameters: currency, day_start,
# week_start, month_start.
SPENT_OF_BUDGETS = select(Budget.period, Budget.spent_minor).where(
    Budget.currency == bindparam("currency"),
    or_(
        *(
            (Budget.period == period) & (Budget.starts_on == bindparam(f"{period}_start"))
            for period in PERIODS
        )
    ),
)

_SAME_CONTACT = aliased(Contact)


def _of_contact(column: InstrumentedAttribute[str | None]) -> ScalarSelect[str | None]:
    """A column of the contact in question; an empty value equals nothing, as NULL does."""
    return (
        select(func.nullif(column, ""))
        .where(_SAME_CONTACT.id == bindparam("contact"))
        .scalar_subquery()
    )


_ADDRESSES = select(Order.address_key).where(
    Order.contact_id == bindparam("contact"), Order.address_key.is_not(None)
)
# The ids of all contacts of a household: the same e-mail, phone or delivery address.
# Parameter: contact.
HOUSEHOLD = select(Contact.id).where(
    or_(
        Contact.id == bindparam("contact"),
        Contact.email == _of_contact(_SAME_CONTACT.email),
        Contact.phone == _of_contact(_SAME_CONTACT.phone),
        Contact.id.in_(select(Order.contact_id).where(Order.address_key.in_(_ADDRESSES))),
    )
)

# What a limit can count remedies by; each name is also that of its parameter.
_SCOPES: Mapping[str, ColumnElement[bool]] = {
    "order": Compensation.order_id == bindparam("order"),
    "contact": Compensation.contact_id == bindparam("contact"),
    "conversation": Complaint.conversation_id == bindparam("conversation"),
    "household": Compensation.contact_id.in_(HOUSEHOLD),
    "category": Complaint.category == bindparam("category"),
    # Offered by the bot, to any customer.
    "by_bot": select(Offer.id)
    .where(Offer.id == Compensation.offer_id, Offer.agent_id.is_(None))
    .exists(),
}


@dataclass(frozen=True, slots=True)
class RemedyCount:
    """What a limit counts: the remedies given within its scopes, and the sum of one column."""

    summed: str  # the column of `Compensation`: amount_minor or goodwill_minor
    scopes: tuple[str, ...]  # names of `_SCOPES`, which must all hold
    days: int | None  # only the last so many; None: since ever
    kind: str | None = None  # of remedy; None: of any


@cache
def count_remedies(counts: tuple[RemedyCount, ...]) -> "CompoundSelect[int, int, int]":
    """Return one statement for several counts; its rows are (index, number, sum in minor units).

    A policy's limits ask for the same counts for every case. Parameters: those of the scopes, and
    since_0, since_1, … for the counts of a number of days.
    """
    return union_all(*(_count(index, count) for index, count in enumerate(counts)))


def _count(index: int, count: RemedyCount) -> "Select[int, int, int]":
    summed = func.coalesce(func.sum(getattr(Compensation, count.summed)), 0)
    query = (
        select(literal_column(str(index), Integer), func.count(), summed)
        .select_from(Compensation)
        .join(Complaint, Complaint.id == Compensation.complaint_id)
        .where(Compensation.state.in_(GIVEN_STATES), *(_SCOPES[scope] for scope in count.scopes))
    )
    if count.kind is not None:
        query = query.where(Compensation.kind == count.kind)
    if count.days is not None:
        query = query.where(Compensation.accepted_at >= bindparam(f"since_{index}"))
    return query
