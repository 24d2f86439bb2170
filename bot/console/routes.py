"""The console's routes, behind one check of session and CSRF token."""

from typing import Any

from sanic import Blueprint, HTTPResponse, Request, Sanic
from sanic.exceptions import NotFound

from bot.console.agents import agents
from bot.console.auth import RequestRefused, answer_refusal, check_session
from bot.console.board import board
from bot.console.case_actions import case_actions
from bot.console.cases import cases
from bot.console.handoffs import handoffs
from bot.console.pages import console_pages
from bot.console.photos import photos
from bot.console.remedies import remedies
from bot.console.schemas import MAX_ID
from bot.console.sessions import me, sign_in
from bot.console.socket import live
from bot.console.spending import spending
from bot.console.vouchers import vouchers

API = "/console/api/"
_PUBLIC: tuple[Blueprint, ...] = (console_pages, sign_in, live)
_GUARDED: tuple[Blueprint, ...] = (
    me,
    board,
    cases,
    case_actions,
    handoffs,
    remedies,
    agents,
    photos,
    spending,
    vouchers,
)


def add_console(app: Sanic[Any, Any]) -> None:
    """Serve the console at /console; everything below its API needs a session."""
    for blueprint in (*_PUBLIC, *_GUARDED):
        app.blueprint(blueprint)

    @app.on_request
    async def guard(request: Request) -> None:
        if request.path.startswith(API):
            await check_session(request)
            ids = [value for value in request.match_info.values() if isinstance(value, int)]
            if any(id_ > MAX_ID for id_ in ids):
                raise NotFound("there is no such row")

    @app.exception(RequestRefused)
    async def refused(request: Request, error: RequestRefused) -> HTTPResponse:
        return await answer_refusal(request, error)
