"""Who may ask what of the console: the session's cookie, the page's token, the role.

Every request below /console that changes something must come from the console's own page: it shows
the session's CSRF token in a header, which no other site can read, and browsers' Origin header must
name this site.
"""

import hmac
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlsplit

from sanic import HTTPResponse, Request, response

from bot.agents import sessions
from bot.agents.sessions import SignedIn
from bot.models import Agent, Role
from bot.runtime import Runtime

COOKIE = "regalo_console"
CSRF_HEADER = "x-csrf-token"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
Arguments = ParamSpec("Arguments")
Handler = Callable[Concatenate[Request, Arguments], Coroutine[Any, Any, HTTPResponse]]


class Refused(Exception):
    """A request of the console's that is refused; ``code`` names the sentence to answer with."""

    def __init__(self, code: str, status: int = 422, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.more = more


def runtime_of(request: Request) -> Runtime:
    """What this process works with."""
    runtime: Runtime = request.app.ctx.runtime
    return runtime


def person_of(request: Request) -> Agent:
    """Who is signed in."""
    signed_in: SignedIn = request.ctx.signed_in
    return signed_in.agent


async def check_session(request: Request) -> None:
    """Let nobody in without a session, and no change without its page's token.

    Raises:
        Refused: 401 without a session; 403 for another site's request or a wrong token.
    """
    signed_in = await signed_in_by(request)
    if signed_in is None:
        raise Refused("signed_out", 401)
    if request.method not in SAFE_METHODS:
        check_origin(request)
        given = request.headers.get(CSRF_HEADER, "")
        if not hmac.compare_digest(given.encode(), signed_in.csrf.encode()):
            raise Refused("csrf", 403)
    request.ctx.signed_in = signed_in


async def signed_in_by(request: Request) -> SignedIn | None:
    """The session that a request's cookie names."""
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    async with runtime_of(request).db.read() as session:
        return await sessions.find(session, token)


def check_origin(request: Request) -> None:
    """Refuse what another site makes a browser send.

    Raises:
        Refused: 403.
    """
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "same-origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.host
    if foreign or site not in {"same-origin", "none"}:
        raise Refused("origin", 403)


def supervisors(handler: Handler[Arguments]) -> Handler[Arguments]:
    """For supervisors only, whatever the page shows."""

    @wraps(handler)
    async def guarded(
        request: Request, /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> HTTPResponse:
        if person_of(request).role != Role.SUPERVISOR:
            raise Refused("supervisors_only", 403)
        return await handler(request, *args, **kwargs)

    return guarded


async def refuse(request: Request, error: Refused) -> HTTPResponse:
    """The answer to a refused request: its code, and a sentence in the reader's language."""
    signed_in: SignedIn | None = getattr(request.ctx, "signed_in", None)
    language = signed_in.agent.language if signed_in else _language(request)
    responses = runtime_of(request).context.responses
    text = responses.render(f"console_{error.code}", language)
    return response.json({"error": error.code, "text": text, **error.more}, status=error.status)


def _language(request: Request) -> str:
    wanted = request.headers.get("accept-language", "es")
    return "en" if wanted.lower().startswith("en") else "es"
