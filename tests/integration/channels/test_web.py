"""The web chat as a browser uses it: sockets, photos, pages and health, on the real edge."""

import asyncio
import io
import json
import random
import shutil
import string
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path

import httpx
import jwt
import pytest
from PIL import Image
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.integration.conftest import settings_for
from tests.integration.edge_process import CUSTOMER_SECRET, EdgeProcess, run_edge


@pytest.fixture(scope="module")
def edge(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EdgeProcess]:
    """One edge for this file; every test brings a visitor of its own."""
    folder = tmp_path_factory.mktemp("edge")
    shutil.copy(sqlite_template, folder / "regalo.db")
    yield from run_edge(settings_for(f"sqlite:///{folder / 'regalo.db'}", folder))


@pytest.fixture
async def http(edge: EdgeProcess) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=edge.url, trust_env=False, timeout=10) as client:
        yield client


def word() -> str:
    """A word that no other test says; a digit would have to pass the truth gate."""
    return "".join(random.choices(string.ascii_lowercase, k=12))  # noqa: S311 - no secret


def jpeg(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (80, 60), colour).save(out, "JPEG")
    return out.getvalue()


# --- the socket ---------------------------------------------------------------------------------


async def test_message_is_stored_and_answered(edge: EdgeProcess) -> None:
    async with edge.open_page() as page:
        assert page.welcome["owner"] == "bot"
        assert page.welcome["messages"] == []
        sent = await page.send_message("hola")
        stored = await page.wait_for("stored", id=sent)
        assert stored["seq"] == 1
        (answer,) = await page.wait_for_answer(sent)
        assert (answer["text"], answer["seq"], answer["author"]) == ("oigo: hola", 2, "bot")


async def test_device_key_links_chats_without_storing_the_device_id(
    edge: EdgeProcess,
) -> None:
    device = str(uuid.uuid4())
    for told in (device, device, str(uuid.uuid4()), None):
        async with edge.open_page(device=told) as page:
            await page.wait_for_answer(await page.send_message(f"aparato {told}"))
    query = (
        "SELECT device_key, network_key FROM conversations JOIN messages"
        " ON conversation_id = conversations.id WHERE text LIKE 'aparato %' ORDER BY messages.id"
    )
    (first, near), (again, _), (other, _), (none, _) = edge.rows(query)
    assert first == again != other
    assert none is None
    assert near is None  # this machine is nobody's network
    assert device not in str(first)


async def test_engine_gets_the_message_id(edge: EdgeProcess) -> None:
    async with edge.open_page() as page:
        text = f"soy {word()}"
        await page.wait_for_answer(await page.send_message(text))
    (asked,) = [one for one in edge.engine.requests if one["message"] == text]
    rows = edge.rows("SELECT conversation_id FROM messages WHERE text = ?", text)
    assert rows == [(asked["sender"],)]


async def test_page_without_a_message_creates_no_conversation(edge: EdgeProcess) -> None:
    before = edge.rows("SELECT count(*) FROM conversations")
    async with edge.open_page():
        assert edge.rows("SELECT count(*) FROM conversations") == before


async def test_resumed_page_gets_only_the_messages_it_missed(
    edge: EdgeProcess,
) -> None:
    async with edge.open_page() as page:
        await page.wait_for_answer(await page.send_message("uno"))
        lost = await page.send_message("dos")
        await page.wait_for("stored", id=lost)
    async with edge.open_page(session=page.session, after=2) as again:
        missed = [one["text"] for one in again.welcome["messages"]]
        while len(missed) == 1:
            # What comes live may repeat what the welcome told; a page knows it by its place.
            message = (await again.wait_for("message"))["message"]
            if message["text"] not in missed:
                missed.append(message["text"])
        assert missed == ["dos", "oigo: dos"]
        assert again.session == page.session
    async with edge.open_page(session=page.session) as everything:
        seqs = [one["seq"] for one in everything.welcome["messages"]]
        assert seqs == [1, 2, 3, 4]


async def test_message_sent_again_is_stored_and_answered_once(edge: EdgeProcess) -> None:
    async with edge.open_page() as page:
        sent = await page.send_message("hola")
        await page.wait_for_answer(sent)
        for _ in range(3):
            await page.send_message("hola", id=sent)
            assert (await page.wait_for("stored", id=sent))["seq"] == 1
            await page.wait_for("answered", id=sent)
    async with edge.open_page(session=page.session) as again:
        assert [one["text"] for one in again.welcome["messages"]] == ["hola", "oigo: hola"]
        assert again.welcome["messages"][0]["id"] == sent


async def test_two_visitors_can_use_the_same_message_id(edge: EdgeProcess) -> None:
    same = str(uuid.uuid4())
    for text in ("uno", "dos"):
        async with edge.open_page() as page:
            (answer,) = await page.wait_for_answer(await page.send_message(text, id=same))
            assert answer["text"] == f"oigo: {text}"


async def test_second_page_of_a_visitor_gets_the_same_messages(edge: EdgeProcess) -> None:
    async with edge.open_page() as first:
        await first.wait_for_answer(await first.send_message("uno"))
        async with edge.open_page(session=first.session, after=2) as second:
            await first.wait_for_answer(await first.send_message("dos"))
            mine = await second.wait_for("message")
            assert (mine["message"]["text"], mine["message"]["author"]) == ("dos", "customer")
            await second.wait_for("typing", on=True)
            answer = await second.wait_for("message")
            assert answer["message"]["text"] == "oigo: dos"


async def test_pressed_choice_is_closed_on_every_page(edge: EdgeProcess) -> None:
    async with edge.open_page() as page:
        (answer,) = await page.wait_for_answer(await page.send_message("buttons"))
        tokens = [one["token"] for one in answer["choices"]]
        assert [one["title"] for one in answer["choices"]] == ["uno", "dos"]
        assert "pressed_" not in json.dumps(answer)
        async with edge.open_page(session=page.session, after=answer["seq"]) as second:
            pressed = str(uuid.uuid4())
            await page.send(type="choose", id=pressed, token=tokens[1])
            assert (await second.wait_for("spent", seq=answer["seq"]))["chosen"] == tokens[1]
        (after,) = await page.wait_for_answer(pressed)
        assert after["text"] == "oigo: /pressed_dos"
        late = str(uuid.uuid4())
        await page.send(type="choose", id=late, token=tokens[0])
        assert (await page.wait_for("error", id=late))["code"] == "choice_gone"
    async with edge.open_page(session=page.session) as again:
        shown = again.welcome["messages"][1]
        assert (shown["chosen"], shown["spent"]) == (tokens[1], True)


async def test_choice_of_another_visitor_is_refused(edge: EdgeProcess) -> None:
    async with edge.open_page() as page, edge.open_page() as thief:
        (answer,) = await page.wait_for_answer(await page.send_message("buttons"))
        await thief.wait_for_answer(await thief.send_message("hola"))
        late = str(uuid.uuid4())
        await thief.send(type="choose", id=late, token=answer["choices"][0]["token"])
        assert (await thief.wait_for("error", id=late))["code"] == "choice_gone"


@pytest.mark.parametrize(
    ("text", "code"), [("a" * 4097, "too_long"), ("", "empty"), ("   ", "empty")]
)
async def test_refused_message_gets_a_reason_and_the_socket_stays(
    edge: EdgeProcess, text: str, code: str
) -> None:
    async with edge.open_page() as page:
        sent = await page.send_message(text)
        error = await page.wait_for("error", id=sent)
        assert error["code"] == code
        assert error["text"]
        assert (await page.wait_for_answer(await page.send_message("hola")))[0][
            "text"
        ] == "oigo: hola"


@pytest.mark.parametrize(
    "raw",
    [
        "{",
        "hola",
        "[]",
        "null",
        "{}",
        '{"type": "nosuch"}',
        '{"type": "message"}',
        '{"type": "message", "id": "1", "text": "x"}',
        '{"type": "seen", "seq": -1}',
        '{"type": "choose", "id": "b2b4fb21-5c5c-4dfd-b1bf-b4f0d0cf1f0e"}',
        b"\x00\x01\x02",
        b'{"type": "typing"}',
    ],
)
async def test_invalid_frame_gets_an_error_and_the_socket_stays(
    edge: EdgeProcess, raw: str | bytes
) -> None:
    async with edge.open_page() as page:
        await page.ws.send(raw)
        assert (await page.wait_for("error"))["code"] == "bad_frame"
        assert await page.wait_for_answer(await page.send_message("hola"))


@pytest.mark.parametrize(
    "raw", ["{", '{"type": "typing"}', b"\x00", '{"type": "hello", "after": -1}']
)
async def test_socket_without_a_hello_is_closed(edge: EdgeProcess, raw: str | bytes) -> None:
    async with edge.open_socket() as ws:
        await ws.send(raw)
        assert json.loads(await ws.recv())["code"] == "bad_frame"
        with pytest.raises(ConnectionClosed) as closed:
            await ws.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008


@pytest.mark.parametrize("session", ["x", "a.b.c", "IjEi.aaaa.bbbb"])
async def test_forged_session_is_refused(edge: EdgeProcess, session: str) -> None:
    async with edge.open_socket() as ws:
        await ws.send(json.dumps({"type": "hello", "session": session}))
        assert json.loads(await ws.recv())["code"] == "bad_session"
        with pytest.raises(ConnectionClosed):
            await ws.recv()


async def test_frame_of_megabytes_closes_only_its_socket(edge: EdgeProcess) -> None:
    async with edge.open_socket() as ws:
        await ws.send(json.dumps({"type": "hello"}))
        await ws.recv()
        with suppress(ConnectionClosed):
            await ws.send("x" * 1_000_000)
        with pytest.raises(ConnectionClosed):
            await ws.recv()
    async with edge.open_page() as page:
        assert await page.wait_for_answer(await page.send_message("hola"))


def signed(secret: str = CUSTOMER_SECRET, **claims: object) -> str:
    return jwt.encode({"exp": time.time() + 60, **claims}, secret, algorithm="HS256")


async def test_vouched_customer_is_recognized(edge: EdgeProcess) -> None:
    token = signed(email="ana.ruiz@example.com", name="Ana Ruiz")
    async with edge.open_page(customer=token) as page:
        text = f"soy {word()}"
        await page.wait_for_answer(await page.send_message(text))
    (known,) = edge.rows(
        "SELECT c.proven_by, p.email FROM conversations c JOIN contacts p ON p.id = c.contact_id"
        " JOIN messages m ON m.conversation_id = c.id WHERE m.text = ?",
        text,
    )
    assert known == ("signed_token", "ana.ruiz@example.com")


@pytest.mark.parametrize(
    "token",
    [
        signed("0" * 32, email="ana.ruiz@example.com"),
        signed(email="ana.ruiz@example.com", exp=1),
        signed(name="Ana"),
        "no.token.atall",
    ],
)
async def test_wrong_customer_token_gets_an_error_and_the_chat_works(
    edge: EdgeProcess, token: str
) -> None:
    async with edge.open_page(customer=token) as page:
        assert (await page.wait_for("error"))["code"] == "bad_customer"
        text = f"soy {word()}"
        await page.wait_for_answer(await page.send_message(text))
    (known,) = edge.rows(
        "SELECT c.proven_by, c.contact_id FROM conversations c"
        " JOIN messages m ON m.conversation_id = c.id WHERE m.text = ?",
        text,
    )
    assert known == (None, None)


async def test_messages_beyond_the_rate_limit_are_refused(
    edge: EdgeProcess,
) -> None:
    async with edge.open_page() as page:
        mine = word()
        sent = [await page.send_message(mine) for _ in range(40)]
        refused = [await page.wait_for("error", code="rate_limited") for _ in range(10)]
        assert {one["id"] for one in refused} == set(sent[30:])
        for one in sent[:30]:
            await page.wait_for("answered", id=one)
    rows = edge.rows("SELECT count(*) FROM messages WHERE text = ?", f"oigo: {mine}")
    assert rows == [(30,)]


async def test_customer_gets_an_apology_when_the_engine_fails(edge: EdgeProcess) -> None:
    async with edge.open_page() as page:
        (answer,) = await page.wait_for_answer(await page.send_message("silence"))
        assert "Q-" in answer["text"]
    async with edge.open_page(session=page.session) as again:
        assert again.welcome["owner"] == "queue"


async def test_english_page_is_answered_in_english(edge: EdgeProcess) -> None:
    async with edge.open_page(language="en-GB") as page:
        assert page.welcome["language"] == "en"
        (answer,) = await page.wait_for_answer(await page.send_message("silence"))
        assert "I apologize" in answer["text"]


async def test_ping_gets_a_pong(edge: EdgeProcess) -> None:
    async with edge.open_page() as page:
        await page.ws.send('{"type":"ping"}')
        await page.wait_for("pong")


async def test_message_that_the_page_has_shown_is_marked_as_read(edge: EdgeProcess) -> None:
    async with edge.open_page() as page:
        text = f"visto {word()}"
        (answer,) = await page.wait_for_answer(await page.send_message(text))
        await page.send(type="seen", seq=answer["seq"])
        read = "SELECT seq FROM messages WHERE text = ? AND state = 'read'"
        async with asyncio.timeout(10):
            # Nobody is told when a receipt is written down.
            while not edge.rows(read, f"oigo: {text}"):  # noqa: ASYNC110
                await asyncio.sleep(0.01)


async def test_socket_from_another_site_is_refused(edge: EdgeProcess) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with edge.open_socket(origin="https://evil.example"):
            pass
    assert refused.value.response.status_code == 403
    async with edge.open_socket(origin="https://shop.example") as ws:
        await ws.send('{"type": "hello"}')
        assert json.loads(await ws.recv())["type"] == "welcome"


# --- photos -------------------------------------------------------------------------------------


async def session_of(edge: EdgeProcess) -> str:
    async with edge.open_page() as page:
        return page.session


async def upload(
    http: httpx.AsyncClient, session: str, content: bytes, name: str = "foto.jpg", **headers: str
) -> httpx.Response:
    return await http.post(
        "/chat/photos",
        files={"photo": (name, content, "image/jpeg")},
        headers={"Authorization": f"Bearer {session}", **headers},
    )


async def test_photo_is_served_to_its_own_visitor_only(
    edge: EdgeProcess, http: httpx.AsyncClient
) -> None:
    async with edge.open_page() as page, edge.open_page() as other:
        kept = await upload(http, page.session, jpeg())
        assert kept.status_code == 201
        photo = kept.json()
        assert (photo["width"], photo["height"]) == (80, 60)
        sent = await page.send_message("", photos=[photo["id"]])
        mine = await page.wait_for("message")
        assert [one["id"] for one in mine["message"]["photos"]] == [photo["id"]]
        await page.wait_for_answer(sent)
        path = f"/chat/photos/{photo['id']}"
        shown = await http.get(path, headers={"Authorization": f"Bearer {page.session}"})
        assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
        assert shown.headers["x-content-type-options"] == "nosniff"
        assert "private" in shown.headers["cache-control"]
        assert Image.open(io.BytesIO(shown.content)).size == (80, 60)
        theirs = await http.get(path, headers={"Authorization": f"Bearer {other.session}"})
        assert theirs.status_code == 404
        assert (await http.get(path)).status_code == 401
        # Somebody else's photo shows nothing in one's own message either.
        await other.send_message("mire", photos=[photo["id"]])
        assert (await other.wait_for("message"))["message"]["photos"] == []


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"%PDF-1.7 not a picture", 415, "photo_type"),
        (b"GIF89a" + bytes(100), 415, "photo_type"),
        (jpeg()[:200], 415, "photo_type"),
        (b"", 422, "empty"),
        (bytes(10 * 1024 * 1024 + 1), 413, "photo_size"),
    ],
    ids=["pdf", "gif", "truncated", "nothing", "a byte too many"],
)
async def test_file_that_is_no_photo_is_refused_with_a_reason(
    edge: EdgeProcess, http: httpx.AsyncClient, content: bytes, status: int, code: str
) -> None:
    answer = await upload(http, await session_of(edge), content, **{"Accept-Language": "en"})
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert answer.json()["text"]


async def test_upload_of_fifty_megabytes_is_refused(
    edge: EdgeProcess, http: httpx.AsyncClient
) -> None:
    session = await session_of(edge)
    # The edge answers before it has read everything; a sender that does not look may miss it.
    with suppress(httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
        answer = await upload(http, session, bytes(50 * 1024 * 1024))
        assert (answer.status_code, answer.json()["error"]) == (413, "photo_size")
    assert (await upload(http, session, jpeg())).status_code == 201


async def test_photo_without_a_session_is_refused(http: httpx.AsyncClient) -> None:
    assert (await upload(http, "x", jpeg())).status_code == 401
    assert (await http.post("/chat/photos", files={"photo": jpeg()})).status_code == 401


async def test_photos_beyond_the_rate_limit_are_refused(
    edge: EdgeProcess, http: httpx.AsyncClient
) -> None:
    session = await session_of(edge)
    states = [(await upload(http, session, b"no")).status_code for _ in range(21)]
    assert states == [415] * 20 + [429]


async def test_message_with_more_than_five_photos_is_refused(edge: EdgeProcess) -> None:
    async with edge.open_page() as page:
        await page.send_message("mire", photos=["x"] * 6)
        assert (await page.wait_for("error"))["code"] == "bad_frame"


async def test_photo_upload_is_allowed_from_the_shop_only(
    edge: EdgeProcess, http: httpx.AsyncClient
) -> None:
    session = await session_of(edge)
    evil = await upload(http, session, jpeg(), Origin="https://evil.example")
    assert evil.status_code == 403
    assert "access-control-allow-origin" not in evil.headers
    shop = await upload(http, session, jpeg(), Origin="https://shop.example")
    assert shop.status_code == 201
    assert shop.headers["access-control-allow-origin"] == "https://shop.example"


# --- pages and health ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/en"])
async def test_pages_have_a_content_security_policy(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path)
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "object-src 'none'" in policy
    assert "unsafe-eval" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize(
    "path",
    [
        *("/widget.js", "/shop.css", "/widget/chat.js", "/widget/chat.css"),
        *("/shared/dom.js", "/shared/lightbox.css"),
    ],
)
async def test_widget_files_can_be_loaded_from_any_origin(
    http: httpx.AsyncClient, path: str
) -> None:
    answer = await http.get(path, headers={"Origin": "https://shop.example"})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/widget/../app.py",
        "/widget/..%2f..%2fapp.py",
        "/widget/%2e%2e/index.html",
        "/widget/..%5c..%5capp.py",
        "/widget//etc/passwd",
        "/widget/nosuch.js",
        "/widget/chat.js%00.svg",
        "/widget/.env",
        "/shared/../app.py",
        "/shared/..%2f..%2fapp.py",
        "/shared/types.d.ts",
        "/chat/photos/../../regalo.db",
        "/chat/photos/..%2f..%2fregalo.db",
        "/.env",
        "/var/regalo.db",
    ],
)
def test_no_path_leaves_the_widget_folder(edge: EdgeProcess, path: str) -> None:
    # httpx would tidy the path up; this sends it as it is.
    with closing(HTTPConnection(edge.url.removeprefix("http://"))) as raw:
        raw.request("GET", path)
        answer = raw.getresponse()
        body = answer.read()
    assert answer.status in {400, 401, 404}
    assert b"import" not in body
    assert b"root:" not in body


@pytest.mark.parametrize(("path", "status"), [("/nosuch", 404), ("/chat/nosuch", 404)])
async def test_unknown_path_gets_a_json_error(
    http: httpx.AsyncClient, path: str, status: int
) -> None:
    answer = await http.get(path)
    assert answer.status_code == status
    assert answer.json()["error"]
    assert "Traceback" not in answer.text


async def test_healthz_answers(http: httpx.AsyncClient) -> None:
    assert (await http.get("/healthz")).json() == {"status": "ok"}


async def test_readyz_names_what_does_not_answer(
    edge: EdgeProcess, http: httpx.AsyncClient
) -> None:
    assert (await http.get("/readyz")).status_code == 200
    try:
        edge.engine.is_up = False
        answer = await http.get("/readyz")
        assert answer.status_code == 503
        assert answer.json() == {"engine": "missing", "actions": "ok", "database": "ok"}
        edge.engine.is_actions_server_up = False
        assert (await http.get("/readyz")).json()["actions"] == "missing"
    finally:
        edge.engine.is_up = edge.engine.is_actions_server_up = True
    assert (await http.get("/readyz")).status_code == 200


async def test_metrics_count_messages_and_refusals(
    edge: EdgeProcess, http: httpx.AsyncClient
) -> None:
    async with edge.open_page() as page:
        await page.wait_for_answer(await page.send_message("hola"))
        text = (await http.get("/metrics")).text
        assert 'regalo_messages_total{author="customer",channel="web"}' in text
        assert "regalo_turn_seconds_bucket" in text
        sockets = next(line for line in text.splitlines() if line.startswith("regalo_sockets "))
        assert float(sockets.split()[1]) >= 1


def test_log_contains_nothing_private(edge: EdgeProcess) -> None:
    log = edge.log.read_text()
    assert "Traceback" not in log, log[-3000:]
    assert CUSTOMER_SECRET not in log
