"""The assistant's spending: supervisors let it go on after it was paused."""

from sanic import Blueprint, HTTPResponse, Request, response

from bot.compensation import spending_breaker
from bot.console import schemas
from bot.console.auth import Refused, person_of, runtime_of, supervisors

spending = Blueprint("console_spending", url_prefix="/console/api/spending")


@spending.post("/resume")
@supervisors
async def resume(request: Request) -> HTTPResponse:
    """The assistant may give again; what made the breaker stop it counts no more."""
    runtime, person = runtime_of(request), person_of(request)
    schemas.read(request, schemas.Empty)
    async with runtime.db.write() as session:
        if not await spending_breaker.resume(session, person):
            raise Refused("resumed_before", 409)
    runtime.live.board_changed()
    return response.json({})
