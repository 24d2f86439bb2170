"""An engine that breaks in any way must never look like an answer."""

import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from bot.rasa.client import EngineDown, EngineError, RasaClient
from bot.text.reply import Reply, ReplyButton

pytestmark = pytest.mark.unit


class Rasa:
    """Answers on loopback what a test puts into it."""

    def __init__(self) -> None:
        self.status = 200
        self.body = b'[{"text": "hola"}]'
        self.delay = 0.0
        self.requests: list[tuple[str, dict[str, str], Any]] = []
        rasa = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                rasa.requests.append((self.path, dict(self.headers), body))
                time.sleep(rasa.delay)
                self._answer()

            def do_GET(self) -> None:
                self._answer()

            def _answer(self) -> None:
                self.send_response(rasa.status)
                self.send_header("Content-Length", str(len(rasa.body)))
                self.end_headers()
                self.wfile.write(rasa.body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def rasa() -> Iterator[Rasa]:
    server = Rasa()
    yield server
    server.close()


@pytest.fixture
async def client(rasa: Rasa) -> AsyncIterator[RasaClient]:
    one = RasaClient(rasa.url, "the token")
    yield one
    await one.close()


async def ask(client: RasaClient, timeout: float = 3) -> list[Reply]:
    return await client.ask("c1", "hola", {"message_id": 7}, timeout)


async def test_a_turn_is_one_post_with_the_token_and_the_message(
    rasa: Rasa, client: RasaClient
) -> None:
    assert await ask(client) == [Reply("hola")]
    ((path, headers, body),) = rasa.requests
    assert path == "/webhooks/rest/webhook"
    assert headers["Authorization"] == "Bearer the token"
    assert body == {"sender": "c1", "message": "hola", "metadata": {"message_id": 7}}


async def test_buttons_become_options(rasa: Rasa, client: RasaClient) -> None:
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
async def test_whatever_is_no_answer_is_an_error(
    rasa: Rasa, client: RasaClient, status: int, body: bytes
) -> None:
    rasa.status, rasa.body = status, body
    with pytest.raises(EngineError):
        await ask(client)


async def test_an_answer_that_comes_too_late_is_an_error(rasa: Rasa, client: RasaClient) -> None:
    rasa.delay = 0.6
    with pytest.raises(EngineError) as late:
        await ask(client, timeout=0.2)
    assert not isinstance(late.value, EngineDown)


async def test_nothing_that_listens_is_told_apart_from_a_failure() -> None:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    client = RasaClient(f"http://127.0.0.1:{port}", "the token")
    with pytest.raises(EngineDown):
        await ask(client)
    assert not await client.is_ready()
    await client.close()


async def test_ready_is_what_answers_with_success(rasa: Rasa, client: RasaClient) -> None:
    assert await client.is_ready()
    rasa.status = 503
    assert not await client.is_ready()


async def test_a_proxy_in_the_environment_is_not_used(
    rasa: Rasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    client = RasaClient(rasa.url, "the token")
    assert await ask(client)
    await client.close()
