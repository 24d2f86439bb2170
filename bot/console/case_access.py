"""Finding a case, and whether the person who asks has it."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console.auth import Refused
from bot.customers import conversations
from bot.handoffs import queue
from bot.models import Agent, Complaint, Conversation, Handoff, HandoffState
from bot.text.case_reference import parse_reference


async def find_case(session: AsyncSession, reference: str) -> Complaint:
    """The case with this reference.

    Raises:
        Refused: 404.
    """
    wanted = parse_reference(reference)
    case = await session.scalar(select(Complaint).where(Complaint.reference == wanted))
    if case is None:
        raise Refused("no_case", 404)
    return case


async def case_of(session: AsyncSession, complaint_id: int) -> tuple[Complaint, Conversation]:
    """A case and the conversation it is told in."""
    case = await session.get_one(Complaint, complaint_id)
    return case, await session.get_one(Conversation, case.conversation_id)


async def held_case(session: AsyncSession, reference: str, person: Agent) -> Handoff:
    """The open handoff of a case that this person has, its conversation locked.

    Raises:
        Refused: 404; 403 when it is somebody else's; 409 when nobody has it any more.
    """
    case = await find_case(session, reference)
    await conversations.lock(session, case.conversation_id)
    found = await queue.find_open(session, case.conversation_id)
    if found is None or found.complaint_id != case.id:
        raise Refused("ended", 409)
    if found.state != HandoffState.ACTIVE or found.agent_id != person.id:
        raise Refused("not_yours", 403)
    return found
