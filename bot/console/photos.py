"""Files in the console: showing those of customers, and storing photos that agents send."""

import asyncio

from sanic import Blueprint, HTTPResponse, Request, response

from bot import photo, rate_limits
from bot.console.auth import RequestRefused, agent_of, runtime_of
from bot.console.case_access import lock_own_handoff
from bot.console.read_log import record_conversation
from bot.models import Attachment, ContentKind
from bot.photo import PhotoRefused

photos = Blueprint("console_photos", url_prefix="/console/api")


@photos.get("/photos/<photo_id:str>")
async def show(request: Request, photo_id: str) -> HTTPResponse:
    """Send a file of any case; the reading is recorded in the case's history."""
    runtime = runtime_of(request)
    async with runtime.db.read() as session:
        attachment = await session.get(Attachment, photo_id)
    if attachment is None:
        raise RequestRefused("photo_gone", 404)
    await record_conversation(runtime, agent_of(request), attachment.conversation_id)
    # A photo was re-encoded by us; a document is opened outside the page, as the customer sent it.
    is_inline = attachment.kind in {ContentKind.PHOTO, ContentKind.VOICE, ContentKind.VIDEO}
    return await response.file(
        runtime.settings.var_dir / "photos" / attachment.file_name,
        mime_type=attachment.media_type,
        headers={
            "Cache-Control": "private, max-age=3600",
            "Content-Disposition": "inline" if is_inline else "attachment",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )


@photos.post("/cases/<reference:str>/photos")
async def store(request: Request, reference: str) -> HTTPResponse:
    """Validate, re-encode and store a photo for the agent's own case; answers 201 with its id."""
    runtime, agent = runtime_of(request), agent_of(request)
    if not runtime.limits.allow(rate_limits.PHOTOS, "agent photo", str(agent.id)):
        raise RequestRefused("rate_limited", 429)
    upload = request.files.get("photo") if request.files else None
    if upload is None or not upload.body:
        raise RequestRefused("empty")
    try:
        async with runtime.decoding:
            picture = await asyncio.to_thread(photo.sanitize, upload.body)
    except PhotoRefused as error:
        status = 415 if error.code == "photo_type" else 413
        raise RequestRefused(error.code, status, **error.values) from error
    async with runtime.db.write() as session:
        handoff = await lock_own_handoff(session, reference, agent)
        folder = runtime.settings.var_dir / "photos"
        stored = photo.store(session, folder, handoff.conversation_id, picture)
    return response.json(
        {"id": stored.id, "width": stored.width, "height": stored.height}, status=201
    )
