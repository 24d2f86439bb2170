"""What has been given before: what the limits are held against."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import budget, clock
from bot.allowance import Given, Usage
from bot.desk import Desk
from bot.models import Compensation, Complaint, Contact, Offer, Order
from bot.money import Money
from bot.policy_limits import Cap, ScopedCap

# A remedy in one of these states has been given; that it expired unused does not undo that.
TAKEN = ("accepted", "issued", "expired")
BY_THE_SYSTEM = (
    select(Offer.id).where(Offer.id == Compensation.offer_id, Offer.agent_id.is_(None)).exists()
)


async def of(session: AsyncSession, desk: Desk, case: Complaint) -> Usage:
    """What this order, customer, household, category and each kind have been given."""
    limits, currency = desk.policy.limits, desk.policy.currency
    on_order = await _on_order(session, desk, case)
    customer = await _under(session, currency, limits.per_customer, to_customer(case))
    household = Given()
    if limits.per_household is not None and case.contact_id is not None:
        people = await household_of(session, case.contact_id)
        household = await _under(
            session, currency, limits.per_household, Compensation.contact_id.in_(people)
        )
    category = Given()
    if cap := (limits.per_category or {}).get(case.category):
        about = Complaint.category == case.category
        category = await _under(session, currency, cap, about, *_whose(cap, case))
    kinds: dict[str, Given] = {
        kind: await _under(session, currency, cap, Compensation.kind == kind, *_whose(cap, case))
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


def to_customer(case: Complaint) -> Any:
    """What counts as the customer's: the person's; of somebody not known, the conversation's."""
    if case.contact_id is not None:
        return Compensation.contact_id == case.contact_id
    return Complaint.conversation_id == case.conversation_id


async def household_of(session: AsyncSession, contact_id: int) -> list[int]:
    """The contacts with the same e-mail or phone, or to whose address their orders went, too."""
    me = await session.get_one(Contact, contact_id)
    addresses = select(Order.address_key).where(
        Order.contact_id == contact_id, Order.address_key.is_not(None)
    )
    neighbours = select(Order.contact_id).where(Order.address_key.in_(addresses))
    same = [Contact.id == me.id, Contact.id.in_(neighbours)]
    same += [Contact.email == me.email] if me.email else []
    same += [Contact.phone == me.phone] if me.phone else []
    return list(await session.scalars(select(Contact.id).where(or_(*same)).order_by(Contact.id)))


def _whose(cap: ScopedCap, case: Complaint) -> tuple[Any, ...]:
    return (to_customer(case),) if cap.scope == "customer" else (BY_THE_SYSTEM,)


async def _on_order(session: AsyncSession, desk: Desk, case: Complaint) -> Given:
    if case.order_id is None:
        return Given()
    days = desk.policy.limits.per_order.period_days
    return await _given(
        session,
        desk.policy.currency,
        Compensation.amount_minor,
        days,
        Compensation.order_id == case.order_id,
    )


async def _under(session: AsyncSession, currency: str, cap: Cap, *where: Any) -> Given:
    return await _given(session, currency, Compensation.goodwill_minor, cap.period_days, *where)


async def _given(
    session: AsyncSession, currency: str, summed: Any, days: int | None, *where: Any
) -> Given:
    """How many remedies were taken in the last days, and their sum."""
    if days is not None:
        where = (*where, Compensation.accepted_at >= clock.now() - timedelta(days=days))
    query = (
        select(func.count(), func.coalesce(func.sum(summed), 0))
        .select_from(Compensation)
        .join(Complaint, Complaint.id == Compensation.complaint_id)
        .where(Compensation.state.in_(TAKEN), *where)
    )
    count, total = (await session.execute(query)).one()
    return Given(int(count), Money(int(total), currency))
