"""Parses Telegram's updates into events of the channel.

https://core.telegram.org/bots/api#update. Only the fields that are used are read. An update that
contains nothing of use gives no event, and no error.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.conversation.channel_api import (
    ChannelEvent,
    IncomingMessage,
    ReachabilityChange,
    RemoteFile,
)
from bot.customers.contacts import normalize_phone
from bot.models import ContentKind
from bot.text.normalize import digits

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
# The payload for the engine of each command, in both languages.
COMMANDS = {
    "start": "/greet",
    "ayuda": "/help",
    "help": "/help",
    "persona": "/wants_human",
    "person": "/wants_human",
    "estado": "/ask_status",
    "status": "/ask_status",
}
_LATEST = 2**32  # seconds: no date that a calendar cannot hold
Id = Annotated[int, Field(ge=-(2**53), le=2**53)]


class UpdateRefused(ValueError):
    """It is not a valid update."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore")


class User(_Part):
    """The user who did something."""

    id: Id
    is_bot: bool = False
    language_code: str = Field("", max_length=35)


class Chat(_Part):
    """The chat in which it was done."""

    id: Id
    type: str


class SentFile(_Part):
    """A file of any kind."""

    file_id: str = Field(pattern=r"^[\x21-\x7e]{1,400}$")
    file_size: int | None = None
    file_name: str | None = Field(None, max_length=1000)
    mime_type: str | None = Field(None, max_length=200)


class SharedContact(_Part):
    """A shared contact. The sender's own has their user id."""

    phone_number: str = Field(max_length=40)
    user_id: Id | None = None


class Location(_Part):
    """Coordinates, in degrees."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class Venue(_Part):
    """A place with a name."""

    location: Location
    title: str = Field("", max_length=1000)
    address: str = Field("", max_length=1000)


class TelegramMessage(_Part):
    """A message."""

    message_id: Id
    date: int = Field(ge=0, le=_LATEST)
    chat: Chat
    sender: User | None = Field(None, alias="from")
    text: str = ""
    caption: str = ""
    photo: list[SentFile] = []
    voice: SentFile | None = None
    audio: SentFile | None = None
    video: SentFile | None = None
    video_note: SentFile | None = None
    animation: SentFile | None = None
    document: SentFile | None = None
    sticker: SentFile | None = None
    contact: SharedContact | None = None
    location: Location | None = None
    venue: Venue | None = None


class PressedMessage(_Part):
    """The message under which a button was pressed."""

    chat: Chat


class CallbackQuery(_Part):
    """A pressed button."""

    id: str = Field(max_length=200)
    sender: User = Field(alias="from")
    message: PressedMessage | None = None
    data: str = Field(pattern=r"^[\x21-\x7e]{1,64}$")


class Membership(_Part):
    """The bot's new status in a chat."""

    status: str


class MemberChange(_Part):
    """The customer blocked or unblocked the bot, or a group added it."""

    chat: Chat
    sender: User = Field(alias="from")
    new_chat_member: Membership


class Update(_Part):
    """One delivery."""

    update_id: Annotated[int, Field(ge=0, le=2**53)]
    message: TelegramMessage | None = None
    edited_message: TelegramMessage | None = None
    callback_query: CallbackQuery | None = None
    my_chat_member: MemberChange | None = None


@dataclass(frozen=True, slots=True)
class ParsedUpdate:
    """The content of an update."""

    events: tuple[ChannelEvent, ...] = ()
    press_id: str | None = None  # a press that Telegram waits to see confirmed
    group_id: int | None = None  # a group to leave, because cases are private
    language: str = ""


def parse(raw: object, region: str) -> ParsedUpdate:
    """Parse an update.

    Args:
        raw: decoded JSON.
        region: the ISO 3166 country of a phone without a country code.

    Raises:
        UpdateRefused: it is not a valid update.
    """
    try:
        update = Update.model_validate(raw)
    except ValidationError as error:
        raise UpdateRefused(str(error.error_count())) from error
    message = update.message or update.edited_message
    if message is not None:
        language = message.sender.language_code if message.sender else ""
        if message.chat.type != "private":
            return ParsedUpdate(group_id=message.chat.id, language=language)
        if message.sender is None or message.sender.is_bot:
            return ParsedUpdate()
        is_edit = update.message is None
        return ParsedUpdate(
            (_incoming(str(update.update_id), message, message.sender, region, is_edit=is_edit),)
        )
    if update.callback_query is not None:
        return _parse_press(str(update.update_id), update.callback_query)
    if update.my_chat_member is not None:
        return _parse_change(update.my_chat_member)
    return ParsedUpdate()


def _parse_press(source_id: str, press: CallbackQuery) -> ParsedUpdate:
    chat = press.message.chat if press.message else Chat(id=press.sender.id, type="private")
    if chat.type != "private":
        return ParsedUpdate(press_id=press.id)
    incoming = IncomingMessage(
        address=str(chat.id),
        source_id=source_id,
        token=press.data,
        language=press.sender.language_code,
    )
    return ParsedUpdate((incoming,), press_id=press.id)


def _parse_change(change: MemberChange) -> ParsedUpdate:
    status = change.new_chat_member.status
    if change.chat.type != "private":
        joined = status in {"member", "administrator", "restricted"}
        return ParsedUpdate(
            group_id=change.chat.id if joined else None, language=change.sender.language_code
        )
    unreachable_why = "blocked" if status == "kicked" else None
    return ParsedUpdate((ReachabilityChange(str(change.chat.id), unreachable_why),))


def _incoming(
    source_id: str, message: TelegramMessage, sender: User, region: str, *, is_edit: bool
) -> IncomingMessage:
    text = message.text or message.caption
    kind, extra, files = _file(message) or _location(message) or (ContentKind.TEXT, {}, ())
    payload = phone = None
    if message.contact is not None:
        kind, payload, phone = _contact(message.contact, sender, region)
    elif message.sticker is not None:
        kind = ContentKind.STICKER
    elif kind == ContentKind.TEXT and (payload := COMMANDS.get(_command(text))):
        kind = ContentKind.COMMAND
    return IncomingMessage(
        address=str(message.chat.id),
        source_id=source_id,
        kind=kind,
        text=text,
        payload=payload,
        files=files,
        extra=extra,
        phone=phone,
        language=sender.language_code,
        said_at=datetime.fromtimestamp(message.date, UTC),
        provider_id=f"{message.chat.id}:{message.message_id}",
        is_edit=is_edit,
    )


_Content = tuple[ContentKind, dict[str, Any], tuple[RemoteFile, ...]]
_FILES: Mapping[ContentKind, Callable[[TelegramMessage], SentFile | None]] = {
    # The last size of a photo is the largest.
    ContentKind.PHOTO: lambda message: message.photo[-1] if message.photo else None,
    ContentKind.VOICE: lambda message: message.voice or message.audio,
    ContentKind.VIDEO: lambda message: message.video or message.video_note or message.animation,
    ContentKind.DOCUMENT: lambda message: message.document,
}


def _file(message: TelegramMessage) -> _Content | None:
    for kind, select_file in _FILES.items():
        sent = select_file(message)
        if sent is not None:
            # A photo that was sent "as a file" is a photo too.
            is_picture = kind == ContentKind.DOCUMENT and (sent.mime_type or "").startswith(
                "image/"
            )
            content_kind = ContentKind.PHOTO if is_picture else kind
            file = RemoteFile(
                sent.file_id, content_kind, sent.file_size, sent.file_name, sent.mime_type
            )
            return content_kind, {}, (file,)
    return None


def _location(message: TelegramMessage) -> _Content | None:
    location = message.venue.location if message.venue else message.location
    if location is None:
        return None
    extra: dict[str, Any] = {"latitude": location.latitude, "longitude": location.longitude}
    if message.venue is not None:
        extra |= {"name": message.venue.title, "address": message.venue.address}
    return ContentKind.LOCATION, {"location": extra}, ()


def _contact(
    shared: SharedContact, sender: User, region: str
) -> tuple[ContentKind, str | None, str | None]:
    """Return kind, payload and phone. Telegram vouches only for the sender's own phone."""
    phone = normalize_phone(f"+{digits(shared.phone_number)}", region)
    if shared.user_id != sender.id or not phone:
        return ContentKind.CONTACT, None, None
    return ContentKind.PHONE, "/inform", phone


def _command(text: str) -> str:
    word = text.split(maxsplit=1)[0] if text.startswith("/") else ""
    return word[1:].partition("@")[0].lower()
