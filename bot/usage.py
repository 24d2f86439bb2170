"""What has been given before: what the limits are held against."""

from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import budget, clock
from bot.allowance import Given, Usage
from bot.desk import Desk
from bot.models import Compensation, Complaint, Contact, Offer, Order
from bot.money import Money
from bot.policy_limits import Cap, ScopedCap

# A remedy in one of these states has been given; that it expired unused does not undo that.
TAKEN = ("accepted", "issued", "expired")
# What remedies can be asked for by; the names are those of the values.
_ABOUT: dict[str, ColumnElement[bool]] = {
    "order": Compensation.order_id == bindparam("order"),
    "contact": Compensation.contact_id == bindparam("contact"),
    "conversation": Complaint.conversation_id == bindparam("conversation"),
    "household": Compensation.contact_id.in_(bindparam("household", expanding=True)),
    "category": Complaint.category == bindparam("category"),
    "kind": Compensation.kind == bindparam("kind"),
    "since": Compensation.accepted_at >= bindparam("since"),
    "by_the_system": select(Offer.id)
    .where(Offer.id == Compensation.offer_id, Offer.agent_id.is_(None))
    .exists(),
}
_ADDRESSES = select(Order.address_key).where(
    Order.contact_id == bindparam("contact"), Order.address_key.is_not(None)
)
# What nobody told is nobody's: nothing is equal to NULL.
_HOUSEHOLD = (
    select(Contact.id)
    .where(
        or_(
            Contact.id == bindparam("contact"),
            Contact.email == bindparam("email"),
            Contact.phone == bindparam("phone"),
            Contact.id.in_(select(Order.contact_id).where(Order.address_key.in_(_ADDRESSES))),
        )
    )
    .order_by(Contact.id)
)


async def of(session: AsyncSession, desk: Desk, case: Complaint) -> Usage:
    """What this order, customer, household, category and each kind have been given."""
    limits, currency = desk.policy.limits, desk.policy.currency
    on_order = await _on_order(session, desk, case)
    customer = await _under(session, currency, limits.per_customer, **_to_customer(case))
    household = Given()
    if limits.per_household is not None and case.contact_id is not None:
        people = await household_of(session, case.contact_id)
        household = await _under(session, currency, limits.per_household, household=people)
    category = Given()
    if cap := (limits.per_category or {}).get(case.category):
        whose = _whose(cap, case)
        category = await _under(session, currency, cap, category=case.category, **whose)
    kinds: dict[str, Given] = {
        kind: await _under(session, currency, cap, kind=kind, **_whose(cap, case))
        for kind, cap in (limits.per_kind or {}).items()
    }
    today = clock.now().astimezone(desk.company.tz).date()
    return Usage(
        order_count=on_order.count,
        order_total=on_order.total,
        customer_count=customer.count,
        customer_total=customer.total,
        household=household,
        category=category,
        kinds=kinds,
        budget_left=await budget.left(session, today, currency, limits.budgets),
    )


def _to_customer(case: Complaint) -> dict[str, Any]:
    """What counts as the customer's: the person's; of somebody not known, the conversation's."""
    if case.contact_id is not None:
        return {"contact": case.contact_id}
    return {"conversation": case.conversation_id}


async def household_of(session: AsyncSession, contact_id: int) -> list[int]:
    """The contacts with the same e-mail or phone, or to whose address their orders went, too."""
    me = await session.get_one(Contact, contact_id)
    about = {"contact": me.id, "email": me.email or None, "phone": me.phone or None}
    return list(await session.scalars(_HOUSEHOLD, about))


def _whose(cap: ScopedCap, case: Complaint) -> dict[str, Any]:
    return _to_customer(case) if cap.scope == "customer" else {"by_the_system": True}


async def _on_order(session: AsyncSession, desk: Desk, case: Complaint) -> Given:
    if case.order_id is None:
        return Given()
    days = desk.policy.limits.per_order.period_days
    return await _given(session, desk.policy.currency, "amount_minor", days, order=case.order_id)


async def _under(session: AsyncSession, currency: str, cap: Cap, **about: Any) -> Given:
    return await _given(session, currency, "goodwill_minor", cap.period_days, **about)


async def _given(
    session: AsyncSession, currency: str, summed: str, days: int | None, **about: Any
) -> Given:
    """How many remedies were taken in the last days, and their sum."""
    if days is not None:
        about["since"] = clock.now() - timedelta(days=days)
    count, total = (await session.execute(_taken(summed, *about), about)).one()
    return Given(int(count), Money(int(total), currency))


@cache
def _taken(summed: str, *about: str) -> "Select[int, int]":
    """The statement for such a question; made once, for each decision asks several."""
    return (
        select(func.count(), func.coalesce(func.sum(getattr(Compensation, summed)), 0))
        .select_from(Compensation)
        .join(Complaint, Complaint.id == Compensation.complaint_id)
        .where(Compensation.state.in_(TAKEN), *(_ABOUT[one] for one in about))
    )
