"""Photos of the web chat: uploaded before their message, and shown only to their own visitor."""

import asyncio

from sanic import Blueprint, HTTPResponse, Request, response

from bot import photo, rate_limits
from bot.channels.visitor_token import VisitorTokens
from bot.conversation.channel_api import IncomingMessage, WebVisitor
from bot.conversation.inbound.store_event import open_conversation
from bot.conversation.messages import MessageRefused
from bot.metrics import REFUSED
from bot.models import Attachment
from bot.photo import PhotoRefused
from bot.runtime import Runtime

photos = Blueprint("photos", url_prefix="/chat/photos")
STATUS = {
    "bad_session": 401,
    "rate_limited": 429,
    "photo_size": 413,
    "photo_pixels": 413,
    "photo_type": 415,
    "photo_gone": 404,
    "empty": 422,
}


@photos.post("/", strict_slashes=False)
async def upload_photo(request: Request) -> HTTPResponse:
    """Check, sanitize and store one photo; 201 with its id."""
    runtime: Runtime = request.app.ctx.runtime
    language = language_of(request)
    try:
        conversation_id = _session(request)
        if not runtime.limits.allow(rate_limits.PHOTOS, "photo", conversation_id):
            raise MessageRefused("rate_limited")
        upload = request.files.get("photo") if request.files else None
        if upload is None or not upload.body:
            raise MessageRefused("empty")
        # Decoding a large picture takes long, so it runs outside of the event loop.
        async with runtime.decoding:
            picture = await asyncio.to_thread(photo.sanitize, upload.body)
        async with runtime.db.write() as session:
            incoming = IncomingMessage(
                conversation_id,
                source_id="",
                language=language,
                visitor=WebVisitor(conversation_id),
            )
            await open_conversation(session, runtime.context, "web", incoming)
            attachment = photo.store(
                session, runtime.settings.var_dir / "photos", conversation_id, picture
            )
    except (MessageRefused, PhotoRefused) as error:
        return refuse(runtime, error, language)
    return response.json(
        {"id": attachment.id, "width": attachment.width, "height": attachment.height}, status=201
    )


@photos.get("/<photo_id:str>")
async def show_photo(request: Request, photo_id: str) -> HTTPResponse:
    """Send a photo to the visitor in whose conversation it is."""
    runtime: Runtime = request.app.ctx.runtime
    try:
        conversation_id = _session(request)
        async with runtime.db.read() as session:
            attachment = await session.get(Attachment, photo_id)
        if attachment is None or attachment.conversation_id != conversation_id:
            raise MessageRefused("photo_gone")
    except MessageRefused as error:
        return refuse(runtime, error, language_of(request))
    path = runtime.settings.var_dir / "photos" / attachment.file_name
    return await response.file(
        path,
        mime_type=attachment.media_type,
        headers={
            "Cache-Control": "private, max-age=31536000, immutable",
            "Content-Disposition": "inline",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _session(request: Request) -> str:
    tokens: VisitorTokens = request.app.ctx.visitor_tokens
    conversation_id = tokens.read(request.token or "")
    if conversation_id is None:
        raise MessageRefused("bad_session")
    return conversation_id


def language_of(request: Request) -> str:
    """Return the language that a request's headers prefer: "es" or "en"."""
    languages = request.headers.get("accept-language", "es")
    return "en" if languages.lower().startswith("en") else "es"


def refuse(runtime: Runtime, error: MessageRefused | PhotoRefused, language: str) -> HTTPResponse:
    """Return the response to a refused photo: the code, and a sentence to show."""
    REFUSED.labels("web", error.code).inc()
    text = runtime.context.responses.render(f"error_{error.code}", language, **error.values)
    return response.json({"error": error.code, "text": text}, status=STATUS[error.code])
