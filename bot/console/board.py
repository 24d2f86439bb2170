"""The board: who waits, who has whom, who is there, what supervisors are asked."""

from sanic import Blueprint, HTTPResponse, Request, response
from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.agents import accounts
from bot.compensation import spending_breaker
from bot.console.auth import person_of, runtime_of, supervisors
from bot.console.serializers import Json, Views, moment
from bot.handoffs import wallboard
from bot.handoffs.queue_card import list_cards
from bot.models import Agent, Approval, ApprovalState, Complaint, Role
from bot.runtime import Runtime

board = Blueprint("console_board", url_prefix="/console/api")


@board.get("/board")
async def show(request: Request) -> HTTPResponse:
    """Everything that the lists show; other people's conversations to supervisors only."""
    runtime, agent = runtime_of(request), person_of(request)
    return response.json(
        await runtime.db.slow_read(lambda session: _read_board(session, runtime, agent))
    )


async def _read_board(session: AsyncSession, runtime: Runtime, agent: Agent) -> Json:
    views = Views(runtime.context, agent)
    open_cards = await list_cards(session)
    others = [card for card in open_cards if card.agent and card.agent.id != agent.id]
    return {
        "queue": [views.card(card) for card in open_cards if card.agent is None],
        "mine": [
            views.card(card) for card in open_cards if card.agent and card.agent.id == agent.id
        ],
        "others": [views.card(card) for card in others] if agent.role == Role.SUPERVISOR else [],
        "agents": [views.person(at_work) for at_work in await accounts.list_statuses(session)],
        "approvals": await _approvals(session, runtime, agent),
        "pause": views.pause(await spending_breaker.find_pause(session)),
        "now": moment(clock.now()),
    }


@board.get("/wallboard")
@supervisors
async def show_wallboard(request: Request) -> HTTPResponse:
    """The counts of the wallboard, and its open promises."""
    runtime, agent = runtime_of(request), person_of(request)
    return response.json(
        await runtime.db.slow_read(lambda session: _read_wallboard(session, runtime, agent))
    )


async def _read_wallboard(session: AsyncSession, runtime: Runtime, agent: Agent) -> Json:
    read = await wallboard.load(session, runtime.context)
    return Views(runtime.context, agent).wallboard(read, await names(session))


async def _approvals(session: AsyncSession, runtime: Runtime, person: Agent) -> list[Json]:
    """For supervisors what is open, for agents what they asked today."""
    midnight = runtime.context.company.start_of_today()
    where: ColumnElement[bool] = Approval.state == ApprovalState.OPEN
    if person.role != Role.SUPERVISOR:
        where = (Approval.asked_by == person.id) & (Approval.asked_at >= midnight)
    rows = await session.execute(
        select(Approval, Complaint.reference)
        .join(Complaint, Complaint.id == Approval.complaint_id)
        .where(where)
        .order_by(Approval.id)
    )
    views, people = Views(runtime.context, person), await names(session)
    return [views.approval(one, reference, people) for one, reference in rows]


async def names(session: AsyncSession) -> dict[int, str]:
    """The names of the company's people, by id, those who left among them."""
    return {row.id: row.name for row in await session.execute(select(Agent.id, Agent.name))}
