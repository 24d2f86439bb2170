"""The engine's client: a turn, and every failure of the engine is an error."""

import json
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from bot.rasa.client import EngineDown, EngineError, RasaClient
from bot.text.reply import Reply, ReplyButton

pytestmark = pytest.mark.unit


class FakeRasa:
    """A server on loopback with an answer set by the test."""

    def __init__(self) -> None:
        self.status = 200
        self.body = b'[{"text": "hola"}]'
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.requests: list[tuple[str, dict[str, str], Any]] = []
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                fake.requests.append((self.path, dict(self.headers), body))
                fake.may_answer.wait()
                self._answer()

            def do_GET(self) -> None:
                self._answer()

            def _answer(self) -> None:
                self.send_response(fake.status)
                self.send_header("Content-Length", str(len(fake.body)))
                self.end_headers()
                self.wfile.write(fake.body)

            def log_message(self, *_: object) -> None:
                """Log nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def rasa() -> Iterator[FakeRasa]:
    server = FakeRasa()
    yield server
    server.close()


@pytest.fixture
async def client(rasa: FakeRasa) -> AsyncIterator[RasaClient]:
    client = RasaClient(rasa.url, "the token")
    yield client
    await client.close()


async def ask(client: RasaClient, timeout: float = 3) -> list[Reply]:
    return await client.ask("c1", "hola", {"message_id": 7}, timeout)


async def test_turn_is_one_post_with_token_message_and_metadata(
    rasa: FakeRasa, client: RasaClient
) -> None:
    assert await ask(client) == [Reply("hola")]
    ((path, headers, body),) = rasa.requests
    assert path == "/webhooks/rest/webhook"
    assert headers["Authorization"] == "Bearer the token"
    assert body == {"sender": "c1", "message": "hola", "metadata": {"message_id": 7}}


async def test_buttons_of_an_answer_are_read(rasa: FakeRasa, client: RasaClient) -> None:
    rasa.body = json.dumps(
        [
            {"recipient_id": "c1", "text": "uno", "buttons": [
                {"title": "A", "payload": "/a", "detail": "d"},
                {"title": "B", "payload": "/b"},
            ]},
            {"recipient_id": "c1", "text": "dos"},
        ]
    ).encode()  # fmt: skip
    assert await ask(client) == [
        Reply("uno", (ReplyButton("A", "/a", "d"), ReplyButton("B", "/b"))),
        Reply("dos"),
    ]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"[]"),
        (500, b'[{"text": "hola"}]'),
        (503, b""),
        (401, b"{}"),
        (404, b"not found"),
        (302, b""),
        (200, b"<html>"),
        (200, b""),
        (200, b"{}"),
        (200, b"null"),
        (200, b'[{"image": "x"}]'),
        (200, b'["hola"]'),
        (200, b'[{"text": "x", "buttons": [{"title": "A"}]}]'),
        (200, b'[{"text": "x", "buttons": null}]'),
    ],
)
async def test_unusable_answer_is_an_error(
    rasa: FakeRasa, client: RasaClient, status: int, body: bytes
) -> None:
    rasa.status, rasa.body = status, body
    with pytest.raises(EngineError):
        await ask(client)


async def test_timeout_is_an_error_but_not_engine_down(rasa: FakeRasa, client: RasaClient) -> None:
    rasa.may_answer.clear()
    with pytest.raises(EngineError) as error:
        await ask(client, timeout=0.2)
    rasa.may_answer.set()
    assert not isinstance(error.value, EngineDown)


async def test_refused_connection_is_engine_down() -> None:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    client = RasaClient(f"http://127.0.0.1:{port}", "the token")
    with pytest.raises(EngineDown):
        await ask(client)
    assert not await client.is_ready()
    await client.close()


async def test_engine_is_ready_if_it_answers_with_success(
    rasa: FakeRasa, client: RasaClient
) -> None:
    assert await client.is_ready()
    rasa.status = 503
    assert not await client.is_ready()


async def test_proxy_in_the_environment_is_not_used(
    rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    client = RasaClient(rasa.url, "the token")
    assert await ask(client)
    await client.close()
