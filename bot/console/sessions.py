"""Signing in and out, and the signed-in agent's own settings."""

import asyncio

import structlog
from sanic import Blueprint, HTTPResponse, Request, response
from sanic.response import JSONResponse
from sqlalchemy import select

from bot import rate_limits
from bot.agents import accounts, sessions
from bot.agents.accounts import TooManyTries
from bot.agents.sessions import SignedIn
from bot.console import schemas
from bot.console.auth import (
    COOKIE,
    RequestRefused,
    agent_of,
    check_origin,
    check_session,
    find_session,
    runtime_of,
)
from bot.console.profile_view import serialize_profile
from bot.metrics import SIGN_INS
from bot.models import Agent
from bot.runtime import Runtime

log = structlog.get_logger()
sign_in = Blueprint("console_sign_in", url_prefix="/console")
me = Blueprint("console_me", url_prefix="/console/api/me")


@sign_in.post("/login")
async def login(request: Request) -> HTTPResponse:
    """Begin a session for the right e-mail and password; answers like ``GET me``."""
    runtime = runtime_of(request)
    check_origin(request)
    body = schemas.parse(request, schemas.LoginBody)
    if not runtime.limits.allow(rate_limits.SIGN_INS, "sign in", request.client_ip):
        SIGN_INS.labels("limited").inc()
        raise RequestRefused("too_many_tries", 429)
    async with runtime.db.read() as session:
        agent = await accounts.find(session, body.email)
    if agent is not None:
        try:
            accounts.check_tries(agent)
        except TooManyTries:
            SIGN_INS.labels("limited").inc()
            raise RequestRefused("too_many_tries", 429) from None
    # Hashing is slow on purpose, so it runs outside the event loop.
    async with runtime.decoding:
        is_right = await asyncio.to_thread(accounts.verify_password, agent, body.password)
    signed_in = await _begin(runtime, agent, right=is_right)
    if signed_in is None:
        SIGN_INS.labels("wrong").inc()
        log.warning("sign_in_refused", address=request.client_ip)
        raise RequestRefused("wrong_login", 401)
    SIGN_INS.labels("right").inc()
    runtime.live.board_changed()
    answer = await _profile(runtime, signed_in)
    answer.add_cookie(
        COOKIE,
        signed_in.token,
        path="/console",
        httponly=True,
        samesite="Strict",
        secure=_is_https(request),
        max_age=int(sessions.SESSION_LENGTH.total_seconds()),
    )
    return answer


async def _begin(runtime: Runtime, agent: Agent | None, *, right: bool) -> SignedIn | None:
    if agent is None:
        return None
    async with runtime.db.write() as session:
        # Tries at the same iso_time are all counted.
        query = select(Agent).where(Agent.id == agent.id).with_for_update()
        locked = (await session.execute(query)).scalar_one()
        accounts.count_try(locked, right=right)
        return await sessions.begin(session, locked) if right else None


@sign_in.post("/logout")
async def logout(request: Request) -> HTTPResponse:
    """End the session; after the last one the agent's cases soon return to the queue."""
    await check_session(request)
    runtime = runtime_of(request)
    signed_in: SignedIn = request.ctx.signed_in
    async with runtime.db.write() as session:
        await sessions.end(session, signed_in.token)
        agent = await session.get_one(Agent, signed_in.agent.id)
        if not await sessions.has_any(session, agent):
            agent.seen_at = None
    runtime.live.board_changed()
    answer = response.empty()
    answer.delete_cookie(COOKIE, path="/console")
    return answer


@me.get("/")
async def show(request: Request) -> HTTPResponse:
    """Answer with the signed-in agent and what their page works with."""
    return await _profile(runtime_of(request), request.ctx.signed_in)


@me.patch("/")
async def change(request: Request) -> HTTPResponse:
    """Set presence or language."""
    runtime = runtime_of(request)
    body = schemas.parse(request, schemas.ProfileBody)
    async with runtime.db.write() as session:
        agent = await session.get_one(Agent, agent_of(request).id)
        agent.presence = body.presence or agent.presence
        agent.language = body.language or agent.language
    runtime.live.board_changed()
    signed_in = await find_session(request)
    if signed_in is None:
        raise RequestRefused("signed_out", 401)
    return await _profile(runtime, signed_in)


async def _profile(runtime: Runtime, signed_in: SignedIn) -> JSONResponse:
    async with runtime.db.read() as session:
        statuses = await accounts.list_statuses(session)
    return response.json(serialize_profile(runtime.context, signed_in, statuses))


def _is_https(request: Request) -> bool:
    # X-Forwarded-Proto is set by a proxy with TLS. A false claim only makes the cookie stricter.
    return request.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
