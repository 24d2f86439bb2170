"""Commands on the queue: take, read, release, pass on, take over."""

from sanic import Blueprint, HTTPResponse, Request, response
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cases import notes
from bot.console import schemas
from bot.console.auth import Refused, person_of, runtime_of, supervisors
from bot.conversation.agents import agent_actions
from bot.handoffs.assignment import AlreadyClaimed
from bot.models import Agent, Complaint, Handoff, HandoffState, Role

handoffs = Blueprint("console_handoffs", url_prefix="/console/api/handoffs/<handoff_id:int>")


@handoffs.post("/claim")
async def claim(request: Request, handoff_id: int) -> HTTPResponse:
    """Take a case that waits: 409, and by whom, when somebody was faster."""
    runtime, person = runtime_of(request), person_of(request)
    schemas.read(request, schemas.Empty)
    try:
        async with runtime.db.write() as session:
            found = await _found(session, handoff_id)
            step = await agent_actions.claim(session, found, person)
            case = await session.get_one(Complaint, found.complaint_id)
    except AlreadyClaimed as error:
        raise _before(error) from None
    await runtime.publisher.change(step)
    return response.json({"reference": case.reference})


@handoffs.post("/read")
async def read(request: Request, handoff_id: int) -> HTTPResponse:
    """The packet is on the screen of the person who has the case: the customer is told, once."""
    runtime, person = runtime_of(request), person_of(request)
    schemas.read(request, schemas.Empty)
    async with runtime.db.write() as session:
        found = await _found(session, handoff_id)
        step = await agent_actions.mark_read(session, runtime.context, found, person)
    if step is not None:
        await runtime.publisher.change(step)
    return response.empty()


@handoffs.post("/release")
async def release(request: Request, handoff_id: int) -> HTTPResponse:
    """Back to the queue at the same place; by the person who has it, or a supervisor."""
    runtime, person = runtime_of(request), person_of(request)
    body = schemas.read(request, schemas.Release)
    async with runtime.db.write() as session:
        found = await _held(session, handoff_id, person)
        step = await agent_actions.release(session, runtime.context, found, person.name)
        if body.note:
            await notes.add(session, found.complaint_id, person, body.note)
    if step is not None:
        await runtime.publisher.change(step)
    return response.empty()


@handoffs.post("/transfer")
async def transfer(request: Request, handoff_id: int) -> HTTPResponse:
    """To a colleague with a note; supervisors pass on anybody's case, and those that wait."""
    runtime, person = runtime_of(request), person_of(request)
    body = schemas.read(request, schemas.Transfer)
    try:
        async with runtime.db.write() as session:
            found = await _held(session, handoff_id, person)
            to = await session.get(Agent, body.to)
            if to is None or not to.is_active:
                raise Refused("no_agent", 404)
            if found.agent_id == to.id:
                raise Refused("already_theirs", 409)
            step = await agent_actions.transfer(session, runtime.context, found, to, person.name)
            if body.note:
                await notes.add(session, found.complaint_id, person, body.note)
    except AlreadyClaimed as error:
        raise _before(error) from None
    await runtime.publisher.change(step)
    return response.empty()


@handoffs.post("/take-over")
@supervisors
async def take_over(request: Request, handoff_id: int) -> HTTPResponse:
    """A supervisor takes a case from whoever has it."""
    runtime, person = runtime_of(request), person_of(request)
    schemas.read(request, schemas.Empty)
    try:
        async with runtime.db.write() as session:
            found = await _found(session, handoff_id)
            case = await session.get_one(Complaint, found.complaint_id)
            if found.state == HandoffState.ACTIVE and found.agent_id != person.id:
                step = await agent_actions.transfer(
                    session, runtime.context, found, person, person.name
                )
            else:
                step = await agent_actions.claim(session, found, person)
    except AlreadyClaimed as error:
        raise _before(error) from None
    await runtime.publisher.change(step)
    return response.json({"reference": case.reference})


async def _found(session: AsyncSession, handoff_id: int) -> Handoff:
    found = await session.get(Handoff, handoff_id)
    if found is None:
        raise Refused("no_handoff", 404)
    return found


async def _held(session: AsyncSession, handoff_id: int, person: Agent) -> Handoff:
    """A handoff that this person may pass on: their own, or any for a supervisor."""
    found = await _found(session, handoff_id)
    if person.role != Role.SUPERVISOR and found.agent_id != person.id:
        raise Refused("not_yours", 403)
    if found.state == HandoffState.ENDED:
        raise Refused("ended", 409)
    return found


def _before(error: AlreadyClaimed) -> Refused:
    return Refused("claimed_before" if error.by else "ended", 409, by=error.by)
