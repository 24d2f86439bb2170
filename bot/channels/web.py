"""The web chat's socket: one WebSocket a page, which resumes by itself after a lost connection.

The visitor's session is a signed token that names the conversation. The page keeps it and sends it
with every connection. It is no cookie, so no other site can make the browser send it.
"""

import json

from sanic import Blueprint, Request, Websocket

from bot import rate_limits
from bot.channels.visitor_token import VisitorTokens
from bot.channels.web_connection import CHANNEL, WebConnection, refusal_frame
from bot.channels.web_frames import HelloFrame, read_frame
from bot.conversation.messages import MessageRefused
from bot.metrics import REFUSED, SOCKETS
from bot.runtime import Runtime

web = Blueprint("web", url_prefix="/chat")
# A page sends its first frame at once.
HELLO_SECONDS = 10


@web.websocket("/socket")
async def socket(request: Request, ws: Websocket) -> None:
    """Serve one page's connection, from its hello until it closes."""
    runtime: Runtime = request.app.ctx.runtime
    SOCKETS.inc()
    try:
        connection = await _welcome(runtime, request, ws)
        if connection is not None:
            await connection.serve()
    finally:
        SOCKETS.dec()


async def _welcome(runtime: Runtime, request: Request, ws: Websocket) -> WebConnection | None:
    """Read the hello. Return None, after the refusal, if it is wrong or the address is limited."""
    language = "es"
    tokens: VisitorTokens = request.app.ctx.visitor_tokens
    try:
        hello = read_frame(await ws.recv(timeout=HELLO_SECONDS))
        if not isinstance(hello, HelloFrame):
            raise MessageRefused("bad_frame")
        language = runtime.context.company.choose_language(hello.language)
        if not runtime.limits.allow(rate_limits.SESSIONS, "session", request.client_ip):
            raise MessageRefused("rate_limited")
        conversation_id = tokens.read(hello.session) if hello.session else None
        if hello.session and conversation_id is None:
            raise MessageRefused("bad_session")
    except MessageRefused as error:
        REFUSED.labels(CHANNEL, error.code).inc()
        await ws.send(json.dumps(refusal_frame(runtime, error, language, None)))
        await ws.close(code=1008, reason=error.code)
        return None
    token = hello.session
    if conversation_id is None or token is None:
        conversation_id, token = tokens.create()
    return WebConnection(runtime, ws, conversation_id, token, hello, language, request.client_ip)
