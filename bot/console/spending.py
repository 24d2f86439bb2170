"""Resuming the bot's spending after it was paused, by supervisors."""

from sanic import Blueprint, HTTPResponse, Request, response

from bot.compensation import spending_breaker
from bot.console import schemas
from bot.console.auth import RequestRefused, agent_of, runtime_of, supervisors_only

spending = Blueprint("console_spending", url_prefix="/console/api/spending")


@spending.post("/resume")
@supervisors_only
async def resume(request: Request) -> HTTPResponse:
    """Resume the spending; what tripped the breaker no longer counts."""
    runtime, agent = runtime_of(request), agent_of(request)
    schemas.parse(request, schemas.EmptyBody)
    async with runtime.db.write() as session:
        if not await spending_breaker.resume(session, agent):
            raise RequestRefused("resumed_before", 409)
    runtime.live.board_changed()
    return response.json({})
