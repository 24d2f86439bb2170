"""Loading the case that a request is about, and checking that the agent may act on it."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cases import complaints
from bot.console.auth import RequestRefused
from bot.customers import conversations
from bot.handoffs import queue
from bot.models import Agent, Complaint, Conversation, Handoff, HandoffState
from bot.text.case_reference import parse_reference


async def find_case(session: AsyncSession, reference: str) -> Complaint:
    """Return the case with this reference.

    Raises:
        RequestRefused: 404, there is no such case.
    """
    parsed = parse_reference(reference)
    case = await complaints.find(session, parsed) if parsed else None
    if case is None:
        raise RequestRefused("no_case", 404)
    return case


async def load_case(session: AsyncSession, complaint_id: int) -> tuple[Complaint, Conversation]:
    """Return a case with its conversation."""
    case = await session.get_one(Complaint, complaint_id)
    return case, await session.get_one(Conversation, case.conversation_id)


async def lock_own_handoff(session: AsyncSession, reference: str, agent: Agent) -> Handoff:
    """Lock the case's conversation and return its open handoff, which this agent must have.

    Raises:
        RequestRefused: 404, there is no such case; 403, another agent has it; 409, the handoff has
            ended.
    """
    case = await find_case(session, reference)
    await conversations.lock(session, case.conversation_id)
    handoff = await queue.find_open(session, case.conversation_id)
    if handoff is None or handoff.complaint_id != case.id:
        raise RequestRefused("ended", 409)
    if handoff.state != HandoffState.ACTIVE or handoff.agent_id != agent.id:
        raise RequestRefused("not_yours", 403)
    return handoff
