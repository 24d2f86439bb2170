"""The edge: the only process that faces the network."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

import structlog
from sanic import HTTPResponse, Request, Sanic, response
from sanic.exceptions import PayloadTooLarge, SanicException

from bot.channels.pages import pages
from bot.channels.photos import language_of, photos, refuse
from bot.channels.registry import open_channels
from bot.channels.telegram.routes import telegram
from bot.channels.visitor_token import VisitorTokens
from bot.channels.web import web
from bot.channels.whatsapp.routes import whatsapp
from bot.config.logging_setup import configure_logs
from bot.config.settings import Settings
from bot.console.routes import add_console
from bot.context.company_context import CompanyContext, load_company_context
from bot.health import health
from bot.photo import LARGEST_BYTES, PhotoRefused
from bot.runtime import build_runtime
from bot.systems.callbacks import callbacks
from bot.systems.vouchers import vouchers
from bot.text import language

log = structlog.get_logger()
EdgeApp = Sanic[Any, Any]
# A frame of the web chat holds one message; even with every character escaped it is smaller.
LARGEST_FRAME = 256 * 1024


def create_app(settings: Settings, context: CompanyContext | None = None) -> EdgeApp:
    """The Sanic app of the edge.

    Raises:
        FileError, ResponsesError: a file of the company is wrong.
    """
    configure_logs(settings)
    context = context or load_company_context(settings)
    app = Sanic("regalo", configure_logging=False)
    app.config.REQUEST_MAX_SIZE = LARGEST_BYTES + 64 * 1024
    app.config.WEBSOCKET_MAX_SIZE = LARGEST_FRAME
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = 5.0
    _trust_proxies(app, settings)
    for blueprint in (pages, web, photos, telegram, whatsapp, callbacks, vouchers, health):
        app.blueprint(blueprint)
    add_console(app)
    _serve_with(app, settings, context)
    _guard_origins(app, settings)
    _answer_errors(app)
    return app


def _trust_proxies(app: EdgeApp, settings: Settings) -> None:
    """Let ``request.client_ip`` be the client's address behind the proxies that are trusted."""
    app.config.PROXIES_COUNT = settings.proxies_count
    app.config.REAL_IP_HEADER = settings.real_ip_header
    secret = settings.forwarded_secret
    app.config.FORWARDED_SECRET = secret.get_secret_value() if secret else None


def _serve_with(app: EdgeApp, settings: Settings, context: CompanyContext) -> None:
    """Start the runtime with the server, and end it gracefully with it."""

    @app.before_server_start
    async def start(app: EdgeApp) -> None:
        app.ctx.visitor_tokens = VisitorTokens(settings.secret_key.get_secret_value())
        app.ctx.runtime = build_runtime(settings, context, open_channels(settings, context))
        await app.ctx.runtime.start()
        app.add_task(asyncio.to_thread(language.load_model))

    @app.before_server_stop
    async def stop(app: EdgeApp) -> None:
        await app.ctx.runtime.stop()


def _guard_origins(app: EdgeApp, settings: Settings) -> None:
    """Only pages of this site, and of those that may embed the chat, may use it."""

    @app.on_request
    async def check_origin(request: Request) -> HTTPResponse | None:
        if not request.path.startswith("/chat") or _may_embed(request, settings):
            return None
        text = "this site may not embed the chat; EMBED_ORIGINS names those that may"
        return response.json({"error": "origin", "text": text}, status=403)

    @app.on_response
    async def allow_origin(request: Request, answer: HTTPResponse) -> None:
        origin = request.headers.get("origin")
        if origin and request.path.startswith("/chat") and _may_embed(request, settings):
            answer.headers["Access-Control-Allow-Origin"] = origin
            answer.headers["Access-Control-Allow-Headers"] = "authorization, accept-language"
            answer.headers["Vary"] = "Origin"

    @app.options("/chat/photos")
    async def preflight(_request: Request) -> HTTPResponse:
        return response.empty()

    @app.options("/chat/photos/<_photo_id:str>", name="photo_preflight")
    async def photo_preflight(_request: Request, _photo_id: str) -> HTTPResponse:
        return response.empty()


def _may_embed(request: Request, settings: Settings) -> bool:
    origin = request.headers.get("origin")
    if not origin:
        return True  # no browser's page: the terminal, a test
    return urlsplit(origin).netloc == request.host or origin.lower() in settings.embed_origins


def _answer_errors(app: EdgeApp) -> None:
    """Every error is answered in JSON, and none tells what is inside."""

    @app.exception(PayloadTooLarge)
    async def too_large(request: Request, _error: PayloadTooLarge) -> HTTPResponse:
        refused = PhotoRefused("photo_size", most=LARGEST_BYTES // 1024**2)
        return refuse(app.ctx.runtime, refused, language_of(request))

    @app.exception(Exception)
    async def failed(request: Request, error: Exception) -> HTTPResponse:
        if isinstance(error, SanicException) and error.status_code < 500:
            return response.json({"error": str(error)}, status=error.status_code)
        log.error("request_failed", path=request.path, exc_info=error)
        return response.json({"error": "internal error"}, status=500)
