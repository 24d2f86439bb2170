"""Remedies that agents give, within their own authority or with a supervisor's approval.

They are the remedies of the policy, with its texts and dates. The agent chooses which one, and the
amount of a sum of money.
"""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.compensation import acceptance, authority, offers
from bot.compensation.case_lock import lock_case
from bot.compensation.offers import OfferWithAlternatives
from bot.context.company_context import CompanyContext
from bot.models import (
    GIVEN_STATES,
    Agent,
    Compensation,
    Complaint,
    Offer,
    Order,
)
from bot.money import Money, zero
from bot.policy.alternative import Alternative, build_alternative, face_value
from bot.policy.decision import Decision
from bot.policy.model import AlternativeSpec
from bot.remedy_kind import KINDS

AGENT_RULE = "person"  # stored in place of a rule's id


class CannotGive(ValueError):
    """A remedy that cannot be given; ``code`` says why, ``remaining`` what may still be given."""

    def __init__(self, code: str, remaining: Money | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.remaining = remaining


@dataclass(frozen=True, slots=True)
class RemedyRequest:
    """A remedy by its name in the policy, with the amount in minor units if the agent chose one."""

    remedy: str
    amount_minor: int | None = None


def originator_of(agent: Agent) -> str:
    """Return an agent as the ledger names who gave something."""
    return f"{agent.role}:{agent.email}"


async def quote(
    session: AsyncSession, context: CompanyContext, case: Complaint, remedy_request: RemedyRequest
) -> Alternative:
    """Return a remedy with its amounts for this case.

    Raises:
        CannotGive: "no_remedy", "needs_order", "needs_amount", "bad_amount", or "more_than_paid"
            (with the order's other refunds).
    """
    spec = context.policy.remedies.get(remedy_request.remedy)
    if spec is None:
        raise CannotGive("no_remedy")
    order = await session.get(Order, case.order_id) if case.order_id else None
    order_value = Money(order.total_minor, order.currency) if order else None
    if order_value is not None and order_value.currency != context.policy.currency:
        order_value = None
    is_amount_open = accepts_amount(spec)
    try:
        value = face_value(spec, order_value)
    except LookupError:
        if not (is_amount_open and remedy_request.amount_minor):
            raise CannotGive("needs_order") from None
        value = None
    if remedy_request.amount_minor is not None and is_amount_open:
        if remedy_request.amount_minor <= 0:
            raise CannotGive("bad_amount")
        value = Money(remedy_request.amount_minor, context.policy.currency)
    if value is None and KINDS[spec.kind].is_money:
        raise CannotGive("needs_amount")
    if KINDS[spec.kind].is_paid_back and order_value is not None and value is not None:
        returned = Money(await _sum_refunds(session, case), order_value.currency)
        if returned + value > order_value:
            raise CannotGive("more_than_paid")
    return build_alternative(
        spec, context.policy, value, order_value if spec.settles_right else None
    )


async def quote_all(
    session: AsyncSession, context: CompanyContext, case: Complaint
) -> dict[str, Alternative]:
    """Return the remedies of the policy with their amounts for this case, by name.

    Those that need an order or an amount are left out.
    """
    quotes = {}
    for name in context.policy.remedies:
        try:
            quotes[name] = await quote(session, context, case, RemedyRequest(name))
        except CannotGive:
            continue
    return quotes


def accepts_amount(spec: AlternativeSpec) -> bool:
    """Return True if the agent may choose the amount: a sum of money that settles no right."""
    return KINDS[spec.kind].is_money and not spec.settles_right


async def _sum_refunds(session: AsyncSession, case: Complaint) -> int:
    """Return how much of the order was refunded, or will be, in any case; minor units."""
    query = select(func.coalesce(func.sum(Compensation.amount_minor), 0)).where(
        Compensation.order_id == case.order_id,
        Compensation.kind.in_([kind.name for kind in KINDS.values() if kind.is_paid_back]),
        Compensation.state.in_(GIVEN_STATES),
    )
    return int(await session.scalar(query) or 0)


async def offer(
    session: AsyncSession,
    context: CompanyContext,
    case: Complaint,
    agent: Agent,
    *,
    remedy_request: RemedyRequest,
    request_id: str,
    approved_by: Agent | None = None,
) -> tuple[OfferWithAlternatives, bool]:
    """Offer one remedy in an agent's name. Return the offer, and True if it is new.

    Args:
        request_id: the same id again returns the same offer.
        approved_by: the supervisor whose authority counts instead of the agent's.

    Raises:
        CannotGive: "beyond_authority", with what is left, or see ``quote``.
    """
    # Concurrent offers wait here, so that together they exceed neither the value of the order nor
    # the agent's authority.
    await lock_case(session, case.contact_id, case.order_id, case.id)
    accountable = approved_by or agent
    await session.execute(select(Agent.id).where(Agent.id == accountable.id).with_for_update())
    previous = await session.scalar(select(Offer).where(Offer.request_id == request_id))
    if previous is not None:
        alternatives = await offers.list_alternatives(session, previous.id)
        return OfferWithAlternatives(previous, alternatives), False
    alternative = await quote(session, context, case, remedy_request)
    limit = await authority.measure(session, context, accountable, case)
    if not limit.covers(alternative.value or zero(context.policy.currency)):
        raise CannotGive("beyond_authority", limit.remaining)
    reasons = [f"{remedy_request.remedy}, chosen by {agent.name}"]
    if approved_by is not None:
        reasons.append(f"authorized by {approved_by.name}")
    decision = Decision(
        "offer", context.policy.version, AGENT_RULE, (alternative,), None, tuple(reasons)
    )
    made = await offers.make(session, case, decision, by=accountable, request_id=request_id)
    return made, True


async def give(
    session: AsyncSession, context: CompanyContext, made: OfferWithAlternatives, agent: Agent
) -> Compensation:
    """Accept the only alternative of an agent's offer at once; return what was given."""
    (alternative,) = made.alternatives
    _, compensation = await acceptance.accept(
        session, context, alternative.id, originator_of(agent), actor=agent.name
    )
    await session.refresh(compensation)
    return compensation
