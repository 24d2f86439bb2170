"""The console's security: sessions, CSRF token, origins, roles, the socket and odd requests."""

import asyncio
import hashlib
import io
import json
import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from PIL import Image
from websockets.exceptions import ConnectionClosed

from bot.agents.accounts import MAX_TRIES
from bot.app import create_app
from tests.integration.conftest import settings_for
from tests.integration.console_client import (
    ADMIN,
    PASSWORD,
    ConsoleClient,
    add_supervisor,
    claim_newest,
    conversation_of,
    request_handoff,
)
from tests.integration.edge_process import EdgeProcess, run_edge

FOREIGN = "https://evil.example"
UNSAFE = {"POST", "PATCH", "PUT", "DELETE"}
FILL = {"handoff_id": "1", "agent_id": "1", "approval_id": "1", "promise_id": "1"}
# What only supervisors may ask.
SUPERVISORS = [
    ("GET", "/api/wallboard"),
    ("GET", "/api/agents/"),
    ("POST", "/api/agents/"),
    ("PATCH", "/api/agents/1"),
    ("POST", "/api/approvals/1"),
    ("POST", "/api/handoffs/1/take-over"),
]


@pytest.fixture(scope="module")
def edge(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EdgeProcess]:
    """One edge for this file; every test brings people and customers of its own."""
    folder = tmp_path_factory.mktemp("console")
    shutil.copy(sqlite_template, folder / "regalo.db")
    settings = settings_for(f"sqlite:///{folder / 'regalo.db'}", folder)
    add_supervisor(settings)
    yield from run_edge(settings)


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """Every method and path below the console, as the app itself knows them."""
    folder = tmp_path_factory.mktemp("routes")
    app = create_app(settings_for(f"sqlite:///{folder / 'none.db'}", folder, secret_key="x" * 32))
    routes = []
    for route in app.router.routes_all.values():
        path = "/" + route.path.strip("/")
        if not path.startswith("/console"):
            continue
        parts = [
            FILL.get(part[1:].partition(":")[0], "Q-2222-2222") if part.startswith("<") else part
            for part in path.removeprefix("/console").split("/")
        ]
        routes += [(method, "/".join(parts)) for method in route.methods]
    api = [route for route in routes if route[1].startswith("/api")]
    assert len(api) > 20, routes
    return api


@pytest.fixture
async def marta(edge: EdgeProcess) -> AsyncIterator[ConsoleClient]:
    console = await ConsoleClient(edge).sign_in()
    yield console
    await console.close()


@pytest.fixture
async def laura(marta: ConsoleClient) -> AsyncIterator[ConsoleClient]:
    console = await marta.add_agent("Laura Gómez")
    yield console
    await console.close()


# --- sessions -----------------------------------------------------------------------------------


async def test_every_route_needs_a_session(
    edge: EdgeProcess, routes: list[tuple[str, str]]
) -> None:
    nobody = ConsoleClient(edge)
    for method, path in routes:
        for cookie in ("", "regalo_console=guessed"):
            answer = await nobody.request(method, path, {}, Cookie=cookie)
            assert answer.status_code == 401, (method, path)
            if method != "HEAD":
                assert answer.json()["error"] == "signed_out"
    await nobody.close()


async def test_every_change_needs_the_csrf_token(
    laura: ConsoleClient, marta: ConsoleClient, routes: list[tuple[str, str]]
) -> None:
    changes = [route for route in routes if route[0] in UNSAFE] + [("POST", "/logout")]
    for method, path in changes:
        for token in ("", "guessed", marta.csrf):
            answer = await laura.request(method, path, {}, **{"X-CSRF-Token": token})
            assert (answer.status_code, answer.json()["error"]) == (403, "csrf"), (method, path)
    assert (await laura.get("/me/"))["agent"]["name"] == "Laura Gómez"


@pytest.mark.parametrize(
    "header",
    [
        {"Origin": FOREIGN},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
async def test_changes_from_another_origin_are_refused(
    edge: EdgeProcess, laura: ConsoleClient, routes: list[tuple[str, str]], header: dict[str, str]
) -> None:
    changes = [route for route in routes if route[0] in UNSAFE] + [("POST", "/logout")]
    for method, path in changes:
        answer = await laura.request(method, path, {}, **header)
        assert (answer.status_code, answer.json()["error"]) == (403, "origin"), (method, path)
    stranger = ConsoleClient(edge)
    answer = await stranger.try_to_sign_in(ADMIN, PASSWORD, **header)
    assert (answer.status_code, answer.json()["error"]) == (403, "origin")
    assert not stranger.http.cookies
    await stranger.close()


async def test_form_content_type_is_refused(laura: ConsoleClient) -> None:
    for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data"):
        answer = await laura.request("PATCH", "/api/me/", {}, **{"Content-Type": kind})
        assert answer.status_code == 415


async def test_cookie_is_http_only_and_same_site(edge: EdgeProcess) -> None:
    console = ConsoleClient(edge)
    answer = await console.try_to_sign_in(ADMIN, PASSWORD)
    flags = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/console"} <= flags
    assert "secure" not in flags  # on plain HTTP it would never come back
    tls = ConsoleClient(edge)
    answer = await tls.try_to_sign_in(ADMIN, PASSWORD, **{"X-Forwarded-Proto": "https"})
    assert "secure" in answer.headers["set-cookie"].lower()
    await console.close()
    await tls.close()


async def test_database_holds_only_hashes_of_tokens_and_passwords(
    edge: EdgeProcess, laura: ConsoleClient
) -> None:
    token = laura.http.cookies["regalo_console"]
    hashed = hashlib.sha256(token.encode()).hexdigest()
    assert edge.rows("SELECT count(*) FROM agent_sessions WHERE token_hash = ?", hashed) == [(1,)]
    everything = str(edge.rows("SELECT * FROM agent_sessions") + edge.rows("SELECT * FROM agents"))
    assert token not in everything
    assert PASSWORD not in everything
    assert "$argon2id$" in everything
    assert PASSWORD not in edge.log.read_text()
    assert token not in edge.log.read_text()


async def test_session_is_invalid_after_signing_out(laura: ConsoleClient) -> None:
    cookie = laura.cookie
    await laura.request("POST", "/logout", {})
    for method, path in (("GET", "/api/board"), ("POST", "/api/handoffs/1/claim")):
        answer = await laura.request(method, path, {}, Cookie=cookie)
        assert answer.status_code == 401


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "otra clave muy larga"},
                                    {"role": "supervisor"}], ids=str)  # fmt: skip
async def test_closing_new_password_or_new_role_ends_all_sessions(
    marta: ConsoleClient, laura: ConsoleClient, change: dict[str, Any]
) -> None:
    async with laura.open_page() as page:
        answer = await marta.request("PATCH", f"/api/agents/{laura.id}", change)
        assert answer.status_code == 200
        assert (await laura.request("GET", "/api/board")).status_code == 401
        await page.wait_for("signed_out")
        with pytest.raises(ConnectionClosed) as closed:
            await page.ws.recv()
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1008, "signed_out")


async def test_closed_account_cannot_sign_in(marta: ConsoleClient, laura: ConsoleClient) -> None:
    await marta.request("PATCH", f"/api/agents/{laura.id}", {"is_active": False})
    answer = await laura.try_to_sign_in(laura.email, PASSWORD)
    assert (answer.status_code, answer.json()["error"]) == (401, "wrong_login")


async def test_ended_session_gets_no_more_live_events(
    edge: EdgeProcess, marta: ConsoleClient, laura: ConsoleClient
) -> None:
    """Also on a page that sends nothing: what happens after the end is not for it."""
    async with edge.open_page() as customer:
        await request_handoff(edge, customer)
        conversation = conversation_of(customer.session)
        async with laura.open_page(conversation) as page:
            await marta.request("PATCH", f"/api/agents/{laura.id}", {"is_active": False})
            await asyncio.wait_for(_until_closed(page.ws), 5)


async def _until_closed(ws: Any) -> None:
    with suppress(ConnectionClosed):
        async for _ in ws:
            pass


async def test_supervisor_cannot_lock_themselves_out(marta: ConsoleClient) -> None:
    for change in ({"is_active": False}, {"role": "agent"}):
        answer = await marta.request("PATCH", f"/api/agents/{marta.id}", change)
        assert (answer.status_code, answer.json()["error"]) == (409, "yourself")


# --- signing in ---------------------------------------------------------------------------------


async def test_guessing_locks_one_account_and_no_other(
    edge: EdgeProcess, laura: ConsoleClient, marta: ConsoleClient
) -> None:
    guesser = ConsoleClient(edge)
    for _ in range(MAX_TRIES):
        answer = await guesser.try_to_sign_in(laura.email, "mal adivinado")
        assert (answer.status_code, answer.json()["error"]) == (401, "wrong_login")
    for password in ("mal adivinado", PASSWORD):
        answer = await guesser.try_to_sign_in(laura.email, password)
        assert (answer.status_code, answer.json()["error"]) == (429, "too_many_tries")
    assert (await laura.request("GET", "/api/board")).status_code == 200  # open sessions stay valid
    await guesser.sign_in()
    await guesser.close()


async def test_guessing_at_many_accounts_blocks_the_address(edge: EdgeProcess) -> None:
    guesser = ConsoleClient(edge)
    codes = []
    for number in range(25):
        answer = await guesser.try_to_sign_in(f"nobody{number}@example.com", "mal adivinado")
        codes.append(answer.status_code)
    assert set(codes) == {401, 429}
    assert codes[:5] == [401] * 5
    assert codes[-1] == 429
    await guesser.close()


async def test_answer_does_not_reveal_whether_an_account_exists(
    edge: EdgeProcess, laura: ConsoleClient
) -> None:
    guesser = ConsoleClient(edge)
    answers = [
        await guesser.try_to_sign_in(email, "mal adivinado")
        for email in (laura.email, "nobody@example.com")
    ]
    assert answers[0].status_code == answers[1].status_code
    assert answers[0].json() == answers[1].json()
    await guesser.close()


# --- roles and owners ---------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path"), SUPERVISORS)
async def test_agent_is_refused_on_supervisors_routes(
    laura: ConsoleClient, method: str, path: str
) -> None:
    answer = await laura.request(method, path, {})
    assert (answer.status_code, answer.json()["error"]) == (403, "supervisors_only")


async def test_board_shows_an_agent_no_cases_of_others(
    edge: EdgeProcess, laura: ConsoleClient, marta: ConsoleClient
) -> None:
    async with edge.open_page() as customer:
        await request_handoff(edge, customer)
        await claim_newest(marta, conversation_of(customer.session))
    board = await laura.get("/board")
    assert board["others"] == []
    assert conversation_of(customer.session) not in json.dumps(board)
    own = await marta.get("/board")
    assert conversation_of(customer.session) in json.dumps(own["mine"])


async def test_agent_cannot_act_on_a_case_of_another(
    edge: EdgeProcess, laura: ConsoleClient, marta: ConsoleClient
) -> None:
    async with edge.open_page() as customer:
        await request_handoff(edge, customer)
        conversation = conversation_of(customer.session)
        card = await claim_newest(marta, conversation)
        case, handoff = f"/api/cases/{card['reference']}", f"/api/handoffs/{card['handoff']}"
        due = (datetime.now(UTC) + timedelta(days=2)).isoformat()
        id_ = str(uuid.uuid4())
        commands: list[tuple[str, dict[str, Any]]] = [
            (f"{case}/messages", {"id": id_, "text": "hola"}),
            (f"{case}/remedies", {"id": id_, "remedy": "house_gift"}),
            (f"{case}/remedies", {"id": id_, "remedy": "house_gift", "how": "offer"}),
            (f"{case}/approvals", {"id": id_, "remedy": "house_gift", "why": "x"}),
            (f"{case}/promises", {"id": id_, "words": "x", "due_at": due}),
            (f"{case}/return", {}),
            (f"{case}/resolve", {"cause": "packing"}),
            (f"{case}/abandon", {}),
            (f"{handoff}/release", {}),
            (f"{handoff}/transfer", {"to": laura.id}),
        ]
        for path, body in commands:
            answer = await laura.request("POST", path, body)
            assert (answer.status_code, answer.json()["error"]) == (403, "not_yours"), path
        answer = await laura.request("POST", f"{handoff}/claim", {})
        assert answer.status_code == 409
        assert answer.json()["by"] == "Marta León"
        picture = io.BytesIO()
        Image.new("RGB", (40, 30), "red").save(picture, "JPEG")
        answer = await laura.http.post(
            f"{case}/photos",
            files={"photo": ("a.jpg", picture.getvalue(), "image/jpeg")},
            headers={"X-CSRF-Token": laura.csrf},
        )
        assert (answer.status_code, answer.json()["error"]) == (403, "not_yours")
        await laura.request("POST", f"{handoff}/read", {})
        seqs = edge.rows(
            "SELECT author FROM messages WHERE conversation_id = ? ORDER BY seq", conversation
        )
        assert [author for (author,) in seqs] == ["customer", "bot"]
        (state,) = edge.rows(
            "SELECT state, read_at FROM handoffs WHERE conversation_id = ?", conversation
        )
        assert state == ("active", None)


async def test_typing_in_a_conversation_of_another_agent_is_ignored(
    edge: EdgeProcess, laura: ConsoleClient, marta: ConsoleClient
) -> None:
    async with edge.open_page() as customer:
        await request_handoff(edge, customer)
        conversation = conversation_of(customer.session)
        await claim_newest(marta, conversation)
        async with laura.open_page() as other, marta.open_page() as own:
            await other.send(type="typing", conversation=conversation, on=True)
            await other.send(type="ping")
            await other.wait_for("pong")
            await own.send(type="typing", conversation=conversation, on=True)
            shown = await customer.wait_for("typing", author="agent")
            assert shown["name"] == "Marta"


# --- the socket ---------------------------------------------------------------------------------


async def refused(ws: Any) -> tuple[int, str]:
    with pytest.raises(ConnectionClosed) as closed:
        await asyncio.wait_for(ws.recv(), 5)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code, closed.value.rcvd.reason


@pytest.mark.parametrize(
    ("socket", "hello", "reason"),
    [
        ({"origin": FOREIGN}, None, "origin"),
        ({"origin": "null"}, None, "origin"),
        ({"Sec-Fetch-Site": "cross-site"}, None, "origin"),
        ({"cookie": ""}, None, "signed_out"),
        ({"cookie": "regalo_console=guessed"}, None, "signed_out"),
        ({}, {"type": "hello", "csrf": "guessed"}, "csrf"),
        ({}, {"type": "ping"}, "bad_frame"),
        ({}, {"type": "hello"}, "bad_frame"),
        ({}, [1], "bad_frame"),
    ],
    ids=str,
)
async def test_socket_without_a_valid_hello_is_closed(
    laura: ConsoleClient, socket: dict[str, Any], hello: object, reason: str
) -> None:
    async with laura.open_socket(**socket) as ws:
        if hello is not None:
            await ws.send(json.dumps(hello))
        assert await refused(ws) == (1008, reason)


async def test_malformed_frame_closes_the_socket(laura: ConsoleClient) -> None:
    for junk in ('{"type":"nonsense"}', "not json", '{"type":"watch","conversation":5}'):
        async with laura.open_page() as page:
            await page.ws.send(junk)
            await asyncio.wait_for(_until_closed(page.ws), 5)


# --- what customers may see ---------------------------------------------------------------------


async def test_notes_and_board_events_never_reach_the_customer(
    edge: EdgeProcess, laura: ConsoleClient, marta: ConsoleClient
) -> None:
    secret = f"nota {uuid.uuid4().hex}"
    async with edge.open_page() as customer, laura.open_page() as console:
        await request_handoff(edge, customer)
        conversation = conversation_of(customer.session)
        card = await claim_newest(laura, conversation)
        reference, handoff = card["reference"], card["handoff"]
        await console.send(type="watch", conversation=conversation)
        await laura.post(f"/cases/{reference}/notes", {"id": str(uuid.uuid4()), "text": secret})
        await laura.post(
            f"/cases/{reference}/approvals",
            {"id": str(uuid.uuid4()), "remedy": "small_voucher", "why": secret},
        )
        (asked,) = (await laura.get(f"/cases/{reference}"))["approvals"]
        await marta.post(f"/approvals/{asked['id']}", {"decision": "decline", "answer": secret})
        transfer = {"to": marta.id, "note": secret}
        await laura.post(f"/handoffs/{handoff}/transfer", transfer, 204)
        await marta.post(f"/handoffs/{handoff}/release", {"note": secret}, 204)
        await claim_newest(laura, conversation)
        await laura.send_reply(reference, "Última palabra.")
        await customer.wait_for("message")  # the first of them
        while not any(
            frame.get("message", {}).get("text") == "Última palabra." for frame in customer.frames
        ):
            customer.frames.append(json.loads(await asyncio.wait_for(customer.ws.recv(), 8)))
        frames = json.dumps(customer.frames, ensure_ascii=False)
        kinds = {frame["type"] for frame in customer.frames}
    assert secret not in frames
    assert "Gómez" not in frames
    assert laura.email not in frames
    assert kinds <= {"message", "owner", "typing", "spent", "answered", "stored"}
    async with edge.open_page(session=customer.session) as again:
        assert secret not in json.dumps(again.welcome, ensure_ascii=False)
    notes = (await laura.get(f"/cases/{reference}"))["notes"]
    assert [note["text"] for note in notes] == [secret] * 3


async def test_customers_session_opens_no_route_of_the_console(edge: EdgeProcess) -> None:
    async with edge.open_page() as customer:
        await request_handoff(edge, customer)
        token = customer.session
    nobody = ConsoleClient(edge)
    bearer = {"Authorization": f"Bearer {token}", "Cookie": f"regalo_console={token}"}
    assert (await nobody.request("GET", "/api/board", **bearer)).status_code == 401
    await nobody.close()


# --- what a server must survive -----------------------------------------------------------------

junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
FIELDS = {
    "id": st.uuids().map(str) | junk,
    "text": st.text() | junk,
    "remedy": st.sampled_from(["full_refund", "house_gift"]) | junk,
    "amount_minor": st.integers() | junk,
    "why": st.text() | junk,
    "words": st.text() | junk,
    "due_at": st.datetimes().map(str) | junk,
    "cause": st.sampled_from(["packing"]) | junk,
    "to": st.integers() | junk,
    "decision": st.sampled_from(["approve", "decline"]) | junk,
    "photos": st.lists(st.text()) | junk,
    "note": st.text() | junk,
    "presence": st.sampled_from(["available"]) | junk,
    "name": st.text() | junk,
    "email": st.text() | junk,
    "password": st.text() | junk,
    "capacity": st.integers() | junk,
}


async def test_random_bodies_never_cause_a_server_error(
    edge: EdgeProcess, marta: ConsoleClient, routes: list[tuple[str, str]]
) -> None:
    async with edge.open_page() as customer:
        await request_handoff(edge, customer)
        card = await claim_newest(marta, conversation_of(customer.session))
    paths = [
        (
            method,
            path.replace("Q-2222-2222", card["reference"]).replace(
                "/handoffs/1/", f"/handoffs/{card['handoff']}/"
            ),
        )
        for method, path in routes
        if method in UNSAFE and "/agents" not in path
    ]
    headers = {"X-CSRF-Token": marta.csrf, "Content-Type": "application/json"}
    headers["Cookie"] = marta.cookie

    with httpx.Client(base_url=f"{edge.url}/console", trust_env=False, timeout=20) as http:

        @how(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
        @given(
            st.sampled_from(paths),
            st.fixed_dictionaries({}, optional=FIELDS).map(json.dumps)
            | junk.map(json.dumps)
            | st.binary(),
        )
        def send(route: tuple[str, str], body: str | bytes) -> None:
            method, path = route
            answer = http.request(method, path, content=body, headers=headers)
            assert answer.status_code < 500, (method, path, body, answer.text)

        await asyncio.to_thread(send)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/cases/Q-2222-2222", 404),
        ("/api/cases/%00", 404),
        ("/api/cases/?search=%00%27%22%25_", 200),
        ("/api/cases/?search=%", 200),
        ("/api/photos/..%2F..%2Fsecret_key", 404),
        ("/api/handoffs/99999999999999999999/claim", 405),
        ("/api/nothing", 404),
    ],
)
async def test_odd_path_is_not_found(laura: ConsoleClient, path: str, status: int) -> None:
    answer = await laura.request("GET", path)
    assert answer.status_code == status, answer.text


async def test_id_beyond_the_databases_range_is_not_found(
    laura: ConsoleClient, marta: ConsoleClient
) -> None:
    huge = 99999999999999999999
    for path in (f"/api/handoffs/{huge}/claim", f"/api/promises/{huge}/kept"):
        assert (await laura.request("POST", path, {})).status_code == 404
    answer = await marta.request("POST", f"/api/approvals/{huge}", {"decision": "decline"})
    assert answer.status_code == 404


def test_oversized_body_is_refused_before_it_is_read(edge: EdgeProcess) -> None:
    with closing(HTTPConnection("127.0.0.1", edge.port, timeout=10)) as http:
        http.putrequest("POST", "/console/login")
        http.putheader("Content-Type", "application/json")
        http.putheader("Content-Length", str(50 * 1024 * 1024))
        http.endheaders(b"{")
        assert http.getresponse().status == 413


def raw(edge: EdgeProcess, path: str) -> tuple[int, bytes]:
    """A request whose path no client has put in order."""
    with closing(HTTPConnection("127.0.0.1", edge.port, timeout=10)) as http:
        http.request("GET", path)
        answer = http.getresponse()
        return answer.status, answer.read()


@pytest.mark.parametrize(
    "path",
    [
        "/console/files/../index.html",
        "/console/files/..%2findex.html",
        "/console/files/..%2f..%2f..%2fapp.py",
        "/console/files/%2e%2e/%2e%2e/%2e%2e/app.py",
        "/console/files//etc/passwd",
        "/console/files/main.js%00.css",
        "/console/files/main.js%0a",
        "/console/files/MAIN.JS",
        "/console/files/.hidden.js",
        "/console/files/index.html",
        "/console/files/",
        "/console/files/nothing.js",
        "/console/shared/../index.html",
        "/console/shared/..%2f..%2fapp.py",
        "/console/shared/types.d.ts",
    ],
)
def test_only_the_pages_own_files_are_served(edge: EdgeProcess, path: str) -> None:
    status, body = raw(edge, path)
    assert status in {400, 404}
    assert b"import" not in body


@pytest.mark.parametrize(
    "path", ["/console", "/console/", "/console/files/main.js", "/console/shared/dom.js"]
)
def test_security_headers_forbid_framing_and_foreign_scripts(edge: EdgeProcess, path: str) -> None:
    answer = httpx.get(f"{edge.url}{path}", trust_env=False, follow_redirects=True)
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"


def test_page_has_no_inline_script_or_style(edge: EdgeProcess) -> None:
    page = httpx.get(f"{edge.url}/console/", trust_env=False, follow_redirects=True).text
    assert " style=" not in page
    assert "<style" not in page
    assert " on" + "click" not in page
    scripts = page.split("<script")[1:]
    assert scripts
    for script in scripts:
        assert script.split(">")[1].startswith("</script")
