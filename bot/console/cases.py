"""Searching cases, and showing one whole."""

from sanic import Blueprint, HTTPResponse, Request, response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents import accounts
from bot.casefile import build
from bot.cases import audit, notes, search
from bot.compensation import approvals
from bot.console.auth import agent_of, runtime_of
from bot.console.case_access import find_case
from bot.console.packet_view import PacketSerializer
from bot.console.read_log import record_reading
from bot.console.serializers import Json, Serializer
from bot.conversation.cross_channel import find_other_messages
from bot.conversation.message_view import message_frames
from bot.handoffs import queue
from bot.handoffs.queue_card import list_cards
from bot.models import Agent, Conversation, Handoff, HandoffState, Message, Role
from bot.runtime import Runtime

cases = Blueprint("console_cases", url_prefix="/console/api/cases")
MAX_SEARCH_LENGTH = 200


@cases.get("/")
async def find(request: Request) -> HTTPResponse:
    """Answer with the cases that a search finds."""
    runtime, agent = runtime_of(request), agent_of(request)
    text = str(request.args.get("search", ""))[:MAX_SEARCH_LENGTH]
    hits = await runtime.db.slow_read(lambda session: search.find(session, text))
    serializer = Serializer(runtime.context, agent)
    return response.json({"cases": [serializer.search_hit(hit) for hit in hits]})


@cases.get("/<reference:str>")
async def show(request: Request, reference: str) -> HTTPResponse:
    """Answer with the whole case; the reading is recorded in its history."""
    runtime, agent = runtime_of(request), agent_of(request)
    async with runtime.db.read() as session:
        case = await find_case(session, reference)
    await record_reading(runtime, agent, case)
    return response.json(
        await runtime.db.slow_read(lambda session: _read_case(session, runtime, agent, reference))
    )


async def _read_case(session: AsyncSession, runtime: Runtime, agent: Agent, reference: str) -> Json:
    serializer = PacketSerializer(runtime.context, agent)
    names = await accounts.names_by_id(session)
    case = await find_case(session, reference)
    conversation = await session.get_one(Conversation, case.conversation_id)
    handoff = await queue.find_open(session, conversation.id)
    if handoff is not None and handoff.complaint_id != case.id:
        handoff = None
    packet = await build.build_packet(session, runtime.context, case, handoff, agent)
    messages = await session.scalars(
        select(Message).where(Message.conversation_id == conversation.id).order_by(Message.seq)
    )
    cards = await list_cards(session, Handoff.id == handoff.id) if handoff else []
    contact = packet.rows.contact
    return {
        "card": serializer.card(cards[0]) if cards else None,
        "case": serializer.case(case, conversation, contact.name if contact else None),
        "packet": serializer.packet(packet, names),
        "messages": [
            *await _other_messages(session, conversation),
            *await message_frames(session, list(messages)),
        ],
        "notes": [
            serializer.note(note, author)
            for note, author in await notes.list_notes(session, case.id)
        ],
        "history": [serializer.event(event) for event in await audit.list_events(session, case.id)],
        "approvals": [
            serializer.approval(approval, case.reference, names)
            for approval in await approvals.list_approvals(session, case.id)
        ],
        "can": _allowed_actions(agent, handoff),
    }


async def _other_messages(session: AsyncSession, conversation: Conversation) -> list[Json]:
    """Return the customer's messages on other channels, numbered so that they come first."""
    frames = await message_frames(session, await find_other_messages(session, conversation))
    return [{**frame, "seq": index - len(frames)} for index, frame in enumerate(frames)]


def _allowed_actions(agent: Agent, handoff: Handoff | None) -> list[str]:
    """Return what the page lets the agent do now; every action checks it again for itself."""
    if handoff is None:
        return ["note"]
    is_supervisor = agent.role == Role.SUPERVISOR
    if handoff.state == HandoffState.WAITING:
        return ["note", "claim", *(["transfer"] if is_supervisor else [])]
    if handoff.agent_id == agent.id:
        own = "say note release transfer give ask promise return resolve abandon"
        return own.split()
    return ["note", *(["transfer", "release", "take_over"] if is_supervisor else [])]
