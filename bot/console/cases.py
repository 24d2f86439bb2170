"""One case: all of it, and what the person who has it does with it."""

from datetime import timedelta

from sanic import Blueprint, HTTPResponse, Request, response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock, rate_limits
from bot.casefile import build, known_facts
from bot.casefile.known_facts import Fact
from bot.cases import audit, notes, search
from bot.console import schemas
from bot.console.auth import Refused, person_of, runtime_of
from bot.console.board import names
from bot.console.case_access import case_of, find_case, held_case
from bot.console.packet_views import PacketViews
from bot.console.read_log import record
from bot.console.serializers import Json, Views
from bot.conversation.agents import agent_actions
from bot.conversation.cross_channel import find_other_messages
from bot.conversation.message_view import message_frames
from bot.handoffs import queue
from bot.handoffs.queue_card import list_cards
from bot.metrics import ASKED_KNOWN
from bot.models import Agent, Complaint, Conversation, Handoff, HandoffState, Message, Role
from bot.runtime import Runtime

cases = Blueprint("console_cases", url_prefix="/console/api/cases")
# A promise lies ahead, and not further than this.
FURTHEST_PROMISE = timedelta(days=180)


@cases.get("/")
async def find(request: Request) -> HTTPResponse:
    """The cases that a search finds."""
    runtime, person = runtime_of(request), person_of(request)
    wanted = str(request.args.get("search", ""))[:200]
    found = await runtime.db.slow_read(lambda session: search.find(session, wanted))
    views = Views(runtime.context, person)
    return response.json({"cases": [views.found(one) for one in found]})


@cases.get("/<reference:str>")
async def show(request: Request, reference: str) -> HTTPResponse:
    """All of a case; that somebody read it is part of its history."""
    runtime, person = runtime_of(request), person_of(request)
    async with runtime.db.read() as session:
        case = await find_case(session, reference)
    await record(runtime, person, case)
    return response.json(
        await runtime.db.slow_read(lambda session: _whole(session, runtime, person, reference))
    )


async def _whole(session: AsyncSession, runtime: Runtime, person: Agent, reference: str) -> Json:
    views, people = PacketViews(runtime.context, person), await names(session)
    case = await find_case(session, reference)
    conversation = await session.get_one(Conversation, case.conversation_id)
    owner = await queue.find_open(session, conversation.id)
    if owner is not None and owner.complaint_id != case.id:
        owner = None
    built = await build.build_packet(session, runtime.context, case, owner, person)
    messages = await session.scalars(
        select(Message).where(Message.conversation_id == conversation.id).order_by(Message.seq)
    )
    card = next(iter(await list_cards(session, Handoff.id == owner.id)), None) if owner else None
    contact = built.rows.contact
    return {
        "card": views.card(card) if card else None,
        "case": views.case(case, conversation, contact.name if contact else None),
        "packet": views.packet(built, people),
        "messages": [
            *await _elsewhere(session, conversation),
            *await message_frames(session, list(messages)),
        ],
        "notes": [views.note(one, who) for one, who in await build.list_notes(session, case)],
        "history": [views.event(one) for one in await build.list_events(session, case)],
        "approvals": [
            views.approval(one, case.reference, people)
            for one in await build.list_approvals(session, case)
        ],
        "can": _can(person, owner),
    }


async def _elsewhere(session: AsyncSession, conversation: Conversation) -> list[Json]:
    """What the same person said on other channels: before all else, by places below the first."""
    frames = await message_frames(session, await find_other_messages(session, conversation))
    return [{**frame, "seq": place - len(frames)} for place, frame in enumerate(frames)]


def _can(person: Agent, owner: Handoff | None) -> list[str]:
    """What this person may do with the case now; the commands look again for themselves."""
    if owner is None:
        return ["note"]
    is_supervisor = person.role == Role.SUPERVISOR
    if owner.state == HandoffState.WAITING:
        return ["note", "claim", *(["transfer"] if is_supervisor else [])]
    if owner.agent_id == person.id:
        mine = "say note release transfer give ask promise return resolve abandon"
        return mine.split()
    return ["note", *(["transfer", "release", "take_over"] if is_supervisor else [])]


@cases.post("/<reference:str>/messages")
async def say(request: Request, reference: str) -> HTTPResponse:
    """Answer the customer; 409 when the text asks for what is known, unless that was confirmed."""
    runtime, person = runtime_of(request), person_of(request)
    body = schemas.read(request, schemas.Message)
    if not body.text and not body.photos:
        raise Refused("empty")
    if not runtime.limits.allow(rate_limits.AGENT_MESSAGES, "agent", str(person.id)):
        raise Refused("rate_limited", 429)
    async with runtime.db.write() as session:
        held = await held_case(session, reference, person)
        asked = await _asked_again(session, runtime, person, held.complaint_id, body.text)
        if asked and not body.confirmed:
            raise Refused("already_known", 409, known=[_fact(one) for one in asked])
        step, message = await agent_actions.send_message(
            session,
            runtime.context,
            held,
            person,
            body.text,
            photos=body.photos,
            request_id=str(body.id),
        )
        if asked and step.messages:
            case = await session.get_one(Complaint, held.complaint_id)
            asked_for = [one.name for one in asked]
            audit.record(session, case, person.name, audit.ASKED_KNOWN, facts=asked_for)
        (frame,) = await message_frames(session, [message])
    if asked and step.messages:
        ASKED_KNOWN.inc()
    await runtime.publisher.change(step)
    return response.json({"message": frame})


@cases.post("/<reference:str>/check")
async def check(request: Request, reference: str) -> HTTPResponse:
    """What a draft asks for although it is known."""
    runtime, person = runtime_of(request), person_of(request)
    body = schemas.read(request, schemas.Draft)
    async with runtime.db.read() as session:
        case = await find_case(session, reference)
        asked = await _asked_again(session, runtime, person, case.id, body.text)
    return response.json({"known": [_fact(one) for one in asked]})


async def _asked_again(
    session: AsyncSession, runtime: Runtime, person: Agent, complaint_id: int, text: str
) -> list[Fact]:
    if not known_facts.find_requested(text):
        return []
    case, conversation = await case_of(session, complaint_id)
    found = await known_facts.load_facts(
        session, runtime.context, case, conversation, person.language
    )
    return known_facts.find_already_known(text, found)


def _fact(one: Fact) -> Json:
    return {"name": one.name, "value": one.value, "source": one.source}


@cases.post("/<reference:str>/notes")
async def write_note(request: Request, reference: str) -> HTTPResponse:
    """A private note, by anybody on any case."""
    runtime, person = runtime_of(request), person_of(request)
    body = schemas.read(request, schemas.NoteBody)
    async with runtime.db.write() as session:
        case = await find_case(session, reference)
        author = await session.get_one(Agent, person.id)
        written = await notes.add(session, case.id, author, body.text, str(body.id))
    runtime.live.case_changed(case.conversation_id)
    return response.json(Views(runtime.context, person).note(written, person))


@cases.post("/<reference:str>/promises")
async def commit_to(request: Request, reference: str) -> HTTPResponse:
    """Promise something by a date; the customer reads it as it is written down."""
    runtime, person = runtime_of(request), person_of(request)
    body = schemas.read(request, schemas.Commitment)
    if body.due_at.tzinfo is None:
        raise Refused("bad_body", field="due_at", why="a moment with a time zone")
    if not clock.now() < body.due_at < clock.now() + FURTHEST_PROMISE:
        raise Refused("bad_date")
    async with runtime.db.write() as session:
        held = await held_case(session, reference, person)
        step = await agent_actions.make_commitment(
            session,
            runtime.context,
            held,
            person,
            words=body.words,
            due_at=body.due_at,
            request_id=str(body.id),
        )
    await runtime.publisher.change(step)
    return response.json({})


@cases.post("/<reference:str>/return")
async def give_back(request: Request, reference: str) -> HTTPResponse:
    """The assistant goes on with what was settled."""
    runtime, person = runtime_of(request), person_of(request)
    body = schemas.read(request, schemas.Return)
    async with runtime.db.write() as session:
        held = await held_case(session, reference, person)
        step = await agent_actions.return_to_bot(session, runtime.context, held, person)
        if body.note:
            await notes.add(session, held.complaint_id, person, body.note)
    await runtime.publisher.change(step)
    return response.json({})


@cases.post("/<reference:str>/resolve")
async def resolve(request: Request, reference: str) -> HTTPResponse:
    """Put right: the case ends with its cause."""
    runtime, person = runtime_of(request), person_of(request)
    body = schemas.read(request, schemas.Resolution)
    if body.cause not in runtime.context.causes:
        raise Refused("no_cause", allowed=list(runtime.context.causes))
    async with runtime.db.write() as session:
        held = await held_case(session, reference, person)
        step = await agent_actions.resolve(session, runtime.context, held, person, body.cause)
        if body.note:
            await notes.add(session, held.complaint_id, person, body.note)
    await runtime.publisher.change(step)
    return response.json({})


@cases.post("/<reference:str>/abandon")
async def abandon(request: Request, reference: str) -> HTTPResponse:
    """The customer no longer answers; the case stays open."""
    runtime, person = runtime_of(request), person_of(request)
    schemas.read(request, schemas.Empty)
    async with runtime.db.write() as session:
        held = await held_case(session, reference, person)
        step = await agent_actions.abandon(session, runtime.context, held, person)
    await runtime.publisher.change(step)
    return response.json({})
