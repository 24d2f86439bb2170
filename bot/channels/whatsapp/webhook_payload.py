"""What Meta posts to the webhook: messages and reports, each read by itself.

https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components. A post may carry
several of both; one that cannot be read takes no other with it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.conversation.channel_api import (
    ChannelEvent,
    DeliveryReport,
    DeliveryStatus,
    IncomingMessage,
    RemoteFile,
)
from bot.models import ContentKind

# Codes of a report that say more than that a message failed.
WINDOW_CLOSED = 131047
UNREACHABLE = frozenset({131026, 131030})
MOST_MESSAGES = 1000
_LATEST = 2**32  # seconds: no date that a calendar cannot hold

Token = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,400}$")]
Number = Annotated[str, Field(pattern=r"^\d{5,20}$")]
Seconds = Annotated[int, Field(ge=0, le=_LATEST)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Text(_Part):
    """Words."""

    body: str


class Media(_Part):
    """A file."""

    id: Token
    mime_type: str | None = Field(None, max_length=200)
    caption: str = ""
    filename: str | None = Field(None, max_length=1000)


class Reply(_Part):
    """A pressed button, or a row of a list."""

    id: Token
    title: str = Field("", max_length=1000)


class Interactive(_Part):
    """What was chosen."""

    button_reply: Reply | None = None
    list_reply: Reply | None = None


class TemplateButton(_Part):
    """A quick reply under a template."""

    text: str = Field("", max_length=1000)


class Place(_Part):
    """A place on the earth."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    name: str = Field("", max_length=1000)
    address: str = Field("", max_length=1000)


class Reaction(_Part):
    """A sign on a message; none when it was taken back."""

    message_id: Token
    emoji: str = Field("", max_length=40)


class Told(_Part):
    """A message."""

    sender: Number = Field(alias="from")
    id: Token
    timestamp: Seconds
    type: str
    text: Text | None = None
    image: Media | None = None
    video: Media | None = None
    audio: Media | None = None
    document: Media | None = None
    sticker: Media | None = None
    interactive: Interactive | None = None
    button: TemplateButton | None = None
    location: Place | None = None
    reaction: Reaction | None = None


class Fault(_Part):
    """Why something failed."""

    code: int


class Status(_Part):
    """A report on a message of ours."""

    id: Token
    status: str
    timestamp: Seconds
    recipient_id: str = ""
    errors: list[Fault] = []
    biz_opaque_callback_data: str | None = None


class Metadata(_Part):
    """Which of the business's numbers it is about."""

    phone_number_id: str


class NotReadable(ValueError):
    """One item of a post cannot be read."""


def read(post: object, phone_number_id: str) -> Iterator[ChannelEvent | NotReadable]:
    """Everything that a post tells about our number, the oldest message first."""
    messages: list[Told] = []
    for value in _values(post, phone_number_id):
        for raw in _list(value.get("messages")):
            try:
                messages.append(Told.model_validate(raw))
            except ValidationError as error:
                yield NotReadable(str(error.error_count()))
        for raw in _list(value.get("statuses")):
            try:
                if (told := _report(Status.model_validate(raw))) is not None:
                    yield told
            except ValidationError as error:
                yield NotReadable(str(error.error_count()))
    for one in sorted(messages, key=lambda message: message.timestamp):
        yield _arrived(one)


def _values(post: object, phone_number_id: str) -> Iterator[dict[str, Any]]:
    for entry in _list(post.get("entry") if isinstance(post, dict) else None):
        for change in _list(entry.get("changes") if isinstance(entry, dict) else None):
            value = change.get("value") if isinstance(change, dict) else None
            metadata = value.get("metadata") if isinstance(value, dict) else None
            ours = isinstance(metadata, dict) and metadata.get("phone_number_id")
            # An account may have more numbers than the one that is ours to answer.
            if isinstance(value, dict) and ours == phone_number_id:
                yield value


def _list(found: object) -> list[Any]:
    return found[:MOST_MESSAGES] if isinstance(found, list) else []


def _arrived(told: Told) -> IncomingMessage:
    kind, text, token, extra = _content(told)
    return IncomingMessage(
        address=told.sender,
        source_id=told.id,
        kind=kind,
        text=text,
        token=token,
        files=tuple(_files(told)),
        extra=extra,
        phone=f"+{told.sender}",
        said_at=datetime.fromtimestamp(told.timestamp, UTC),
        provider_id=told.id,
    )


_OTHER_KINDS = {"sticker": ContentKind.STICKER, "contacts": ContentKind.CONTACT}


def _content(told: Told) -> tuple[ContentKind, str, str | None, dict[str, Any]]:
    """What it is, its words, the token of a press, and what else belongs to it."""
    reply = _reply(told.interactive)
    if reply is not None:
        return ContentKind.TEXT, reply.title, reply.id, {}
    if words := told.text.body if told.text else told.button.text if told.button else "":
        return ContentKind.TEXT, words, None, {}
    if told.reaction is not None:
        on = {"emoji": told.reaction.emoji, "on": told.reaction.message_id}
        return ContentKind.REACTION, told.reaction.emoji, None, {"reaction": on}
    if told.location is not None:
        return ContentKind.LOCATION, "", None, {"location": told.location.model_dump()}
    media, kind = _media(told)
    if media is not None:
        return kind, media.caption, None, {}
    kind = _OTHER_KINDS.get(told.type, ContentKind.UNSUPPORTED)
    return kind, "", None, {"type": told.type[:40]}


def _reply(interactive: Interactive | None) -> Reply | None:
    reply = (interactive.button_reply or interactive.list_reply) if interactive else None
    return reply if reply is not None and len(reply.id) <= 64 else None


def _media(told: Told) -> tuple[Media | None, ContentKind]:
    """The file, and what kind of thing it is; a picture sent "as a file" is one all the same."""
    if told.document is not None:
        is_picture = (told.document.mime_type or "").startswith("image/")
        return told.document, ContentKind.PHOTO if is_picture else ContentKind.DOCUMENT
    if told.image is not None:
        return told.image, ContentKind.PHOTO
    if told.video is not None:
        return told.video, ContentKind.VIDEO
    return told.audio, ContentKind.VOICE


def _files(told: Told) -> Iterator[RemoteFile]:
    media, kind = _media(told)
    if media is not None:
        yield RemoteFile(media.id, kind, name=media.filename, media_type=media.mime_type)


# What Meta says of a message that was sent; anything else tells nothing.
_REPORTED = frozenset({"sent", "delivered", "read", "failed"})


def _report(status: Status) -> DeliveryReport | None:
    if status.status not in _REPORTED:
        return None
    message_id, index, count = callback_data(status.biz_opaque_callback_data)
    code = status.errors[0].code if status.errors else 0
    state = DeliveryStatus(status.status)
    closed_since = None
    if state == DeliveryStatus.FAILED and code == WINDOW_CLOSED:
        closed_since = datetime.fromtimestamp(status.timestamp, UTC)
    elif state == DeliveryStatus.FAILED and code in UNREACHABLE:
        state = DeliveryStatus.UNREACHABLE
    return DeliveryReport(
        message_id,
        status.id,
        state,
        part_index=index,
        part_count=count,
        code=str(code) if code else "",
        closed_since=closed_since,
    )


def callback_data(told: str | None) -> tuple[int | None, int, int]:
    """Which part of which message of ours it was, as we told Meta: "1234.0.1"."""
    parts = (told or "").split(".")
    if len(parts) == 3 and all(part.isascii() and part.isdigit() for part in parts):
        message_id, place, of = map(int, parts)
        if message_id < 2**31 and place < of < 100:
            return message_id, place, of
    return None, 0, 1
