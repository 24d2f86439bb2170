"""Liveness, readiness, and the metrics."""

import asyncio
import hmac

import httpx
import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sanic import Blueprint, HTTPResponse, Request, response
from sqlalchemy import text

from bot.runtime import Runtime

log = structlog.get_logger()
health = Blueprint("health")


@health.get("/healthz")
async def alive(_request: Request) -> HTTPResponse:
    """Answer 200: this process runs."""
    return response.json({"status": "ok"})


@health.on_request
async def check_token(request: Request) -> HTTPResponse | None:
    """Refuse requests without OPERATIONS_TOKEN, if it is set; ``/healthz`` is always open."""
    runtime: Runtime = request.app.ctx.runtime
    expected = runtime.settings.operations_token
    if expected is None or request.path == "/healthz":
        return None
    token = request.token or ""
    if hmac.compare_digest(token.encode(), expected.get_secret_value().encode()):
        return None
    return response.json({"error": "the token is missing or wrong"}, status=401)


@health.get("/readyz")
async def ready(request: Request) -> HTTPResponse:
    """Answer 200 if engine, actions and database answer, else 503; both with the state of each."""
    runtime: Runtime = request.app.ctx.runtime
    engine, actions, database = await asyncio.gather(
        runtime.rasa.is_ready(), _actions_answer(runtime), _database_answers(runtime)
    )
    states = {"engine": engine, "actions": actions, "database": database}
    return response.json(
        {name: "ok" if state else "missing" for name, state in states.items()},
        status=200 if all(states.values()) else 503,
    )


@health.get("/metrics")
async def metrics(_request: Request) -> HTTPResponse:
    """Return the metrics in Prometheus' text format."""
    return response.raw(generate_latest(), content_type=CONTENT_TYPE_LATEST)


async def _actions_answer(runtime: Runtime) -> bool:
    url = runtime.settings.actions_url
    if url is None:
        return False
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=2) as client:
            return (await client.get(f"{url}/health")).is_success
    except httpx.HTTPError:
        return False


async def _database_answers(runtime: Runtime) -> bool:
    try:
        async with runtime.db.read() as session:
            await session.execute(text("SELECT 1"))
    except Exception:
        log.exception("database_missing")
        return False
    return True
