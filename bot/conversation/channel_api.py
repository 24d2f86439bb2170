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

# How a customer is told something in one request to the provider; only its channel reads it.
Part = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Button:
    """An alternative under a message: what it says, and the token that a press sends back."""

    token: str
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One message that is to go out."""

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
    """A file that lies with the provider, until the turn fetches it."""

    id: str
    kind: ContentKind  # a photo, video, voice or document
    size: int | None = None
    name: str | None = None
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class WebVisitor:
    """What the web chat knows of its visitor, beside what they say."""

    conversation_id: str  # from the signed session token
    customer: VouchedCustomer | None = None  # whom the embedding site vouches for
    device_key: str | None = None
    network_key: str | None = None


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """Something that a customer did on a channel, verified and parsed.

    A web visitor's page is there to show a refusal; whoever writes from another channel is not, and
    what is too long, empty or presses a closed choice is kept as well as it can be.
    """

    address: str
    source_id: str  # what the provider calls this delivery: it is stored once
    kind: ContentKind = ContentKind.TEXT
    text: str = ""
    token: str | None = None  # of a pressed button
    told: str | None = None  # what the engine is told in place of words: "/wants_human"
    files: tuple[RemoteFile, ...] = ()
    photos: tuple[str, ...] = ()  # ids of photos that the page uploaded before
    visitor: WebVisitor | None = None  # of the web chat, and only there
    extra: dict[str, Any] = field(default_factory=dict)
    phone: str | None = None  # the channel vouches that it is theirs
    language: str = ""  # what the channel knows of their language, if anything
    said_at: datetime | None = None
    provider_id: str | None = None  # what the provider calls the message
    is_edit: bool = False  # it says anew what the message with ``provider_id`` said


class DeliveryStatus(StrEnum):
    """How far a message has come, as the provider says."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNREACHABLE = "unreachable"  # the provider has no way to this customer


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What the provider reports of a message that was sent."""

    message_id: int | None  # ours, where the provider gives back what we said it was
    provider_id: str
    state: DeliveryStatus
    place: int = 0  # which part of the message, and of how many
    of: int = 1
    code: str = ""
    closed_since: datetime | None = None  # it was not carried because the window had closed


@dataclass(frozen=True, slots=True)
class ReachabilityChange:
    """The customer can be reached again, or no longer."""

    address: str
    why_not: str | None


ChannelEvent = IncomingMessage | DeliveryReport | ReachabilityChange
# Stores what came. When it returns, nothing can lose it any more.
Receive = Callable[[str, Sequence[ChannelEvent]], Awaitable[None]]


class SendError(Exception):
    """A message did not go out; the text says why."""


class RetryLater(SendError):
    """Not now: the provider is down, slow or wants less."""

    def __init__(self, why: str, *, after: float | None = None, everybody: bool = False) -> None:
        super().__init__(why)
        self.after = after  # seconds, where the provider says so
        self.everybody = everybody  # it holds for all customers of the channel


class ResponseLost(SendError):
    """The provider was asked and its answer did not come: perhaps it is out, perhaps not."""


class SendRejected(SendError):
    """The provider does not take this message, and never will."""


class CustomerUnreachable(SendError):
    """The provider has no way to this customer: they blocked us, or the address is gone."""


class WindowClosed(SendError):
    """The customer wrote too long ago: only a template may go out."""


class Channel(Protocol):
    """A way to customers."""

    name: str
    pace: float  # seconds between two messages to the same customer
    grace: float  # seconds in which the provider itself reports a send whose answer was lost

    def parts(self, out: OutgoingMessage) -> Sequence[Part]:
        """What has to be sent for a message, one request each, within the channel's limits."""

    def template(self, out: OutgoingMessage) -> tuple[Part, bool] | None:
        """What may be sent when the window is closed, and whether it says all; None for nothing."""

    async def send(self, out: OutgoingMessage, part: Part, place: int, of: int) -> str:
        """Send one part; the provider's id of it. Raises one of the errors above."""

    async def typing(self, address: str, heard: str | None) -> None:
        """Show that we think about the customer's message with the provider's id ``heard``."""

    async def settle(self, address: str, provider_id: str, text: str, chosen: str | None) -> None:
        """The buttons of a sent message become what was chosen, or go."""

    async def fetch(self, file: RemoteFile) -> bytes:
        """The content of a file that a customer sent. Raises RetryLater or SendRejected."""

    async def start(self, take: Receive) -> None:
        """Begin to receive, where the channel asks for what has come."""

    async def stop(self) -> None:
        """End that, and hang up."""
