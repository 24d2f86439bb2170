"""A fake provider: an HTTP server that can be slow, down, reject, or drop its answers."""

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
Response = tuple[int, object]


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with the next message that the edge sends."""

    reject: Response | None = None  # this answer, and the message is not sent
    drop_answer: bool = False  # the message is sent, and the connection ends without an answer
    delay: float = 0.0  # seconds before the message is sent


@dataclass(slots=True)
class Request:
    """One request to the provider."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    fields: dict[str, Any] = field(default_factory=dict)


class DropConnection(Exception):
    """End the connection without an answer."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone is no news."""


class FakeProvider:
    """The server; subclasses implement ``answer``."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.faults: deque[Fault] = deque()
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
                request = Request(
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
                    status, content = provider.answer(request)
                except DropConnection:
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
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )
        self._thread.start()

    def answer(self, request: Request) -> Response:
        raise NotImplementedError

    def with_next_fault(self, send: Callable[[], Response]) -> Response:
        """Send, with the next fault if there is one."""
        with self.lock:
            fault = self.faults.popleft() if self.faults else Fault()
        if fault.delay:
            time.sleep(fault.delay)
        if fault.reject is not None:
            return fault.reject
        answer = send()
        if fault.drop_answer:
            raise DropConnection
        return answer

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
