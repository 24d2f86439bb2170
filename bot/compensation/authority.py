"""What a person may give by themselves: the policy's limit for their role, less what they gave."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context.company_context import CompanyContext
from bot.models import GIVEN_STATES, Agent, Compensation, CompensationState, Complaint, Offer, Role
from bot.money import Money, zero


@dataclass(frozen=True, slots=True)
class Authority:
    """A person's authority in one case, in face value."""

    per_case: Money
    per_day: Money
    left: Money  # in this case, today

    def covers(self, value: Money) -> bool:
        """Whether a remedy of this face value may be given."""
        return value <= self.left


async def of(
    session: AsyncSession, context: CompanyContext, person: Agent, case: Complaint
) -> Authority:
    """What a person may still give in a case today.

    What they have offered and the customer has not answered counts as given, so that two offers on
    two tables never pass the limit together.
    """
    nothing = zero(context.policy.currency)
    role = (
        context.policy.authority.agent
        if person.role == Role.AGENT
        else context.policy.authority.supervisor
    )
    if role is None:
        return Authority(nothing, nothing, nothing)
    today = context.company.start_of_today()
    in_case = await _given(session, person, Compensation.complaint_id == case.id)
    in_day = await _given(session, person, Offer.created_at >= today)
    left = min(role.per_case.amount_minor - in_case, role.per_day.amount_minor - in_day)
    return Authority(role.per_case, role.per_day, Money(max(left, 0), context.policy.currency))


async def _given(session: AsyncSession, person: Agent, *where: object) -> int:
    """The face value of what a person gave; of an open offer the dearest alternative."""
    value = func.max(Compensation.value_minor)
    per_offer = (
        select(value.label("value"))
        .join(Offer, Offer.id == Compensation.offer_id)
        .where(
            Offer.agent_id == person.id,
            Compensation.state.in_((*GIVEN_STATES, CompensationState.OFFERED)),
            *where,  # type: ignore[arg-type]
        )
        .group_by(Compensation.offer_id)
        .subquery()
    )
    return int(await session.scalar(select(func.coalesce(func.sum(per_offer.c.value), 0))) or 0)
