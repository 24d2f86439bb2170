"""The interface of a channel: it formats outgoing messages for its provider, and sends them.

A channel verifies and parses what comes in (its routes hand over ``ChannelEvent``s), and it sends
(this protocol). Everything in between is the same for all channels: ``store_event`` stores, a turn
answers, ``sender`` sends in order, retries, and notes the result.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from bot.customers.contacts import VouchedCustomer
from bot.models import ContentKind

# The content of one request to the provider; only its channel reads it.
Part = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Button:
    """An alternative under a message: its words, and the token that a press sends back."""

    token: str
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One message to send."""

    message_id: int
    conversation_id: str
    address: str
    language: str
    text: str
    buttons: tuple[Button, ...] = ()
    photos: tuple[Path, ...] = ()
    reference: str | None = None  # of the case that it is about


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file that lies with the provider, until it is fetched before the turn."""

    id: str
    kind: ContentKind  # a photo, video, voice or document
    size: int | None = None  # bytes
    name: str | None = None
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class WebVisitor:
    """What the web chat knows of its visitor, beside the message."""

    conversation_id: str  # from the signed session token
    customer: VouchedCustomer | None = None  # whom the embedding site vouches for
    device_key: str | None = None
    network_key: str | None = None


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """Something that a customer did on a channel, verified and parsed.

    A web visitor's message may be refused, because their page shows the reason. Any other channel's
    is always stored: one that is too long is split, and one that is empty or presses a closed
    choice gets a reply that says so.
    """

    address: str
    source_id: str  # the provider's id of this delivery, which is stored once
    kind: ContentKind = ContentKind.TEXT
    text: str = ""
    token: str | None = None  # of a pressed button
    payload: str | None = None  # sent to the engine in place of the text: "/wants_human"
    files: tuple[RemoteFile, ...] = ()
    photos: tuple[str, ...] = ()  # ids of photos that the page uploaded before
    visitor: WebVisitor | None = None  # of the web chat, and only there
    extra: dict[str, Any] = field(default_factory=dict)
    phone: str | None = None  # the channel vouches that it is theirs
    language: str = ""  # what the channel knows of their language, if anything
    said_at: datetime | None = None  # by the provider's clock
    provider_id: str | None = None  # the provider's id of the message
    is_edit: bool = False  # it replaces the text of the message with ``provider_id``


class DeliveryStatus(StrEnum):
    """What a provider reports of a message."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNREACHABLE = "unreachable"  # the provider has no way to this customer


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """A provider's report on a message that was sent."""

    message_id: int | None  # ours, where the provider gives it back
    provider_id: str
    status: DeliveryStatus
    part_index: int = 0  # from 0
    part_count: int = 1
    code: str = ""  # the provider's error code
    closed_since: datetime | None = None  # not delivered, because the window closed then


@dataclass(frozen=True, slots=True)
class ReachabilityChange:
    """Messages reach the customer again, or no longer."""

    address: str
    unreachable_why: str | None  # None: they do


ChannelEvent = IncomingMessage | DeliveryReport | ReachabilityChange
# Stores events of the channel with this name. Once it returns, they cannot be lost.
Receive = Callable[[str, Sequence[ChannelEvent]], Awaitable[None]]


class SendError(Exception):
    """A message was not sent; the text is the reason."""


class RetryLater(SendError):
    """The provider is down or slow, or limits the rate."""

    def __init__(
        self, why: str, *, after: float | None = None, whole_channel: bool = False
    ) -> None:
        super().__init__(why)
        self.after = after  # seconds, where the provider says so
        self.whole_channel = whole_channel  # it holds for all customers of the channel


class ResponseLost(SendError):
    """The provider got the request and its response was lost: the message may have been sent."""


class SendRejected(SendError):
    """The provider will never accept this message."""


class CustomerUnreachable(SendError):
    """The provider has no way to this customer: they blocked us, or the address is gone."""


class WindowClosed(SendError):
    """The customer's last message is too old: only a template may be sent."""


class Channel(Protocol):
    """A way to customers.

    Every method that calls the provider raises one of the errors above.
    """

    name: str
    pace: float  # seconds between two messages to the same customer
    grace: float  # seconds in which the provider itself reports a send whose response was lost

    def parts(self, out: OutgoingMessage) -> Sequence[Part]:
        """Return the content of the requests that send a message, within the channel's limits."""

    def template(self, out: OutgoingMessage) -> tuple[Part, bool] | None:
        """Return the template for a closed window, None if there is none.

        The flag is True if the template contains the whole message.
        """

    async def send(self, out: OutgoingMessage, part: Part, index: int, count: int) -> str:
        """Send one part of ``count``. Return the provider's id of it."""

    async def typing(self, address: str, provider_id: str | None) -> None:
        """Show that the bot types; ``provider_id`` is of the customer's last message."""

    async def close_buttons(
        self, address: str, provider_id: str, text: str, chosen: str | None
    ) -> None:
        """Replace the buttons of a sent message by the title that was chosen, if any was."""

    async def fetch(self, file: RemoteFile) -> bytes:
        """Return the content of a file that a customer sent."""

    async def start(self, receive: Receive) -> None:
        """Start receiving, where the channel polls its provider."""

    async def stop(self) -> None:
        """Stop receiving, and close all connections."""
