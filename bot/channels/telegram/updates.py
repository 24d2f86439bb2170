"""What Telegram's updates say: checked, and told in our words.

https://core.telegram.org/bots/api#update. Only what is used is read; what is not understood makes
an update worth nothing, never an error.
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
# What the engine is told for a command, in both languages.
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
    """It is no update that can be used."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore")


class User(_Part):
    """Who did it."""

    id: Id
    is_bot: bool = False
    language_code: str = Field("", max_length=35)


class Chat(_Part):
    """Where."""

    id: Id
    type: str


class Sent(_Part):
    """A file, whatever its kind."""

    file_id: str = Field(pattern=r"^[\x21-\x7e]{1,400}$")
    file_size: int | None = None
    file_name: str | None = Field(None, max_length=1000)
    mime_type: str | None = Field(None, max_length=200)


class SharedContact(_Part):
    """A contact that was shared; one's own has one's own user's id."""

    phone_number: str = Field(max_length=40)
    user_id: Id | None = None


class Location(_Part):
    """A place on the earth."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class Venue(_Part):
    """A place with a name."""

    location: Location
    title: str = Field("", max_length=1000)
    address: str = Field("", max_length=1000)


class Told(_Part):
    """A message."""

    message_id: Id
    date: int = Field(ge=0, le=_LATEST)
    chat: Chat
    sender: User | None = Field(None, alias="from")
    text: str = ""
    caption: str = ""
    photo: list[Sent] = []
    voice: Sent | None = None
    audio: Sent | None = None
    video: Sent | None = None
    video_note: Sent | None = None
    animation: Sent | None = None
    document: Sent | None = None
    sticker: Sent | None = None
    contact: SharedContact | None = None
    location: Location | None = None
    venue: Venue | None = None


class PressedOn(_Part):
    """The message under which a button was pressed."""

    chat: Chat


class Press(_Part):
    """A pressed button."""

    id: str = Field(max_length=200)
    sender: User = Field(alias="from")
    message: PressedOn | None = None
    data: str = Field(pattern=r"^[\x21-\x7e]{1,64}$")


class Membership(_Part):
    """What we are in a chat from now on."""

    status: str


class MemberChange(_Part):
    """The customer blocked us or let us in again, or a group took us in."""

    chat: Chat
    sender: User = Field(alias="from")
    new_chat_member: Membership


class Update(_Part):
    """One delivery."""

    update_id: Annotated[int, Field(ge=0, le=2**53)]
    message: Told | None = None
    edited_message: Told | None = None
    callback_query: Press | None = None
    my_chat_member: MemberChange | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """What an update comes to."""

    events: tuple[ChannelEvent, ...] = ()
    press: str | None = None  # the press that Telegram waits to see answered
    group: int | None = None  # a group, in which nobody's affairs are dealt with
    language: str = ""


def read(raw: object, region: str) -> Read:
    """What an update says.

    Raises:
        UpdateRefused: it is no update.
    """
    try:
        update = Update.model_validate(raw)
    except ValidationError as error:
        raise UpdateRefused(str(error.error_count())) from error
    told = update.message or update.edited_message
    if told is not None:
        language = told.sender.language_code if told.sender else ""
        if told.chat.type != "private":
            return Read(group=told.chat.id, language=language)
        if told.sender is None or told.sender.is_bot:
            return Read()
        is_edit = update.message is None
        return Read((_arrived(str(update.update_id), told, told.sender, region, is_edit=is_edit),))
    if update.callback_query is not None:
        return _pressed(str(update.update_id), update.callback_query)
    if update.my_chat_member is not None:
        return _changed(update.my_chat_member)
    return Read()


def _pressed(source_id: str, press: Press) -> Read:
    chat = press.message.chat if press.message else Chat(id=press.sender.id, type="private")
    if chat.type != "private":
        return Read(press=press.id)
    arrived = IncomingMessage(
        address=str(chat.id),
        source_id=source_id,
        token=press.data,
        language=press.sender.language_code,
    )
    return Read((arrived,), press=press.id)


def _changed(change: MemberChange) -> Read:
    status = change.new_chat_member.status
    if change.chat.type != "private":
        joined = status in {"member", "administrator", "restricted"}
        return Read(group=change.chat.id if joined else None, language=change.sender.language_code)
    why_not = "blocked" if status == "kicked" else None
    return Read((ReachabilityChange(str(change.chat.id), why_not),))


def _arrived(
    source_id: str, told: Told, sender: User, region: str, *, is_edit: bool
) -> IncomingMessage:
    text = told.text or told.caption
    kind, extra, files = _file(told) or _place(told) or (ContentKind.TEXT, {}, ())
    told_instead = phone = None
    if told.contact is not None:
        kind, told_instead, phone = _contact(told.contact, sender, region)
    elif told.sticker is not None:
        kind = ContentKind.STICKER
    elif kind == ContentKind.TEXT and (told_instead := COMMANDS.get(_command(text))):
        kind = ContentKind.COMMAND
    return IncomingMessage(
        address=str(told.chat.id),
        source_id=source_id,
        kind=kind,
        text=text,
        payload=told_instead,
        files=files,
        extra=extra,
        phone=phone,
        language=sender.language_code,
        said_at=datetime.fromtimestamp(told.date, UTC),
        provider_id=f"{told.chat.id}:{told.message_id}",
        is_edit=is_edit,
    )


_Found = tuple[ContentKind, dict[str, Any], tuple[RemoteFile, ...]]
_FILES: Mapping[ContentKind, Callable[[Told], Sent | None]] = {
    # The last size of a photo is the largest.
    ContentKind.PHOTO: lambda told: told.photo[-1] if told.photo else None,
    ContentKind.VOICE: lambda told: told.voice or told.audio,
    ContentKind.VIDEO: lambda told: told.video or told.video_note or told.animation,
    ContentKind.DOCUMENT: lambda told: told.document,
}


def _file(told: Told) -> _Found | None:
    for kind, find in _FILES.items():
        sent = find(told)
        if sent is not None:
            # A photo that was sent "as a file" is one all the same.
            is_picture = kind == ContentKind.DOCUMENT and (sent.mime_type or "").startswith(
                "image/"
            )
            kept_as = ContentKind.PHOTO if is_picture else kind
            file = RemoteFile(sent.file_id, kept_as, sent.file_size, sent.file_name, sent.mime_type)
            return kept_as, {}, (file,)
    return None


def _place(told: Told) -> _Found | None:
    place = told.venue.location if told.venue else told.location
    if place is None:
        return None
    extra: dict[str, Any] = {"latitude": place.latitude, "longitude": place.longitude}
    if told.venue is not None:
        extra |= {"name": told.venue.title, "address": told.venue.address}
    return ContentKind.LOCATION, {"location": extra}, ()


def _contact(
    shared: SharedContact, sender: User, region: str
) -> tuple[ContentKind, str | None, str | None]:
    """One's own phone, which Telegram vouches for; anybody else's card proves nothing."""
    phone = normalize_phone(f"+{digits(shared.phone_number)}", region)
    if shared.user_id != sender.id or not phone:
        return ContentKind.CONTACT, None, None
    return ContentKind.PHONE, "/inform", phone


def _command(text: str) -> str:
    word = text.split(maxsplit=1)[0] if text.startswith("/") else ""
    return word[1:].partition("@")[0].lower()
