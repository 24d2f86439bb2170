"""Authentication and authorization of the console: session cookie, CSRF token, role.

Every request below /console that changes something must come from the console's own page: it sends
the session's CSRF token in a header, which no other site can read, and the browser's Origin header
must name this site.
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


class RequestRefused(Exception):
    """A request to the console is refused.

    Attributes:
        code: names the response ``console_<code>`` that is answered.
        status: the HTTP status.
        more: further fields of the answer.
    """

    def __init__(self, code: str, status: int = 422, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.more = more


def runtime_of(request: Request) -> Runtime:
    """Return the parts of this process."""
    runtime: Runtime = request.app.ctx.runtime
    return runtime


def agent_of(request: Request) -> Agent:
    """Return the signed-in agent."""
    signed_in: SignedIn = request.ctx.signed_in
    return signed_in.agent


async def check_session(request: Request) -> None:
    """Check the session of a request, and the origin and CSRF token of one that changes something.

    Raises:
        RequestRefused: 401 without a session; 403 for another site's request or a wrong token.
    """
    signed_in = await find_session(request)
    if signed_in is None:
        raise RequestRefused("signed_out", 401)
    if request.method not in SAFE_METHODS:
        check_origin(request)
        token = request.headers.get(CSRF_HEADER, "")
        if not hmac.compare_digest(token.encode(), signed_in.csrf.encode()):
            raise RequestRefused("csrf", 403)
    request.ctx.signed_in = signed_in


async def find_session(request: Request) -> SignedIn | None:
    """Return the session of the request's cookie; None without a valid one."""
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    async with runtime_of(request).db.read() as session:
        return await sessions.find(session, token)


def check_origin(request: Request) -> None:
    """Check that the browser sends the request for this site's own page.

    Raises:
        RequestRefused: 403.
    """
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "same-origin")
    is_foreign = origin is not None and urlsplit(origin).netloc != request.host
    if is_foreign or site not in {"same-origin", "none"}:
        raise RequestRefused("origin", 403)


def supervisors_only(handler: Handler[Arguments]) -> Handler[Arguments]:
    """Decorate a handler so that it refuses everybody but supervisors, with 403."""

    @wraps(handler)
    async def guarded(
        request: Request, /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> HTTPResponse:
        if agent_of(request).role != Role.SUPERVISOR:
            raise RequestRefused("supervisors_only", 403)
        return await handler(request, *args, **kwargs)

    return guarded


async def answer_refusal(request: Request, error: RequestRefused) -> HTTPResponse:
    """Answer a refused request with its code and a sentence in the reader's language."""
    signed_in: SignedIn | None = getattr(request.ctx, "signed_in", None)
    language = signed_in.agent.language if signed_in else _language(request)
    responses = runtime_of(request).context.responses
    text = responses.render(f"console_{error.code}", language)
    return response.json({"error": error.code, "text": text, **error.more}, status=error.status)


def _language(request: Request) -> str:
    accepted = request.headers.get("accept-language", "es")
    return "en" if accepted.lower().startswith("en") else "es"
