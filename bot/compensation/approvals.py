"""Requests of agents to give more than their authority allows, and the supervisors' answers."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.cases import audit
from bot.compensation import agent_remedies
from bot.compensation.agent_remedies import RemedyRequest
from bot.context.company_context import CompanyContext
from bot.database.statements import compare_and_set
from bot.models import Agent, Approval, ApprovalState, Complaint


async def request(
    session: AsyncSession,
    context: CompanyContext,
    case: Complaint,
    agent: Agent,
    *,
    remedy_request: RemedyRequest,
    why: str,
    request_id: str,
) -> tuple[Approval, bool]:
    """Ask the supervisors to approve a remedy. Return the request, and True if it is new.

    Raises:
        CannotGive: see ``agent_remedies.quote``.
    """
    previous = await session.scalar(select(Approval).where(Approval.request_id == request_id))
    if previous is not None:
        return previous, False
    await agent_remedies.quote(session, context, case, remedy_request)
    approval = Approval(
        complaint_id=case.id,
        asked_by=agent.id,
        remedy=remedy_request.remedy,
        amount_minor=remedy_request.amount_minor,
        currency=context.policy.currency if remedy_request.amount_minor is not None else None,
        why=why,
        request_id=request_id,
        state=ApprovalState.OPEN,
        asked_at=clock.now(),
    )
    session.add(approval)
    await session.flush()
    audit.record(session, case, agent.name, "asked for authorization", remedy=remedy_request.remedy)
    return approval, True


async def decide(
    session: AsyncSession,
    case: Complaint,
    approval: Approval,
    supervisor: Agent,
    *,
    state: ApprovalState,
    answer: str,
) -> bool:
    """Record a supervisor's answer; return False if the request was answered before."""
    is_first = await compare_and_set(
        session,
        update(Approval)
        .where(Approval.id == approval.id, Approval.state == ApprovalState.OPEN)
        .values(
            state=state, decided_by=supervisor.id, decided_at=clock.now(), answer=answer or None
        ),
    )
    await session.refresh(approval)
    if is_first:
        audit.record(
            session, case, supervisor.name, f"authorization {state}", remedy=approval.remedy
        )
    return is_first


async def list_approvals(session: AsyncSession, complaint_id: int) -> list[Approval]:
    """Return the requests to supervisors in a case, oldest first."""
    query = select(Approval).where(Approval.complaint_id == complaint_id).order_by(Approval.id)
    return list(await session.scalars(query))
