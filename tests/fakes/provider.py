"""A provider on loopback: an HTTP server that can be slow, down, refuse, or lose its answers."""

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

T = TypeVar("T")
Answer = tuple[int, object]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What goes wrong with the next message that is to be sent."""

    refuse: Answer | None = None  # answered so, and not sent
    lose: bool = False  # sent, and the connection ends without an answer
    slow: float = 0.0  # seconds before it is sent


@dataclass(slots=True)
class Asked:
    """One request."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    fields: dict[str, Any] = field(default_factory=dict)


class Lose(Exception):
    """End the connection without a word."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone is no news."""


class Provider:
    """One fake; subclasses say what each request does."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.troubles: deque[Trouble] = deque()
        self.is_down = False
        provider = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Each answer leaves at once; the last bytes do not wait for an acknowledgement.
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                self._do()

            def do_POST(self) -> None:
                self._do()

            def _do(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                url = urlsplit(self.path)
                asked = Asked(
                    self.command,
                    unquote(url.path),
                    dict(parse_qsl(url.query)),
                    {name.lower(): value for name, value in self.headers.items()},
                    body,
                )
                if provider.is_down:
                    self.close_connection = True
                    return
                try:
                    status, content = provider.answer(asked)
                except Lose:
                    self.close_connection = True
                    return
                raw = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def answer(self, asked: Asked) -> Answer:
        raise NotImplementedError

    def in_trouble(self, send: Callable[[], Answer]) -> Answer:
        """Send, or let go wrong what is to go wrong next."""
        with self.lock:
            trouble = self.troubles.popleft() if self.troubles else Trouble()
        if trouble.slow:
            time.sleep(trouble.slow)
        if trouble.refuse is not None:
            return trouble.refuse
        answer = send()
        if trouble.lose:
            raise Lose
        return answer

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def until(what: Callable[[], T], within: float = 15.0, why: str = "", every: float = 0.03) -> T:
    """What ``what`` returns, once it is true."""
    deadline = time.monotonic() + within
    while not (answer := what()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{why or what}: not within {within:.0f} s")
        time.sleep(every)
    return answer
