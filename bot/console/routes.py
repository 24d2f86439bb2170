"""The console's routes, put together behind one guard."""

from typing import Any

from sanic import Blueprint, HTTPResponse, Request, Sanic
from sanic.exceptions import NotFound

from bot.console.agents import people
from bot.console.auth import Refused, check_session, refuse
from bot.console.board import board
from bot.console.cases import cases
from bot.console.handoffs import handoffs
from bot.console.pages import console_pages
from bot.console.photos import pictures
from bot.console.remedies import remedies
from bot.console.schemas import LARGEST_ID
from bot.console.sessions import me, sign_in
from bot.console.socket import live
from bot.console.spending import spending
from bot.console.vouchers import vouchers

API = "/console/api/"
_OPEN: tuple[Blueprint, ...] = (console_pages, sign_in, live)
_GUARDED: tuple[Blueprint, ...] = (
    me,
    board,
    cases,
    handoffs,
    remedies,
    people,
    pictures,
    spending,
    vouchers,
)


def add_console(app: Sanic[Any, Any]) -> None:
    """Serve the console at /console; everything below its API asks for a session first."""
    for blueprint in (*_OPEN, *_GUARDED):
        app.blueprint(blueprint)

    @app.on_request
    async def guard(request: Request) -> None:
        if request.path.startswith(API):
            await check_session(request)
            numbers = [one for one in request.match_info.values() if isinstance(one, int)]
            if any(one > LARGEST_ID for one in numbers):
                raise NotFound("there is no such row")

    @app.exception(Refused)
    async def refused(request: Request, error: Refused) -> HTTPResponse:
        return await refuse(request, error)
