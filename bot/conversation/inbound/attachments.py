"""Fetches the files of a message from the provider, before its turn, and stores them."""

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
# The most that Telegram lets a bot download.
LARGEST_BYTES = 20 * 1024 * 1024
TRIES, RETRY_EVERY = 3, 1.0  # RETRY_EVERY in seconds


class AttachmentFetcher:
    """Fetches files from the providers of the channels.

    Args:
        folder: in which they are stored.
        decoding: limits how many photos are decoded at once.
    """

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
        """Fetch the files of a message that are not stored yet. Return True if there were any.

        A file that cannot be fetched is marked with the reason, which the turn tells the customer.
        """
        files: list[dict[str, Any]] = [*(message.extra or {}).get("files", ())]
        if all(_is_settled(file) for file in files):
            return False
        channel = self._channels.get(message.channel)
        for file in files:
            if channel is not None and not _is_settled(file):
                await self._fetch_and_store(channel, message, file)
        return channel is not None

    async def _fetch_and_store(
        self, channel: Channel, message: Message, entry: dict[str, Any]
    ) -> None:
        file = RemoteFile(**entry)
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
                attachment = self._store(session, message, file, data, picture)
                await session.flush()
                await _update_entry(session, message, {**entry, "kept": attachment.id})
        except (PhotoRefused, SendError) as error:
            code = error.code if isinstance(error, PhotoRefused) else "file_lost"
            log.warning("file_refused", conversation=message.conversation_id, why=str(error))
            async with self._db.write() as session:
                await _update_entry(session, message, {**entry, "refused": code})

    def _store(
        self,
        session: AsyncSession,
        message: Message,
        file: RemoteFile,
        data: bytes,
        picture: Picture | None,
    ) -> Attachment:
        if picture is not None:
            attachment = photo.store(session, self._folder, message.conversation_id, picture)
        else:
            attachment = _store_unopened(session, self._folder, message.conversation_id, file, data)
        attachment.message_id, attachment.name = message.id, file.name
        return attachment


async def _fetch(channel: Channel, file: RemoteFile) -> bytes:
    for tries_left in range(TRIES, 0, -1):
        try:
            return await channel.fetch(file)
        except RetryLater:
            if tries_left == 1:
                raise
            await asyncio.sleep(RETRY_EVERY)
    raise AssertionError


def _is_settled(entry: dict[str, Any]) -> bool:
    """Return True if a file of ``Message.extra`` was stored, or could not be fetched."""
    return "kept" in entry or "refused" in entry


async def _update_entry(session: AsyncSession, message: Message, entry: dict[str, Any]) -> None:
    """Replace a file's entry in ``Message.extra``."""
    row = await session.get_one(Message, message.id)
    extra = row.extra or {}
    files = [entry if file["id"] == entry["id"] else file for file in extra.get("files", ())]
    row.extra = {**extra, "files": files}


def _media_type(file: RemoteFile) -> str:
    """Return the media type for a browser: never a page, which could run scripts on our origin."""
    media_type = (file.media_type or "").partition(";")[0].strip().lower()
    plain = re.fullmatch(r"(?:audio|video)/[a-z0-9.+-]+|application/pdf", media_type)
    return media_type if plain else "application/octet-stream"


def _store_unopened(
    session: AsyncSession, folder: Path, conversation_id: str, file: RemoteFile, data: bytes
) -> Attachment:
    """Store a file that is not opened here, under a name of ours that nothing executes."""
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
