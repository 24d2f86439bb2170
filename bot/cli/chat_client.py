"""A client for the web chat's socket: every message is shown once, every frame gets through."""

import asyncio
import json
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from bot.config.loopback import is_loopback

Message = dict[str, Any]


class ServerUnreachable(Exception):
    """The address is wrong, nothing answers there, or the server stayed away too long."""


@dataclass
class ChatClient:
    """One conversation, which continues when the server goes away and comes back."""

    url: str
    language: str
    on_message: Callable[[Message], None]
    on_error: Callable[[str], None]
    give_up_after: float = 60  # seconds without a server, once there was one

    session: str | None = None
    after: int = 0
    received: asyncio.Event = field(default_factory=asyncio.Event)
    _seen: set[int] = field(default_factory=set)
    _unanswered: dict[str, Message] = field(default_factory=dict)
    _choices: dict[int, list[Message]] = field(default_factory=dict)
    _sending: set[asyncio.Task[None]] = field(default_factory=set)
    _socket: ClientConnection | None = None

    async def stay_connected(self) -> None:
        """Connect, and reconnect whenever the connection is lost.

        Raises:
            ServerUnreachable: nothing answers, or not within ``give_up_after`` seconds of a loss.
        """
        address = socket_url(self.url)
        # An address on this machine is not reached through a proxy.
        proxy: Literal[True] | None = None if is_loopback(address) else True
        loop = asyncio.get_running_loop()
        lost_at = loop.time()
        while True:
            try:
                async with connect(address, proxy=proxy) as socket:
                    await self._converse(socket)
            except ConnectionClosed:
                pass
            except (OSError, InvalidHandshake, InvalidMessage, TimeoutError) as error:
                if self.session is None:
                    raise ServerUnreachable(f"no Regalo answers at {self.url} ({error})") from None
            if self._socket is not None:
                self._socket, lost_at = None, loop.time()
            elif loop.time() - lost_at > self.give_up_after:
                raise ServerUnreachable(f"{self.url} has gone away")
            await asyncio.sleep(0.5)

    def say(self, text: str) -> str:
        """Send a message. Return its id, for ``is_answered``."""
        return self._queue({"type": "message", "text": text, "photos": []})

    def choose(self, number: int) -> str:
        """Press an alternative of the latest offer, counted from 1. Return the frame's id.

        Raises:
            ValueError: there is no such alternative.
        """
        latest = max(self._choices, default=None)
        if latest is None:
            raise ValueError("no alternatives are on the table")
        choices = self._choices[latest]
        if not 1 <= number <= len(choices):
            raise ValueError(f"there is no alternative {number}: choose from 1 to {len(choices)}")
        return self._queue({"type": "choose", "token": choices[number - 1]["token"]})

    def is_answered(self, message_id: str) -> bool:
        """Return True if the turn for this message is over."""
        return message_id not in self._unanswered

    def give_up(self, message_id: str) -> None:
        """Stop waiting for this message's answer."""
        self._unanswered.pop(message_id, None)

    def _queue(self, frame: Message) -> str:
        message_id = str(uuid.uuid4())
        self._unanswered[message_id] = frame | {"id": message_id}
        task = asyncio.create_task(self._send(self._unanswered[message_id]))
        self._sending.add(task)  # a task without a reference may be garbage-collected
        task.add_done_callback(self._sending.discard)
        return message_id

    async def _send(self, frame: Message) -> None:
        # A frame that gets lost is sent again after the next welcome.
        if self._socket is not None:
            with suppress(ConnectionClosed):
                await self._socket.send(json.dumps(frame))

    async def _converse(self, socket: ClientConnection) -> None:
        hello = {"session": self.session, "after": self.after, "language": self.language}
        await socket.send(json.dumps({"type": "hello", **hello, "customer": None}))
        async for frame in socket:
            await self._handle(socket, json.loads(frame))

    async def _handle(self, socket: ClientConnection, frame: Message) -> None:
        match frame.get("type"):
            case "welcome":
                self.session = frame["session"]
                for message in frame.get("messages", []):
                    self._show_once(message)
                self._socket = socket
                # Under the same id, by which the server ignores what it has stored already.
                for unanswered in list(self._unanswered.values()):
                    await self._send(unanswered)
            case "message":
                self._show_once(frame["message"])
            case "spent":
                self._choices.pop(frame["seq"], None)
            case "answered":
                self._unanswered.pop(frame["id"], None)
            case "error":
                self.on_error(str(frame.get("text") or frame.get("code")))
                self._unanswered.pop(frame.get("id") or "", None)
            case _:
                return
        self.received.set()

    def _show_once(self, message: Message) -> None:
        seq = message["seq"]
        if seq in self._seen:
            return
        self._seen.add(seq)
        self.after = max(self.after, seq)
        if message.get("choices") and not message.get("spent"):
            self._choices[seq] = message["choices"]
        self.on_message(message)


def socket_url(url: str) -> str:
    """Return the address of the chat's socket, from the address that people open in a browser.

    Raises:
        ServerUnreachable: it is no http, https, ws or wss address.
    """
    parts = urlsplit(url if "://" in url else f"http://{url}")
    scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
    if scheme not in {"ws", "wss"} or not parts.hostname:
        raise ServerUnreachable(
            f"--url is {url!r}; allowed: an address such as http://127.0.0.1:8000"
        )
    return urlunsplit((scheme, parts.netloc, parts.path.rstrip("/") + "/chat/socket", "", ""))
