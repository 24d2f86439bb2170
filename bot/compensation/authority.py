"""The amount an agent may still give without approval: the policy's limits less their remedies."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context.company_context import CompanyContext
from bot.models import GIVEN_STATES, Agent, Compensation, CompensationState, Complaint, Offer, Role
from bot.money import Money, zero


@dataclass(frozen=True, slots=True)
class Authority:
    """An agent's authority in one case, in face value; `remaining` counts in this case, today."""

    per_case: Money
    per_day: Money
    remaining: Money

    def covers(self, value: Money) -> bool:
        """Return True if a remedy of this face value may be given."""
        return value <= self.remaining


async def measure(
    session: AsyncSession, context: CompanyContext, agent: Agent, case: Complaint
) -> Authority:
    """Return what an agent may still give in a case today.

    An open offer counts as given, so that two open offers never pass a limit together.
    """
    nothing = zero(context.policy.currency)
    role = (
        context.policy.authority.agent
        if agent.role == Role.AGENT
        else context.policy.authority.supervisor
    )
    if role is None:
        return Authority(nothing, nothing, nothing)
    today = context.company.start_of_today()
    in_case = await _given_value(session, agent, Compensation.complaint_id == case.id)
    in_day = await _given_value(session, agent, Offer.created_at >= today)
    remaining = min(role.per_case.amount_minor - in_case, role.per_day.amount_minor - in_day)
    return Authority(role.per_case, role.per_day, Money(max(remaining, 0), context.policy.currency))


async def _given_value(session: AsyncSession, agent: Agent, *where: object) -> int:
    """Return the face value of what an agent gave; an open offer counts its dearest alternative."""
    value = func.max(Compensation.value_minor)
    per_offer = (
        select(value.label("value"))
        .join(Offer, Offer.id == Compensation.offer_id)
        .where(
            Offer.agent_id == agent.id,
            Compensation.state.in_((*GIVEN_STATES, CompensationState.OFFERED)),
            *where,  # type: ignore[arg-type]
        )
        .group_by(Compensation.offer_id)
        .subquery()
    )
    return int(await session.scalar(select(func.coalesce(func.sum(per_offer.c.value), 0))) or 0)
