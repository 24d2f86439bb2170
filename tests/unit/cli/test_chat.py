"""`regalo chat` against a fake edge: a WebSocket server on this machine."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from bot.cli.chat_client import ServerUnreachable, socket_url

pytestmark = pytest.mark.unit

Frame = dict[str, Any]


@dataclass
class FakeEdge:
    """Stores each frame once, by its id, and answers it once."""

    stored: list[Frame] = field(default_factory=list)
    said: list[Frame] = field(default_factory=list)
    hellos: list[Frame] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    drop_before_answer: int = 0
    answer: Callable[["FakeEdge", ServerConnection, Frame], Awaitable[None]] | None = None

    async def handle_connection(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        self.paths.append(socket.request.path)
        try:
            async for raw in socket:
                await self._handle(socket, json.loads(raw))
        except ConnectionClosed:
            pass

    async def _handle(self, socket: ServerConnection, frame: Frame) -> None:
        if frame["type"] == "hello":
            self.hellos.append(frame)
            missed = [message for message in self.said if message["seq"] > frame["after"]]
            await send(socket, type="welcome", session="s1", messages=missed)
            return
        if frame["id"] not in [stored["id"] for stored in self.stored]:
            self.stored.append(frame)
            if self.drop_before_answer:
                self.drop_before_answer -= 1
                await socket.close(1012)
                return
        await send(socket, type="stored", id=frame["id"])
        await send(socket, type="typing", on=True)
        if self.answer:
            await self.answer(self, socket, frame)
        else:
            words = frame.get("text") or frame.get("token")
            await self.say(socket, f"heard: {words}")
        await send(socket, type="answered", id=frame["id"])

    async def say(self, socket: ServerConnection, text: str, **more: Any) -> None:
        message = {"seq": len(self.said) + 1, "author": "bot", "text": text, "choices": []} | more
        self.said.append(message)
        await send(socket, type="message", message=message)


async def send(socket: ServerConnection, **frame: Any) -> None:
    await socket.send(json.dumps(frame))


@asynccontextmanager
async def listening(edge: FakeEdge) -> AsyncIterator[str]:
    async with serve(edge.handle_connection, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield f"http://127.0.0.1:{port}"


async def run_chat(
    edge: FakeEdge, typed: str, *options: str, wait: str = "0.3"
) -> tuple[int, str, str]:
    async with listening(edge) as url:
        command = ["-m", "bot.cli", "chat", "--url", url, "--wait", wait, *options]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(30):
            out, err = await process.communicate(typed.encode())
        assert process.returncode is not None
        return process.returncode, out.decode(), err.decode()


def lines(out: str) -> list[Frame]:
    return [json.loads(line) for line in out.splitlines()]


async def test_each_line_is_answered_before_the_next_is_sent() -> None:
    order = []

    async def answer_slowly(edge: FakeEdge, socket: ServerConnection, frame: Frame) -> None:
        order.append(("got", frame["text"]))
        await asyncio.sleep(0.1)
        await edge.say(socket, f"¿{frame['text']}?")
        order.append(("answered", frame["text"]))

    edge = FakeEdge(answer=answer_slowly)
    code, out, err = await run_chat(edge, "uno\n\ndos\r\ntres", "--json")

    assert (code, err) == (0, "")
    assert [line["text"] for line in lines(out)] == ["¿uno?", "¿dos?", "¿tres?"]
    assert order == [
        (event, text) for text in ("uno", "dos", "tres") for event in ("got", "answered")
    ]
    assert edge.paths == ["/chat/socket"]
    assert edge.hellos[0] == {
        "type": "hello",
        "session": None,
        "after": 0,
        "language": "es",
        "customer": None,
    }


async def test_json_has_text_choices_and_author_of_all_messages_but_the_customers_own() -> None:
    async def answer(edge: FakeEdge, socket: ServerConnection, frame: Frame) -> None:
        await edge.say(socket, frame["text"], author="customer")
        await edge.say(socket, "Lo siento.", choices=[choice("a", "Cupón"), choice("b", "Cambio")])
        await edge.say(socket, "Soy Ana.", author="agent")
        await edge.say(socket, "Ana entró.", author="system")

    _, out, _ = await run_chat(FakeEdge(answer=answer), "hola\n", "--json")

    assert lines(out) == [
        {"text": "Lo siento.", "choices": ["Cupón", "Cambio"], "author": "bot"},
        {"text": "Soy Ana.", "choices": [], "author": "agent"},
        {"text": "Ana entró.", "choices": [], "author": "system"},
    ]


def choice(token: str, title: str) -> Frame:
    return {"token": token, "title": title, "detail": f"detail of {title}"}


async def test_choose_presses_only_alternatives_that_are_still_open() -> None:
    async def answer(edge: FakeEdge, socket: ServerConnection, frame: Frame) -> None:
        if frame["type"] == "choose":
            await send(socket, type="spent", seq=2, chosen=frame["token"])
            await edge.say(socket, "Hecho.")
        else:
            old = [choice("x", "Viejo")]
            await edge.say(socket, "Antes", choices=old, spent=True)
            await edge.say(socket, "Elija", choices=[choice("a", "Cupón"), choice("b", "Cambio")])

    edge = FakeEdge(answer=answer)
    typed = "/choose 1\nhola\n/choose 3\n/choose dos\n/choose 2\n/choose 1\n"
    code, out, err = await run_chat(edge, typed)

    assert code == 0
    assert [frame.get("token") for frame in edge.stored] == [None, "b"]
    assert "  2. Cambio: detail of Cambio" in out
    assert err.splitlines() == [
        "regalo: no alternatives are on the table",
        "regalo: there is no alternative 3: choose from 1 to 2",
        "regalo: /choose takes the number of an alternative, such as /choose 1",
        "regalo: no alternatives are on the table",
    ]


async def test_unanswered_line_is_sent_again_under_its_id_after_a_restart() -> None:
    edge = FakeEdge(drop_before_answer=1)
    code, out, _ = await run_chat(edge, "hola\nadiós\n", "--json", "--lang", "en")

    assert code == 0
    assert [frame["text"] for frame in edge.stored] == ["hola", "adiós"]
    assert [line["text"] for line in lines(out)] == ["heard: hola", "heard: adiós"]
    assert [hello["session"] for hello in edge.hellos] == [None, "s1"]
    assert edge.hellos[0]["language"] == "en"


async def test_message_received_twice_is_printed_once() -> None:
    async def answer(edge: FakeEdge, socket: ServerConnection, frame: Frame) -> None:
        await edge.say(socket, "una vez")
        if len(edge.hellos) == 1:
            await socket.close(1012)

    _, out, _ = await run_chat(FakeEdge(answer=answer), "hola\n", "--json", wait="1")

    assert [line["text"] for line in lines(out)] == ["una vez", "una vez"]


async def test_chat_stays_open_while_messages_arrive() -> None:
    later: set[asyncio.Task[None]] = set()

    async def answer(edge: FakeEdge, socket: ServerConnection, frame: Frame) -> None:
        async def send_later() -> None:
            for number in range(3):
                await asyncio.sleep(0.3)
                await edge.say(socket, str(number), author="agent")

        later.add(asyncio.create_task(send_later()))

    _, out, _ = await run_chat(FakeEdge(answer=answer), "hola\n", "--json", wait="0.8")

    assert [line["text"] for line in lines(out)] == ["0", "1", "2"]


async def test_error_is_printed_and_the_next_line_is_sent() -> None:
    async def answer(edge: FakeEdge, socket: ServerConnection, frame: Frame) -> None:
        if frame["text"] == "mal":
            await send(socket, type="error", code="too_long", text="Too long", id=frame["id"])
        else:
            await edge.say(socket, "bien")

    code, out, err = await run_chat(FakeEdge(answer=answer), "mal\nbien\n", "--json")

    assert (code, err) == (0, "regalo: Too long\n")
    assert [line["text"] for line in lines(out)] == ["bien"]


async def test_control_characters_are_removed_from_messages() -> None:
    async def answer(edge: FakeEdge, socket: ServerConnection, frame: Frame) -> None:
        await edge.say(socket, "a\x1b[2Jb\nc", author="agent")

    _, out, _ = await run_chat(FakeEdge(answer=answer), "hola\n")

    assert out == "Agent: a[2Jb\nc\n"


async def test_unreachable_server_is_reported_in_one_sentence() -> None:
    async with listening(FakeEdge()) as url:
        pass
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.cli", "chat", "--url", url),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()

    assert (process.returncode, out) == (1, b"")
    assert err.decode().startswith(f"regalo: no Regalo answers at {url}")
    assert err.count(b"\n") == 1


@pytest.mark.parametrize(
    ("page", "socket"),
    [
        ("http://127.0.0.1:8000", "ws://127.0.0.1:8000/chat/socket"),
        ("https://shop.example/", "wss://shop.example/chat/socket"),
        ("shop.example:81/help/", "ws://shop.example:81/help/chat/socket"),
    ],
)
def test_socket_url_is_derived_from_the_page_url(page: str, socket: str) -> None:
    assert socket_url(page) == socket


def test_invalid_address_is_refused() -> None:
    with pytest.raises(ServerUnreachable, match="allowed: an address"):
        socket_url("ftp://shop.example")
