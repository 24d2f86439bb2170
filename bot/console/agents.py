"""Supervisors look after the company's people: who may sign in, as what, with how much to do."""

import asyncio

from sanic import Blueprint, HTTPResponse, Request, response
from sqlalchemy import select

from bot.agents import accounts, sessions
from bot.agents.accounts import AgentError
from bot.console import schemas
from bot.console.auth import Refused, person_of, runtime_of, supervisors
from bot.console.serializers import Json
from bot.models import Agent, LivePresence, Role
from bot.runtime import Runtime

people = Blueprint("console_people", url_prefix="/console/api/agents")


@people.get("/")
@supervisors
async def show(request: Request) -> HTTPResponse:
    """Everybody, those who may no longer sign in among them."""
    runtime = runtime_of(request)
    async with runtime.db.read() as session:
        everybody = await session.scalars(select(Agent).order_by(Agent.name, Agent.id))
        at_work = {one.agent.id: one for one in await accounts.list_statuses(session)}
    shown = []
    for one in everybody:
        now = at_work.get(one.id)
        shown.append(
            {
                **_person(one),
                "presence": now.presence if now else LivePresence.OFFLINE,
                "load": now.load if now else 0,
            }
        )
    return response.json({"agents": shown})


@people.post("/")
@supervisors
async def add(request: Request) -> HTTPResponse:
    """Add a person; answers 201."""
    runtime = runtime_of(request)
    body = schemas.read(request, schemas.NewAgent)
    try:
        hashed = await _hash(runtime, body.password)
        async with runtime.db.write() as session:
            added = await accounts.add(
                session,
                email=body.email,
                name=body.name,
                role=body.role,
                password_hash=hashed,
                capacity=body.capacity,
                language=runtime.context.company.languages[0],
            )
    except AgentError as error:
        raise Refused(error.code, 409 if error.code == "taken" else 422) from None
    runtime.live.board_changed()
    return response.json(_person(added), status=201)


@people.patch("/<agent_id:int>")
@supervisors
async def change(request: Request, agent_id: int) -> HTTPResponse:
    """Change a person; a new password or role, or leaving, signs them out everywhere."""
    runtime, me = runtime_of(request), person_of(request)
    body = schemas.read(request, schemas.AgentChange)
    if agent_id == me.id and (body.role == Role.AGENT or body.is_active is False):
        # Nobody would be left who could undo it.
        raise Refused("yourself", 409)
    try:
        hashed = await _hash(runtime, body.password) if body.password is not None else None
    except AgentError as error:
        raise Refused(error.code) from None
    async with runtime.db.write() as session:
        person = await session.get(Agent, agent_id)
        if person is None:
            raise Refused("no_agent", 404)
        changed = body.model_dump(exclude_none=True, exclude={"password"})
        if hashed is not None:
            changed["password_hash"] = hashed
        if changed.keys() & {"role", "is_active", "password_hash"} and agent_id != me.id:
            await sessions.end_all(session, person)
        for name, value in changed.items():
            setattr(person, name, value)
    runtime.live.board_changed()
    return response.json(_person(person))


async def _hash(runtime: Runtime, password: str) -> str:
    async with runtime.decoding:
        return await asyncio.to_thread(accounts.hash_password, password)


def _person(one: Agent) -> Json:
    return {
        "id": one.id,
        "name": one.name,
        "email": one.email,
        "role": one.role,
        "capacity": one.capacity,
        "is_active": one.is_active,
    }
