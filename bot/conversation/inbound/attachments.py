"""Files that came with a message: fetched from the provider before its turn, and kept."""

import asyncio
import hashlib
import re
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock, photo
from bot.conversation.channel_api import Channel, RemoteFile, RetryLater, SendError
from bot.database.session import Database
from bot.models import Attachment, ContentKind, Message
from bot.photo import PhotoRefused, Picture

log = structlog.get_logger()
# What Telegram lets a bot download at most; a video of a broken thing is smaller.
LARGEST_BYTES = 20 * 1024 * 1024
TRIES, RETRY_EVERY = 3, 1.0


class AttachmentFetcher:
    """Fetches and keeps what lies with the providers."""

    def __init__(
        self,
        db: Database,
        channels: Mapping[str, Channel],
        folder: Path,
        decoding: asyncio.Semaphore,
    ) -> None:
        self._db = db
        self._channels = channels
        self._folder = folder
        self._decoding = decoding

    async def fetch(self, message: Message) -> bool:
        """Fetch what came with a message and is not here yet; whether there was anything.

        What cannot be had is noted with its reason, and the customer hears of it.
        """
        files: list[dict[str, Any]] = [*(message.extra or {}).get("files", ())]
        if all("kept" in one or "refused" in one for one in files):
            return False
        channel = self._channels.get(message.channel)
        for place, one in enumerate(files):
            if channel is not None and "kept" not in one and "refused" not in one:
                files[place] = await self._keep(channel, message, one)
        return channel is not None

    async def _keep(
        self, channel: Channel, message: Message, one: dict[str, Any]
    ) -> dict[str, Any]:
        file = RemoteFile(**one)
        try:
            if (file.size or 0) > LARGEST_BYTES:
                raise PhotoRefused("file_size")
            data = await _fetch(channel, file)
            if len(data) > LARGEST_BYTES:
                raise PhotoRefused("file_size")
            picture = None
            if file.kind == ContentKind.PHOTO:
                async with self._decoding:
                    picture = await asyncio.to_thread(photo.sanitize, data)
            async with self._db.write() as session:
                kept = self._store(session, message, file, data, picture)
                await session.flush()
                return await _noted(session, message, {**one, "kept": kept.id})
        except (PhotoRefused, SendError) as error:
            code = error.code if isinstance(error, PhotoRefused) else "file_lost"
            log.warning("file_refused", conversation=message.conversation_id, why=str(error))
            async with self._db.write() as session:
                return await _noted(session, message, {**one, "refused": code})

    def _store(
        self,
        session: AsyncSession,
        message: Message,
        file: RemoteFile,
        data: bytes,
        picture: Picture | None,
    ) -> Attachment:
        if picture is not None:
            kept = photo.store(session, self._folder, message.conversation_id, picture)
        else:
            kept = _keep_as_it_is(session, self._folder, message.conversation_id, file, data)
        kept.message_id, kept.name = message.id, file.name
        return kept


async def _fetch(channel: Channel, file: RemoteFile) -> bytes:
    for left in range(TRIES, 0, -1):
        try:
            return await channel.fetch(file)
        except RetryLater:
            if left == 1:
                raise
            await asyncio.sleep(RETRY_EVERY)
    raise AssertionError


async def _noted(session: AsyncSession, message: Message, one: dict[str, Any]) -> dict[str, Any]:
    row = await session.get_one(Message, message.id)
    extra = row.extra or {}
    files = [one if other["id"] == one["id"] else other for other in extra.get("files", ())]
    row.extra = {**extra, "files": files}
    return one


def _media_type(file: RemoteFile) -> str:
    """What a browser is told that it is: never a page, which could do things in our name."""
    told = (file.media_type or "").partition(";")[0].strip().lower()
    plain = re.fullmatch(r"(?:audio|video)/[a-z0-9.+-]+|application/pdf", told)
    return told if plain else "application/octet-stream"


def _keep_as_it_is(
    session: AsyncSession, folder: Path, conversation_id: str, file: RemoteFile, data: bytes
) -> Attachment:
    """A file that is not opened here: it is kept under a name of ours that nothing runs."""
    attachment = Attachment(
        id=uuid.uuid4().hex,
        conversation_id=conversation_id,
        file_name="",
        media_type=_media_type(file),
        width=0,
        height=0,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        created_at=clock.now(),
        kind=file.kind,
    )
    attachment.file_name = f"{attachment.id}.bin"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / attachment.file_name).write_bytes(data)
    session.add(attachment)
    return attachment
