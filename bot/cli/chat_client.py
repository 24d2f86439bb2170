"""A customer's web chat over its socket: what was said arrives once, what is said gets there."""

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

Message = dict[str, Any]
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Unreachable(Exception):
    """Nobody answers, or not for so long that waiting makes no sense."""


@dataclass
class ChatClient:
    """One conversation; it survives a server that goes away and comes back."""

    url: str
    language: str
    on_message: Callable[[Message], None]
    on_error: Callable[[str], None]
    patience: float = 60  # seconds without a server, once there was one

    session: str | None = None
    after: int = 0
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    _seen: set[int] = field(default_factory=set)
    _unanswered: dict[str, Message] = field(default_factory=dict)
    _choices: dict[int, list[Message]] = field(default_factory=dict)
    _sending: set[asyncio.Task[None]] = field(default_factory=set)
    _socket: ClientConnection | None = None

    async def stay_connected(self) -> None:
        """Connect, and connect again whenever the server went away; ends with Unreachable."""
        host = urlsplit(socket_url(self.url)).hostname
        # What is on this machine is not reached through a proxy.
        proxy: Literal[True] | None = None if host in _LOOPBACK else True
        loop = asyncio.get_running_loop()
        lost = loop.time()
        while True:
            try:
                async with connect(socket_url(self.url), proxy=proxy) as socket:
                    await self._converse(socket)
            except ConnectionClosed:
                pass
            except (OSError, InvalidHandshake, InvalidMessage, TimeoutError) as error:
                if self.session is None:
                    raise Unreachable(f"no Regalo answers at {self.url} ({error})") from None
            if self._socket is not None:
                self._socket, lost = None, loop.time()
            elif loop.time() - lost > self.patience:
                raise Unreachable(f"{self.url} has gone away")
            await asyncio.sleep(0.5)

    def say(self, text: str) -> str:
        """Say something; returns the id by which its answer is known."""
        return self._put({"type": "message", "text": text, "photos": []})

    def choose(self, number: int) -> str:
        """Press the alternative with that number, counted from 1; ValueError if there is none."""
        latest = max(self._choices, default=None)
        if latest is None:
            raise ValueError("no alternatives are on the table")
        choices = self._choices[latest]
        if not 1 <= number <= len(choices):
            raise ValueError(f"there is no alternative {number}: choose from 1 to {len(choices)}")
        return self._put({"type": "choose", "token": choices[number - 1]["token"]})

    def is_answered(self, message_id: str) -> bool:
        """Whether the turn for what was said is over."""
        return message_id not in self._unanswered

    def give_up(self, message_id: str) -> None:
        """Wait no longer for that answer."""
        self._unanswered.pop(message_id, None)

    def _put(self, frame: Message) -> str:
        message_id = str(uuid.uuid4())
        self._unanswered[message_id] = frame | {"id": message_id}
        task = asyncio.create_task(self._send(self._unanswered[message_id]))
        self._sending.add(task)  # else nobody holds it while it runs
        task.add_done_callback(self._sending.discard)
        return message_id

    async def _send(self, frame: Message) -> None:
        # If it does not get there, it is sent again after the next welcome.
        if self._socket is not None:
            with suppress(ConnectionClosed):
                await self._socket.send(json.dumps(frame))

    async def _converse(self, socket: ClientConnection) -> None:
        hello = {"session": self.session, "after": self.after, "language": self.language}
        await socket.send(json.dumps({"type": "hello", **hello, "customer": None}))
        async for frame in socket:
            await self._take(socket, json.loads(frame))

    async def _take(self, socket: ClientConnection, frame: Message) -> None:
        match frame.get("type"):
            case "welcome":
                self.session = frame["session"]
                for message in frame.get("messages", []):
                    self._hear(message)
                self._socket = socket
                # Under the same id: the server knows what it has already got.
                for unanswered in list(self._unanswered.values()):
                    await self._send(unanswered)
            case "message":
                self._hear(frame["message"])
            case "spent":
                self._choices.pop(frame["seq"], None)
            case "answered":
                self._unanswered.pop(frame["id"], None)
            case "error":
                self.on_error(str(frame.get("text") or frame.get("code")))
                self._unanswered.pop(frame.get("id") or "", None)
            case _:
                return
        self.heard.set()

    def _hear(self, message: Message) -> None:
        seq = message["seq"]
        if seq in self._seen:
            return
        self._seen.add(seq)
        self.after = max(self.after, seq)
        if message.get("choices") and not message.get("spent"):
            self._choices[seq] = message["choices"]
        self.on_message(message)


def socket_url(url: str) -> str:
    """Where the chat's socket is, from the address that people open in a browser."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
    if scheme not in {"ws", "wss"} or not parts.hostname:
        raise Unreachable(f"--url is {url!r}; allowed: an address such as http://127.0.0.1:8000")
    return urlunsplit((scheme, parts.netloc, parts.path.rstrip("/") + "/chat/socket", "", ""))
