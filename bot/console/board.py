"""The board: the queue, the agents' cases, who is present, and open approvals; the wallboard."""

from sanic import Blueprint, HTTPResponse, Request, response
from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.agents import accounts
from bot.compensation import spending_breaker
from bot.console.auth import agent_of, runtime_of, supervisors_only
from bot.console.serializers import Json, Serializer, iso_time
from bot.console.wallboard_view import serialize_wallboard
from bot.handoffs import wallboard
from bot.handoffs.queue_card import list_cards
from bot.models import Agent, Approval, ApprovalState, Complaint, Role
from bot.runtime import Runtime

board = Blueprint("console_board", url_prefix="/console/api")


@board.get("/board")
async def show(request: Request) -> HTTPResponse:
    """Answer with all lists; other agents' conversations are for supervisors only."""
    runtime, agent = runtime_of(request), agent_of(request)
    return response.json(
        await runtime.db.slow_read(lambda session: _read_board(session, runtime, agent))
    )


async def _read_board(session: AsyncSession, runtime: Runtime, agent: Agent) -> Json:
    serializer = Serializer(runtime.context, agent)
    cards = await list_cards(session)
    own = [card for card in cards if card.agent and card.agent.id == agent.id]
    others = [card for card in cards if card.agent and card.agent.id != agent.id]
    statuses = await accounts.list_statuses(session)
    return {
        "queue": [serializer.card(card) for card in cards if card.agent is None],
        "mine": [serializer.card(card) for card in own],
        "others": [serializer.card(card) for card in others]
        if agent.role == Role.SUPERVISOR
        else [],
        "agents": [serializer.agent_status(status) for status in statuses],
        "approvals": await _read_approvals(session, runtime, agent),
        "pause": serializer.pause(await spending_breaker.find_pause(session)),
        "now": iso_time(clock.now()),
    }


@board.get("/wallboard")
@supervisors_only
async def show_wallboard(request: Request) -> HTTPResponse:
    """Answer with the wallboard's figures and open promises."""
    runtime, agent = runtime_of(request), agent_of(request)
    return response.json(
        await runtime.db.slow_read(lambda session: _read_wallboard(session, runtime, agent))
    )


async def _read_wallboard(session: AsyncSession, runtime: Runtime, agent: Agent) -> Json:
    figures = await wallboard.load(session, runtime.context)
    names = await accounts.names_by_id(session)
    return serialize_wallboard(Serializer(runtime.context, agent), figures, names)


async def _read_approvals(session: AsyncSession, runtime: Runtime, agent: Agent) -> list[Json]:
    """Return the open requests for supervisors; for agents their own requests of today."""
    condition: ColumnElement[bool] = Approval.state == ApprovalState.OPEN
    if agent.role != Role.SUPERVISOR:
        midnight = runtime.context.company.start_of_today()
        condition = (Approval.asked_by == agent.id) & (Approval.asked_at >= midnight)
    rows = await session.execute(
        select(Approval, Complaint.reference)
        .join(Complaint, Complaint.id == Approval.complaint_id)
        .where(condition)
        .order_by(Approval.id)
    )
    serializer, names = Serializer(runtime.context, agent), await accounts.names_by_id(session)
    return [serializer.approval(approval, reference, names) for approval, reference in rows]
