"""Signing in and out, and what people set about themselves."""

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
    Refused,
    check_origin,
    check_session,
    person_of,
    runtime_of,
    signed_in_by,
)
from bot.console.serializers import Views
from bot.metrics import SIGN_INS
from bot.models import Agent
from bot.runtime import Runtime

log = structlog.get_logger()
sign_in = Blueprint("console_sign_in", url_prefix="/console")
me = Blueprint("console_me", url_prefix="/console/api/me")


@sign_in.post("/login")
async def login(request: Request) -> HTTPResponse:
    """Begin a session for the right e-mail and password; the answer is what ``me`` says."""
    runtime = runtime_of(request)
    check_origin(request)
    body = schemas.read(request, schemas.Login)
    if not runtime.limits.allow(rate_limits.SIGN_INS, "sign in", request.client_ip):
        SIGN_INS.labels("limited").inc()
        raise Refused("too_many_tries", 429)
    async with runtime.db.read() as session:
        person = await accounts.find(session, body.email)
    if person is not None:
        try:
            accounts.check_tries(person)
        except TooManyTries:
            SIGN_INS.labels("limited").inc()
            raise Refused("too_many_tries", 429) from None
    # Hashing takes a while on purpose: not in the loop that serves everybody.
    async with runtime.decoding:
        right = await asyncio.to_thread(accounts.verify_password, person, body.password)
    signed_in = await _begin(runtime, person, right=right)
    if signed_in is None:
        SIGN_INS.labels("wrong").inc()
        log.warning("sign_in_refused", address=request.client_ip)
        raise Refused("wrong_login", 401)
    SIGN_INS.labels("right").inc()
    runtime.live.board_changed()
    answer = await _me(runtime, signed_in)
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


async def _begin(runtime: Runtime, person: Agent | None, *, right: bool) -> SignedIn | None:
    if person is None:
        return None
    async with runtime.db.write() as session:
        # Tries at the same moment are all counted.
        query = select(Agent).where(Agent.id == person.id).with_for_update()
        fresh = (await session.execute(query)).scalar_one()
        accounts.count_try(fresh, right=right)
        return await sessions.begin(session, fresh) if right else None


@sign_in.post("/logout")
async def logout(request: Request) -> HTTPResponse:
    """End the session; the person's cases go back to the queue with the next look at it."""
    await check_session(request)
    runtime = runtime_of(request)
    signed_in: SignedIn = request.ctx.signed_in
    async with runtime.db.write() as session:
        await sessions.end(session, signed_in.token)
        person = await session.get_one(Agent, signed_in.agent.id)
        if not await sessions.has_any(session, person):
            person.seen_at = None
    runtime.live.board_changed()
    answer = response.empty()
    answer.delete_cookie(COOKIE, path="/console")
    return answer


@me.get("/")
async def show(request: Request) -> HTTPResponse:
    """Who is signed in, and what their page works with."""
    return await _me(runtime_of(request), request.ctx.signed_in)


@me.patch("/")
async def change(request: Request) -> HTTPResponse:
    """Set presence or language."""
    runtime = runtime_of(request)
    body = schemas.read(request, schemas.Me)
    async with runtime.db.write() as session:
        person = await session.get_one(Agent, person_of(request).id)
        person.presence = body.presence or person.presence
        person.language = body.language or person.language
    runtime.live.board_changed()
    signed_in = await signed_in_by(request)
    if signed_in is None:
        raise Refused("signed_out", 401)
    return await _me(runtime, signed_in)


async def _me(runtime: Runtime, signed_in: SignedIn) -> JSONResponse:
    async with runtime.db.read() as session:
        people = await accounts.list_statuses(session)
    return response.json(Views(runtime.context, signed_in.agent).me(signed_in.csrf, people))


def _is_https(request: Request) -> bool:
    # Behind a proxy with TLS; claiming it falsely only keeps the cookie from plain HTTP.
    return request.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
