"""Parses what Meta posts to the webhook: messages and delivery reports, each by itself.

https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components. A post may contain
several of both; one that cannot be read does not affect the others.
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

# Meta's error codes in a report that say why a message failed.
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
    """A text."""

    body: str


class Media(_Part):
    """A file."""

    id: Token
    mime_type: str | None = Field(None, max_length=200)
    caption: str = ""
    filename: str | None = Field(None, max_length=1000)


class PressedReply(_Part):
    """A pressed button, or a row of a list."""

    id: Token
    title: str = Field("", max_length=1000)


class Interactive(_Part):
    """A choice among buttons or rows."""

    button_reply: PressedReply | None = None
    list_reply: PressedReply | None = None


class TemplateButton(_Part):
    """A quick reply under a template."""

    text: str = Field("", max_length=1000)


class Location(_Part):
    """Coordinates, in degrees, perhaps with a name."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    name: str = Field("", max_length=1000)
    address: str = Field("", max_length=1000)


class Reaction(_Part):
    """An emoji on a message; empty when it was removed."""

    message_id: Token
    emoji: str = Field("", max_length=40)


class WhatsAppMessage(_Part):
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
    location: Location | None = None
    reaction: Reaction | None = None


class Fault(_Part):
    """Meta's error."""

    code: int


class Status(_Part):
    """A delivery report on a message of ours."""

    id: Token
    status: str
    timestamp: Seconds
    recipient_id: str = ""
    errors: list[Fault] = []
    biz_opaque_callback_data: str | None = None


class Metadata(_Part):
    """The number of the business that it is about."""

    phone_number_id: str


class UnreadableItem(ValueError):
    """One item of a post cannot be read; the text is the number of errors."""


def parse(post: object, phone_number_id: str) -> Iterator[ChannelEvent | UnreadableItem]:
    """Yield the events of a post for our number: reports, then messages, the oldest first."""
    messages: list[WhatsAppMessage] = []
    for value in _values(post, phone_number_id):
        for raw in _list(value.get("messages")):
            try:
                messages.append(WhatsAppMessage.model_validate(raw))
            except ValidationError as error:
                yield UnreadableItem(str(error.error_count()))
        for raw in _list(value.get("statuses")):
            try:
                if (report := _report(Status.model_validate(raw))) is not None:
                    yield report
            except ValidationError as error:
                yield UnreadableItem(str(error.error_count()))
    for message in sorted(messages, key=lambda message: message.timestamp):
        yield _incoming(message)


def _values(post: object, phone_number_id: str) -> Iterator[dict[str, Any]]:
    for entry in _list(post.get("entry") if isinstance(post, dict) else None):
        for change in _list(entry.get("changes") if isinstance(entry, dict) else None):
            value = change.get("value") if isinstance(change, dict) else None
            metadata = value.get("metadata") if isinstance(value, dict) else None
            ours = isinstance(metadata, dict) and metadata.get("phone_number_id")
            # An account may have other numbers, which are not ours to answer.
            if isinstance(value, dict) and ours == phone_number_id:
                yield value


def _list(value: object) -> list[Any]:
    return value[:MOST_MESSAGES] if isinstance(value, list) else []


def _incoming(message: WhatsAppMessage) -> IncomingMessage:
    kind, text, token, extra = _content(message)
    return IncomingMessage(
        address=message.sender,
        source_id=message.id,
        kind=kind,
        text=text,
        token=token,
        files=tuple(_files(message)),
        extra=extra,
        phone=f"+{message.sender}",
        said_at=datetime.fromtimestamp(message.timestamp, UTC),
        provider_id=message.id,
    )


_OTHER_KINDS = {"sticker": ContentKind.STICKER, "contacts": ContentKind.CONTACT}


def _content(message: WhatsAppMessage) -> tuple[ContentKind, str, str | None, dict[str, Any]]:
    """Return the kind of content, the text, the token of a press, and what else belongs to it."""
    reply = _reply(message.interactive)
    if reply is not None:
        return ContentKind.TEXT, reply.title, reply.id, {}
    if text := message.text.body if message.text else message.button.text if message.button else "":
        return ContentKind.TEXT, text, None, {}
    if message.reaction is not None:
        reaction = {"emoji": message.reaction.emoji, "on": message.reaction.message_id}
        return ContentKind.REACTION, message.reaction.emoji, None, {"reaction": reaction}
    if message.location is not None:
        return ContentKind.LOCATION, "", None, {"location": message.location.model_dump()}
    media, kind = _media(message)
    if media is not None:
        return kind, media.caption, None, {}
    kind = _OTHER_KINDS.get(message.type, ContentKind.UNSUPPORTED)
    return kind, "", None, {"type": message.type[:40]}


def _reply(interactive: Interactive | None) -> PressedReply | None:
    reply = (interactive.button_reply or interactive.list_reply) if interactive else None
    return reply if reply is not None and len(reply.id) <= 64 else None


def _media(message: WhatsAppMessage) -> tuple[Media | None, ContentKind]:
    """Return the file and its kind; a picture that was sent "as a file" is a photo too."""
    if message.document is not None:
        is_picture = (message.document.mime_type or "").startswith("image/")
        return message.document, ContentKind.PHOTO if is_picture else ContentKind.DOCUMENT
    if message.image is not None:
        return message.image, ContentKind.PHOTO
    if message.video is not None:
        return message.video, ContentKind.VIDEO
    return message.audio, ContentKind.VOICE


def _files(message: WhatsAppMessage) -> Iterator[RemoteFile]:
    media, kind = _media(message)
    if media is not None:
        yield RemoteFile(media.id, kind, name=media.filename, media_type=media.mime_type)


# The reports that are used.
_REPORTED = frozenset({"sent", "delivered", "read", "failed"})


def _report(status: Status) -> DeliveryReport | None:
    if status.status not in _REPORTED:
        return None
    message_id, index, count = parse_callback_data(status.biz_opaque_callback_data)
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


def parse_callback_data(data: str | None) -> tuple[int | None, int, int]:
    """Parse the id that we sent to Meta: "1234.0.1" is message 1234, part 0 of 1."""
    parts = (data or "").split(".")
    if len(parts) == 3 and all(part.isascii() and part.isdigit() for part in parts):
        message_id, index, count = map(int, parts)
        if message_id < 2**31 and index < count < 100:
            return message_id, index, count
    return None, 0, 1
