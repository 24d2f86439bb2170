"""Assigning cases: claim, mark as read, release, transfer, take over."""

from sanic import Blueprint, HTTPResponse, Request, response
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cases import notes
from bot.console import schemas
from bot.console.auth import RequestRefused, agent_of, runtime_of, supervisors_only
from bot.conversation.agents import agent_actions
from bot.handoffs.assignment import AlreadyClaimed
from bot.models import Agent, Complaint, Handoff, HandoffState, Role

handoffs = Blueprint("console_handoffs", url_prefix="/console/api/handoffs/<handoff_id:int>")


@handoffs.post("/claim")
async def claim(request: Request, handoff_id: int) -> HTTPResponse:
    """Claim a waiting case; 409 with the name of the agent who was faster."""
    runtime, agent = runtime_of(request), agent_of(request)
    schemas.parse(request, schemas.EmptyBody)
    try:
        async with runtime.db.write() as session:
            handoff = await _find_handoff(session, handoff_id)
            change = await agent_actions.claim(session, handoff, agent)
            case = await session.get_one(Complaint, handoff.complaint_id)
    except AlreadyClaimed as error:
        raise _already_claimed(error) from None
    await runtime.publisher.change(change)
    return response.json({"reference": case.reference})


@handoffs.post("/read")
async def read(request: Request, handoff_id: int) -> HTTPResponse:
    """Mark the packet as read by the agent who has the case; the customer is told, once."""
    runtime, agent = runtime_of(request), agent_of(request)
    schemas.parse(request, schemas.EmptyBody)
    async with runtime.db.write() as session:
        handoff = await _find_handoff(session, handoff_id)
        change = await agent_actions.mark_read(session, runtime.context, handoff, agent)
    if change is not None:
        await runtime.publisher.change(change)
    return response.empty()


@handoffs.post("/release")
async def release(request: Request, handoff_id: int) -> HTTPResponse:
    """Put a case back into the queue at its old position: its agent may, and supervisors."""
    runtime, agent = runtime_of(request), agent_of(request)
    body = schemas.parse(request, schemas.ReleaseBody)
    async with runtime.db.write() as session:
        handoff = await _find_transferable(session, handoff_id, agent)
        change = await agent_actions.release(session, runtime.context, handoff, agent.name)
        if body.note:
            await notes.add(session, handoff.complaint_id, agent, body.note)
    if change is not None:
        await runtime.publisher.change(change)
    return response.empty()


@handoffs.post("/transfer")
async def transfer(request: Request, handoff_id: int) -> HTTPResponse:
    """Transfer a case to a colleague: its agent may, and supervisors any open case."""
    runtime, agent = runtime_of(request), agent_of(request)
    body = schemas.parse(request, schemas.TransferBody)
    try:
        async with runtime.db.write() as session:
            handoff = await _find_transferable(session, handoff_id, agent)
            to = await session.get(Agent, body.to)
            if to is None or not to.is_active:
                raise RequestRefused("no_agent", 404)
            if handoff.agent_id == to.id:
                raise RequestRefused("already_theirs", 409)
            change = await agent_actions.transfer(session, runtime.context, handoff, to, agent.name)
            if body.note:
                await notes.add(session, handoff.complaint_id, agent, body.note)
    except AlreadyClaimed as error:
        raise _already_claimed(error) from None
    await runtime.publisher.change(change)
    return response.empty()


@handoffs.post("/take-over")
@supervisors_only
async def take_over(request: Request, handoff_id: int) -> HTTPResponse:
    """Assign a case to the supervisor who asks, from the queue or from another agent."""
    runtime, agent = runtime_of(request), agent_of(request)
    schemas.parse(request, schemas.EmptyBody)
    try:
        async with runtime.db.write() as session:
            handoff = await _find_handoff(session, handoff_id)
            case = await session.get_one(Complaint, handoff.complaint_id)
            if handoff.state == HandoffState.ACTIVE and handoff.agent_id != agent.id:
                change = await agent_actions.transfer(
                    session, runtime.context, handoff, agent, agent.name
                )
            else:
                change = await agent_actions.claim(session, handoff, agent)
    except AlreadyClaimed as error:
        raise _already_claimed(error) from None
    await runtime.publisher.change(change)
    return response.json({"reference": case.reference})


async def _find_handoff(session: AsyncSession, handoff_id: int) -> Handoff:
    handoff = await session.get(Handoff, handoff_id)
    if handoff is None:
        raise RequestRefused("no_handoff", 404)
    return handoff


async def _find_transferable(session: AsyncSession, handoff_id: int, agent: Agent) -> Handoff:
    """Return an open handoff that the agent may release or transfer: their own, or as a supervisor.

    Raises:
        RequestRefused: 404, 403 or 409.
    """
    handoff = await _find_handoff(session, handoff_id)
    if agent.role != Role.SUPERVISOR and handoff.agent_id != agent.id:
        raise RequestRefused("not_yours", 403)
    if handoff.state == HandoffState.ENDED:
        raise RequestRefused("ended", 409)
    return handoff


def _already_claimed(error: AlreadyClaimed) -> RequestRefused:
    return RequestRefused("claimed_before" if error.by else "ended", 409, by=error.by)
