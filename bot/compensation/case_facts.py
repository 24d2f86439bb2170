"""Collects from the database the facts by which the policy decides a case."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cases import case_photos, related_cases
from bot.compensation import spending_breaker
from bot.context.company_context import CompanyContext
from bot.customers.orders import total_last_year
from bot.ledger import usage
from bot.models import Complaint, Conversation, Order
from bot.money import Money, zero
from bot.policy.decision import CaseFacts
from bot.risk import evidence


async def collect(
    session: AsyncSession, context: CompanyContext, case: Complaint, conversation: Conversation
) -> CaseFacts:
    """Return the facts of a case as they are now."""
    order = await session.get(Order, case.order_id) if case.order_id else None
    company = context.company
    purchases = None
    if case.contact_id is not None:
        purchases = await total_last_year(session, case.contact_id, company.currency)
    signals = await evidence.find_signals(session, context, case)
    return CaseFacts(
        category=case.category,
        severity=case.severity,
        order_value=Money(order.total_minor, order.currency) if order else None,
        order_currency=order.currency if order else None,
        tier=company.tier(purchases or zero(company.currency)),
        identity_proven=conversation.proven_by is not None,
        has_photo=await case_photos.case_has_photo(session, case),
        desired=case.desired,
        value_at_risk=purchases,
        failures=await related_cases.count_failures(
            session, case, context.policy.raises.within_days
        ),
        usage=await usage.measure(session, context, case),
        is_paused=await spending_breaker.is_paused(session),
        signals=tuple(signal.name for signal in signals),
    )
