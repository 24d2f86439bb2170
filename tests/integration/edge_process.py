"""The edge as a process, with a fake engine behind it and pages (WebSockets) in front of it."""

import asyncio
import json
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import httpx
from websockets.asyncio.client import ClientConnection, connect

from bot.config.settings import ROOT, Settings

Frame = dict[str, Any]
SECRET = "0123456789abcdef0123456789abcdef"
CUSTOMER_SECRET = "fedcba9876543210fedcba9876543210"
FRAME_TIMEOUT = 8.0


class FakeEngineServer:
    """A stand-in for Rasa and the actions server: an HTTP server on loopback."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.is_up = True
        self.is_actions_server_up = True
        self.delay = 0.0
        engine = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = json.loads(self.rfile.read(length))
                engine.requests.append(body)
                time.sleep(engine.delay)
                self._answer(200, engine.answer(body["message"]))

            def do_GET(self) -> None:
                up = engine.is_actions_server_up if self.path == "/health" else engine.is_up
                self._answer(200 if up else 503, {})

            def _answer(self, status: int, content: object) -> None:
                raw = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def answer(self, text: str) -> list[dict[str, Any]]:
        """Repeat the text; the text "buttons" gets buttons, and "silence" no answer."""
        if text == "silence":
            return []
        buttons = [
            {"title": title, "payload": f"/pressed_{title}", "detail": ""}
            for title in ("uno", "dos")
        ]
        return [{"text": f"oigo: {text}", "buttons": buttons if text == "buttons" else []}]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class EdgeProcess:
    """``regalo edge`` in a process, on a free port unless one is given."""

    def __init__(
        self, settings: Settings, engine: FakeEngineServer, port: int | None = None, **more: str
    ) -> None:
        self.engine = engine
        port = port or free_port()
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.socket_url = f"ws://127.0.0.1:{port}/chat/socket"
        self.database_url = settings.database_url
        self.log = settings.var_dir / "edge.log"
        self._environment = os.environ | {
            "PORT": str(port),
            "DATABASE_URL": settings.database_url,
            "VAR_DIR": str(settings.var_dir),
            "SECRET_KEY": SECRET,
            "CUSTOMER_TOKEN_SECRET": CUSTOMER_SECRET,
            "ENGINE_URL": engine.url,
            "ENGINE_TOKEN": "engine",
            "ACTIONS_URL": engine.url,
            "ACTIONS_TOKEN": "actions",
            "APOLOGY_AFTER": "3",  # a test does not wait for 25 seconds
            "EMBED_ORIGINS": "https://shop.example",
            **more,
        }
        self.start()

    def start(self) -> None:
        """Start the process, and wait until it answers."""
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot.cli", "edge"],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _wait(self) -> None:
        until = time.monotonic() + 120  # with other work on the machine, imports take long
        while time.monotonic() < until:
            try:
                if httpx.get(f"{self.url}/healthz", trust_env=False).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
            if self._process.poll() is not None:
                break
        raise AssertionError(f"the edge did not start:\n{self.log.read_text()}")

    def stop(self) -> int:
        """End the process with SIGTERM; return its exit code."""
        self._process.terminate()
        return self._process.wait(60)  # with other work on the machine, an end takes long, too

    def kill(self) -> None:
        """End the process with SIGKILL, as a power cut would."""
        self._process.kill()
        self._process.wait(15)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Run a query on the edge's SQLite database."""
        file = Path(self.database_url.removeprefix("sqlite:///"))
        with closing(sqlite3.connect(file)) as database:
            return database.execute(query, values).fetchall()

    @asynccontextmanager
    async def open_page(self, **hello: object) -> AsyncIterator["SocketPage"]:
        """Open a page that has sent its "hello" and received its "welcome"."""
        async with self.open_socket() as ws:
            page = SocketPage(ws)
            await page.send(type="hello", **hello)
            page.welcome = await page.wait_for("welcome")
            yield page

    @asynccontextmanager
    async def open_socket(self, **options: Any) -> AsyncIterator[ClientConnection]:
        """Open a socket that has sent nothing yet."""
        async with connect(self.socket_url, proxy=None, **options) as ws:
            yield ws


def free_port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def run_edge(settings: Settings) -> Iterator[EdgeProcess]:
    """Yield an edge with its engine; end both afterwards."""
    engine = FakeEngineServer()
    try:
        edge = EdgeProcess(settings, engine)
        yield edge
        edge.stop()
    finally:
        engine.close()


@dataclass(slots=True)
class SocketPage:
    """One page's socket; keeps the frames that no test has waited for yet."""

    ws: ClientConnection
    welcome: Frame = field(default_factory=dict)
    frames: list[Frame] = field(default_factory=list)

    async def send(self, **frame: object) -> None:
        await self.ws.send(json.dumps(frame))

    async def send_message(self, text: str, *, id: str | None = None, **more: object) -> str:  # noqa: A002
        """Send a message; return its id."""
        id = id or str(uuid.uuid4())  # noqa: A001 - the frame calls it so
        await self.send(type="message", id=id, text=text, **more)
        return id

    async def wait_for(self, kind: str, **where: object) -> Frame:
        """Return the next frame of a type that has these values; keep the frames before it."""
        for place, frame in enumerate(self.frames):
            if _is(frame, kind, where):
                return self.frames.pop(place)
        async with asyncio.timeout(FRAME_TIMEOUT):
            while True:
                came: Frame = json.loads(await self.ws.recv())
                if _is(came, kind, where):
                    return came
                self.frames.append(came)

    async def wait_for_answer(self, id: str) -> list[Frame]:  # noqa: A002 - the frame calls it so
        """Wait until the message is answered; return the messages of the bot until then."""
        await self.wait_for("answered", id=id)
        said = [one["message"] for one in self.frames if one["type"] == "message"]
        self.frames.clear()
        return [one for one in said if one["author"] != "customer"]

    @property
    def session(self) -> str:
        return str(self.welcome["session"])

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.ws.close()


def _is(frame: Frame, kind: str, where: dict[str, object]) -> bool:
    return frame["type"] == kind and all(frame.get(key) == value for key, value in where.items())
