"""What an agent does with a case: answer, note, promise, return it to the bot, resolve it."""

from datetime import timedelta

from sanic import Blueprint, HTTPResponse, Request, response
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock, rate_limits
from bot.casefile import known_facts
from bot.casefile.known_facts import Fact
from bot.cases import audit, notes
from bot.console import schemas
from bot.console.auth import RequestRefused, agent_of, runtime_of
from bot.console.case_access import find_case, load_case, lock_own_handoff
from bot.console.serializers import Json, Serializer
from bot.conversation.agents import agent_actions
from bot.conversation.message_view import message_frames
from bot.metrics import ASKED_KNOWN
from bot.models import Agent, Complaint
from bot.runtime import Runtime

case_actions = Blueprint("console_case_actions", url_prefix="/console/api/cases/<reference:str>")
# A promise falls due in the future, within this time.
LONGEST_PROMISE = timedelta(days=180)


@case_actions.post("/messages")
async def say(request: Request, reference: str) -> HTTPResponse:
    """Send a message to the customer.

    409 "already_known" if it asks for a known fact and the agent has not confirmed that.
    """
    runtime, agent = runtime_of(request), agent_of(request)
    body = schemas.parse(request, schemas.MessageBody)
    if not body.text and not body.photos:
        raise RequestRefused("empty")
    if not runtime.limits.allow(rate_limits.AGENT_MESSAGES, "agent", str(agent.id)):
        raise RequestRefused("rate_limited", 429)
    async with runtime.db.write() as session:
        handoff = await lock_own_handoff(session, reference, agent)
        facts = await _requested_known_facts(
            session, runtime, agent, handoff.complaint_id, body.text
        )
        if facts and not body.confirmed:
            raise RequestRefused("already_known", 409, known=[_fact(fact) for fact in facts])
        change, message = await agent_actions.send_message(
            session,
            runtime.context,
            handoff,
            agent,
            body.text,
            photos=body.photos,
            request_id=str(body.id),
        )
        if facts and change.messages:
            case = await session.get_one(Complaint, handoff.complaint_id)
            names = [fact.name for fact in facts]
            audit.record(session, case, agent.name, audit.ASKED_KNOWN, facts=names)
        (frame,) = await message_frames(session, [message])
    if facts and change.messages:
        ASKED_KNOWN.inc()
    await runtime.publisher.change(change)
    return response.json({"message": frame})


@case_actions.post("/check")
async def check(request: Request, reference: str) -> HTTPResponse:
    """Answer with the known facts that a draft asks for."""
    runtime, agent = runtime_of(request), agent_of(request)
    body = schemas.parse(request, schemas.DraftBody)
    async with runtime.db.read() as session:
        case = await find_case(session, reference)
        facts = await _requested_known_facts(session, runtime, agent, case.id, body.text)
    return response.json({"known": [_fact(fact) for fact in facts]})


async def _requested_known_facts(
    session: AsyncSession, runtime: Runtime, agent: Agent, complaint_id: int, text: str
) -> list[Fact]:
    if not known_facts.find_requested(text):
        return []
    case, conversation = await load_case(session, complaint_id)
    facts = await known_facts.load_facts(
        session, runtime.context, case, conversation, agent.language
    )
    return known_facts.find_already_known(text, facts)


def _fact(fact: Fact) -> Json:
    return {"name": fact.name, "value": fact.value, "source": fact.source}


@case_actions.post("/notes")
async def write_note(request: Request, reference: str) -> HTTPResponse:
    """Add a private note; every agent may, on every case."""
    runtime, agent = runtime_of(request), agent_of(request)
    body = schemas.parse(request, schemas.NoteBody)
    async with runtime.db.write() as session:
        case = await find_case(session, reference)
        author = await session.get_one(Agent, agent.id)
        note = await notes.add(session, case.id, author, body.text, str(body.id))
    runtime.live.case_changed(case.conversation_id)
    return response.json(Serializer(runtime.context, agent).note(note, agent))


@case_actions.post("/promises")
async def promise(request: Request, reference: str) -> HTTPResponse:
    """Promise something by a date; the customer gets the agent's own words."""
    runtime, agent = runtime_of(request), agent_of(request)
    body = schemas.parse(request, schemas.PromiseBody)
    if body.due_at.tzinfo is None:
        raise RequestRefused("bad_body", field="due_at", why="a moment with a time zone")
    if not clock.now() < body.due_at < clock.now() + LONGEST_PROMISE:
        raise RequestRefused("bad_date")
    async with runtime.db.write() as session:
        handoff = await lock_own_handoff(session, reference, agent)
        change = await agent_actions.make_commitment(
            session,
            runtime.context,
            handoff,
            agent,
            words=body.words,
            due_at=body.due_at,
            request_id=str(body.id),
        )
    await runtime.publisher.change(change)
    return response.json({})


@case_actions.post("/return")
async def return_to_bot(request: Request, reference: str) -> HTTPResponse:
    """Return the conversation to the bot, which continues with what was settled."""
    runtime, agent = runtime_of(request), agent_of(request)
    body = schemas.parse(request, schemas.ReturnBody)
    async with runtime.db.write() as session:
        handoff = await lock_own_handoff(session, reference, agent)
        change = await agent_actions.return_to_bot(session, runtime.context, handoff, agent)
        if body.note:
            await notes.add(session, handoff.complaint_id, agent, body.note)
    await runtime.publisher.change(change)
    return response.json({})


@case_actions.post("/resolve")
async def resolve(request: Request, reference: str) -> HTTPResponse:
    """Resolve the case, with its cause."""
    runtime, agent = runtime_of(request), agent_of(request)
    body = schemas.parse(request, schemas.ResolutionBody)
    if body.cause not in runtime.context.causes:
        raise RequestRefused("no_cause", allowed=list(runtime.context.causes))
    async with runtime.db.write() as session:
        handoff = await lock_own_handoff(session, reference, agent)
        change = await agent_actions.resolve(session, runtime.context, handoff, agent, body.cause)
        if body.note:
            await notes.add(session, handoff.complaint_id, agent, body.note)
    await runtime.publisher.change(change)
    return response.json({})


@case_actions.post("/abandon")
async def abandon(request: Request, reference: str) -> HTTPResponse:
    """End the handoff of a customer who no longer answers; the case stays open."""
    runtime, agent = runtime_of(request), agent_of(request)
    schemas.parse(request, schemas.EmptyBody)
    async with runtime.db.write() as session:
        handoff = await lock_own_handoff(session, reference, agent)
        change = await agent_actions.abandon(session, runtime.context, handoff, agent)
    await runtime.publisher.change(change)
    return response.json({})
