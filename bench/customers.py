"""Customers: each talks, waits for the answer, talks on; many at once, in both products."""

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

PATIENCE = 120.0
# A customer who presses the first of the alternatives on the table.
PRESS = "/choose 1"


class Unanswered(Exception):
    """What was said got no answer, or a refusal."""


class Talk(Protocol):
    """One conversation."""

    async def say(self, text: str) -> float:
        """Say something; the seconds until all of the answer is there."""


Open = Callable[[], AbstractAsyncContextManager[Talk]]


class StarterTalk:
    """A conversation with the starter project, over Rasa's REST channel."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._sender = uuid.uuid4().hex

    async def say(self, text: str) -> float:
        """See ``Talk``."""
        began = time.perf_counter()
        answer = await self._http.post(
            "/webhooks/rest/webhook", json={"sender": self._sender, "message": text}
        )
        took = time.perf_counter() - began
        if not answer.json():
            raise Unanswered(text)
        return took


class RegaloTalk:
    """A conversation with Regalo, over the web chat's socket, as a page leads it."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._token: str | None = None  # of the first alternative on the table

    async def say(self, text: str) -> float:
        """See ``Talk``."""
        frame: dict[str, Any] = {"type": "message", "id": str(uuid.uuid4()), "text": text}
        if text == PRESS:
            frame |= {"type": "choose", "token": self._token}
        began = time.perf_counter()
        await self._socket.send(json.dumps(frame))
        last = None
        async with asyncio.timeout(PATIENCE):
            while (heard := json.loads(await self._socket.recv()))["type"] != "answered":
                if heard["type"] == "error":
                    raise Unanswered(f"{text}: {heard['text']}")
                if heard["type"] == "message" and heard["message"]["author"] == "bot":
                    last = heard["message"]
        took = time.perf_counter() - began
        if last is None:
            raise Unanswered(text)
        self._token = last["choices"][0]["token"] if last["choices"] else self._token
        # A page that is in sight says so.
        await self._socket.send(json.dumps({"type": "seen", "seq": last["seq"]}))
        return took


def starter(url: str) -> Open:
    """The way to open conversations with a starter project; connections are used again."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    http = httpx.AsyncClient(base_url=url, timeout=PATIENCE, trust_env=False, limits=limits)

    @asynccontextmanager
    async def talk() -> AsyncIterator[Talk]:
        yield StarterTalk(http)

    return talk


def regalo(url: str) -> Open:
    """The way to open conversations with Regalo: a socket each, and an address for some."""
    # The edge counts connections by address, and customers do not all share one.
    hosts = itertools.cycle(f"127.0.{n // 250}.{n % 250 + 1}" for n in range(1, 1000))

    @asynccontextmanager
    async def talk() -> AsyncIterator[Talk]:
        async with connect(
            url.replace("http", "ws") + "/chat/socket",
            proxy=None,
            compression=None,
            local_addr=(next(hosts), 0),
            open_timeout=PATIENCE,
        ) as socket:
            hello = {"type": "hello", "session": None, "after": 0, "language": "es"}
            await socket.send(json.dumps(hello))
            await socket.recv()
            yield RegaloTalk(socket)

    return talk


@dataclass
class Heard:
    """What many customers together have seen in a stretch of time."""

    seconds: float = 0.0
    computed: float = 0.0  # seconds of computing, by all processes of the product
    waits: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def add(self, other: "Heard") -> None:
        """Count another stretch in."""
        self.seconds += other.seconds
        self.computed += other.computed
        self.waits += other.waits
        self.failures += other.failures


async def crowd(
    opens: Open,
    script: Callable[[], list[str]],
    *,
    customers: int,
    seconds: float,
    warm: float,
    computing: Callable[[], float] = float,
) -> Heard:
    """Let so many customers talk at once, each conversation by a script; count after ``warm``.

    They begin one after the other meanwhile, for customers are not all at the same place.

    Args:
        computing: how many seconds the product's processes have computed since they began.
    """
    heard = Heard()
    begin = time.perf_counter() + warm
    end = begin + seconds

    async def customer(place: int) -> None:
        await asyncio.sleep(warm * place / customers)
        while time.perf_counter() < end:
            try:
                async with opens() as talk:
                    for text in script():
                        took = await talk.say(text)
                        now = time.perf_counter()
                        if begin <= now <= end:
                            heard.waits.append(took)
                        if now > end:
                            return
            except (Unanswered, OSError, TimeoutError, httpx.HTTPError) as error:
                heard.failures.append(f"{type(error).__name__}: {error}")

    async def meter() -> float:
        await asyncio.sleep(warm)
        before = computing()
        await asyncio.sleep(end - time.perf_counter())
        return computing() - before

    metering = asyncio.create_task(meter())
    tasks = [asyncio.create_task(customer(place)) for place in range(customers)]
    # Who is still waiting at the end is not waited for.
    _, late = await asyncio.wait(tasks, timeout=warm + seconds + 1)
    for task in late:
        task.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.gather(*late, return_exceptions=True)
    heard.seconds, heard.computed = seconds, await metering
    return heard
