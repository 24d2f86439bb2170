"""Simulated customers of both products: each sends a message, waits for the answer, goes on."""

import asyncio
import itertools
import json
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx
from websockets.asyncio.client import ClientConnection, connect

TIMEOUT_SECONDS = 120.0
# In a script: press the first of the alternatives that are offered.
PRESS = "/choose 1"


class NoAnswerError(Exception):
    """A message got no answer, or an error."""


class ChatSession(Protocol):
    """One conversation."""

    async def send(self, text: str) -> float:
        """Send a message; return the seconds until the answer is complete."""


OpenSession = Callable[[], AbstractAsyncContextManager[ChatSession]]


class StarterSession:
    """A conversation with the starter project, over Rasa's REST channel."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._sender = uuid.uuid4().hex

    async def send(self, text: str) -> float:
        """See ``ChatSession``."""
        began = time.perf_counter()
        answer = await self._http.post(
            "/webhooks/rest/webhook", json={"sender": self._sender, "message": text}
        )
        took = time.perf_counter() - began
        if not answer.json():
            raise NoAnswerError(text)
        return took


class RegaloSession:
    """A conversation with Regalo over the web chat's WebSocket, as a page does it."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._token: str | None = None  # of the first alternative offered

    async def send(self, text: str) -> float:
        """See ``ChatSession``."""
        frame: dict[str, Any] = {"type": "message", "id": str(uuid.uuid4()), "text": text}
        if text == PRESS:
            frame |= {"type": "choose", "token": self._token}
        began = time.perf_counter()
        await self._socket.send(json.dumps(frame))
        last = None
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while (frame := json.loads(await self._socket.recv()))["type"] != "answered":
                if frame["type"] == "error":
                    raise NoAnswerError(f"{text}: {frame['text']}")
                if frame["type"] == "message" and frame["message"]["author"] == "bot":
                    last = frame["message"]
        took = time.perf_counter() - began
        if last is None:
            raise NoAnswerError(text)
        self._token = last["choices"][0]["token"] if last["choices"] else self._token
        # A visible page reports what it has shown.
        await self._socket.send(json.dumps({"type": "seen", "seq": last["seq"]}))
        return took


def starter_sessions(url: str) -> OpenSession:
    """Return a function that opens conversations with the starter project."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    http = httpx.AsyncClient(base_url=url, timeout=TIMEOUT_SECONDS, trust_env=False, limits=limits)

    @asynccontextmanager
    async def talk() -> AsyncIterator[ChatSession]:
        yield StarterSession(http)

    return talk


def regalo_sessions(url: str) -> OpenSession:
    """Return a function that opens conversations with Regalo, each over its own socket."""
    # The edge counts connections by address, and customers do not all share one.
    hosts = itertools.cycle(f"127.0.{n // 250}.{n % 250 + 1}" for n in range(1, 1000))

    @asynccontextmanager
    async def talk() -> AsyncIterator[ChatSession]:
        async with connect(
            url.replace("http", "ws") + "/chat/socket",
            proxy=None,
            compression=None,
            local_addr=(next(hosts), 0),
            open_timeout=TIMEOUT_SECONDS,
        ) as socket:
            hello = {"type": "hello", "session": None, "after": 0, "language": "es"}
            await socket.send(json.dumps(hello))
            await socket.recv()
            yield RegaloSession(socket)

    return talk


@dataclass
class LoadResult:
    """The answers that all customers got in a period."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0  # of all processes of the product
    waits: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def add(self, other: "LoadResult") -> None:
        """Add the result of another period."""
        self.seconds += other.seconds
        self.cpu_seconds += other.cpu_seconds
        self.waits += other.waits
        self.failures += other.failures


async def run_load(
    open_session: OpenSession,
    script: Callable[[], list[str]],
    *,
    customers: int,
    seconds: float,
    warm: float,
    cpu_seconds: Callable[[], float] = float,
) -> LoadResult:
    """Run conversations of that many customers at once; count the answers after ``warm`` seconds.

    The customers start one after the other during the warm-up, so that their scripts are spread.

    Args:
        cpu_seconds: returns the CPU seconds of the product's processes since their start.
    """
    result = LoadResult()
    begin = time.perf_counter() + warm
    end = begin + seconds

    async def customer(place: int) -> None:
        await asyncio.sleep(warm * place / customers)
        while time.perf_counter() < end:
            try:
                async with open_session() as session:
                    for text in script():
                        took = await session.send(text)
                        now = time.perf_counter()
                        if begin <= now <= end:
                            result.waits.append(took)
                        if now > end:
                            return
            except (NoAnswerError, OSError, TimeoutError, httpx.HTTPError) as error:
                result.failures.append(f"{type(error).__name__}: {error}")

    async def meter() -> float:
        await asyncio.sleep(warm)
        before = cpu_seconds()
        await asyncio.sleep(end - time.perf_counter())
        return cpu_seconds() - before

    metering = asyncio.create_task(meter())
    tasks = [asyncio.create_task(customer(place)) for place in range(customers)]
    # Answers that are late at the end are not waited for.
    _, late = await asyncio.wait(tasks, timeout=warm + seconds + 1)
    for task in late:
        task.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.gather(*late, return_exceptions=True)
    result.seconds, result.cpu_seconds = seconds, await metering
    return result
