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
from bot.handoffs.queue_card import cards
from bot.models import Agent, Approval, ApprovalState, Complaint, Role
from bot.runtime import Runtime

board = Blueprint("console_board", url_prefix="/console/api")


@board.get("/board")
async def show(request: Request) -> HTTPResponse:
    """Everything that the lists show; other people's conversations to supervisors only."""
    runtime, person = runtime_of(request), person_of(request)
    views = Views(runtime.context, person)
    is_supervisor = person.role == Role.SUPERVISOR
    async with runtime.db.read() as session:
        found = await cards(session)
        people = await accounts.at_work(session)
        asked = await _approvals(session, runtime, person)
        pause = await spending_breaker.find_pause(session)
    mine = [one for one in found if one.agent and one.agent.id == person.id]
    others = [one for one in found if one.agent and one.agent.id != person.id]
    return response.json(
        {
            "queue": [views.card(one) for one in found if one.agent is None],
            "mine": [views.card(one) for one in mine],
            "others": [views.card(one) for one in others] if is_supervisor else [],
            "agents": [views.person(one) for one in people],
            "approvals": asked,
            "pause": views.pause(pause),
            "now": moment(clock.now()),
        }
    )


@board.get("/wallboard")
@supervisors
async def show_wallboard(request: Request) -> HTTPResponse:
    """How the whole of it stands."""
    runtime, person = runtime_of(request), person_of(request)
    async with runtime.db.read() as session:
        read = await wallboard.read(session, runtime.context)
        people = await names(session)
    return response.json(Views(runtime.context, person).wallboard(read, people))


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
