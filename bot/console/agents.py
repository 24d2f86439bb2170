"""Managing the accounts of agents and supervisors, by supervisors."""

import asyncio

from sanic import Blueprint, HTTPResponse, Request, response
from sqlalchemy import select

from bot.agents import accounts, sessions
from bot.agents.accounts import AgentError
from bot.console import schemas
from bot.console.auth import RequestRefused, agent_of, runtime_of, supervisors_only
from bot.console.serializers import Json
from bot.models import Agent, LivePresence, Role
from bot.runtime import Runtime

agents = Blueprint("console_agents", url_prefix="/console/api/agents")


@agents.get("/")
@supervisors_only
async def show(request: Request) -> HTTPResponse:
    """Answer with all accounts, including those of agents who have left."""
    runtime = runtime_of(request)
    async with runtime.db.read() as session:
        everybody = await session.scalars(select(Agent).order_by(Agent.name, Agent.id))
        statuses = {status.agent.id: status for status in await accounts.list_statuses(session)}
    rows = []
    for agent in everybody:
        status = statuses.get(agent.id)
        rows.append(
            {
                **_account(agent),
                "presence": status.presence if status else LivePresence.OFFLINE,
                "load": status.load if status else 0,
            }
        )
    return response.json({"agents": rows})


@agents.post("/")
@supervisors_only
async def add(request: Request) -> HTTPResponse:
    """Add an account; answers 201."""
    runtime = runtime_of(request)
    body = schemas.parse(request, schemas.NewAgentBody)
    try:
        hashed = await _hash(runtime, body.password)
        async with runtime.db.write() as session:
            agent = await accounts.add(
                session,
                email=body.email,
                name=body.name,
                role=body.role,
                password_hash=hashed,
                capacity=body.capacity,
                language=runtime.context.company.languages[0],
            )
    except AgentError as error:
        raise RequestRefused(error.code, 409 if error.code == "taken" else 422) from None
    runtime.live.board_changed()
    return response.json(_account(agent), status=201)


@agents.patch("/<agent_id:int>")
@supervisors_only
async def change(request: Request, agent_id: int) -> HTTPResponse:
    """Change an account; a new password or role, or closing it, ends all of its sessions."""
    runtime, me = runtime_of(request), agent_of(request)
    body = schemas.parse(request, schemas.AgentChangeBody)
    if agent_id == me.id and (body.role == Role.AGENT or body.is_active is False):
        # There might be no supervisor left who could undo it.
        raise RequestRefused("yourself", 409)
    try:
        hashed = await _hash(runtime, body.password) if body.password is not None else None
    except AgentError as error:
        raise RequestRefused(error.code) from None
    async with runtime.db.write() as session:
        agent = await session.get(Agent, agent_id)
        if agent is None:
            raise RequestRefused("no_agent", 404)
        changes = body.model_dump(exclude_none=True, exclude={"password"})
        if hashed is not None:
            changes["password_hash"] = hashed
        if changes.keys() & {"role", "is_active", "password_hash"} and agent_id != me.id:
            await sessions.end_all(session, agent)
        for name, value in changes.items():
            setattr(agent, name, value)
    runtime.live.board_changed()
    return response.json(_account(agent))


async def _hash(runtime: Runtime, password: str) -> str:
    async with runtime.decoding:
        return await asyncio.to_thread(accounts.hash_password, password)


def _account(agent: Agent) -> Json:
    return {
        "id": agent.id,
        "name": agent.name,
        "email": agent.email,
        "role": agent.role,
        "capacity": agent.capacity,
        "is_active": agent.is_active,
    }
