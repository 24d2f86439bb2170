"""Photos in the console: those of customers to look at, and those that agents send."""

import asyncio

from sanic import Blueprint, HTTPResponse, Request, response

from bot import photo, rate_limits
from bot.console.auth import Refused, person_of, runtime_of
from bot.console.case_access import held_case
from bot.console.read_log import record_conversation
from bot.models import Attachment, ContentKind
from bot.photo import PhotoRefused

pictures = Blueprint("console_pictures", url_prefix="/console/api")


@pictures.get("/photos/<photo_id:str>")
async def show(request: Request, photo_id: str) -> HTTPResponse:
    """A picture of any case, to whoever is signed in."""
    runtime = runtime_of(request)
    async with runtime.db.read() as session:
        kept = await session.get(Attachment, photo_id)
    if kept is None:
        raise Refused("photo_gone", 404)
    await record_conversation(runtime, person_of(request), kept.conversation_id)
    # A photo was made anew by us; a document is whatever a stranger made it.
    shown = kept.kind in {ContentKind.PHOTO, ContentKind.VOICE, ContentKind.VIDEO}
    return await response.file(
        runtime.settings.var_dir / "photos" / kept.file_name,
        mime_type=kept.media_type,
        headers={
            "Cache-Control": "private, max-age=3600",
            "Content-Disposition": "inline" if shown else "attachment",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )


@pictures.post("/cases/<reference:str>/photos")
async def upload(request: Request, reference: str) -> HTTPResponse:
    """Check, clean and keep one photo for a case that the person has; answers 201 with its id."""
    runtime, person = runtime_of(request), person_of(request)
    if not runtime.limits.allow(rate_limits.PHOTOS, "agent photo", str(person.id)):
        raise Refused("rate_limited", 429)
    sent = request.files.get("photo") if request.files else None
    if sent is None or not sent.body:
        raise Refused("empty")
    try:
        async with runtime.decoding:
            picture = await asyncio.to_thread(photo.sanitize, sent.body)
    except PhotoRefused as error:
        status = 415 if error.code == "photo_type" else 413
        raise Refused(error.code, status, **error.values) from error
    async with runtime.db.write() as session:
        held = await held_case(session, reference, person)
        folder = runtime.settings.var_dir / "photos"
        kept = photo.store(session, folder, held.conversation_id, picture)
    return response.json({"id": kept.id, "width": kept.width, "height": kept.height}, status=201)
