"""The routes for the company's systems: callbacks, vouchers, and the documented examples."""

import asyncio
import json
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot import clock, webhook_signature
from bot.compensation.provider_client import ProviderClient
from bot.config.settings import ROOT, Settings
from bot.context.company_context import load_company_context
from bot.database.session import open_database
from bot.models import Compensation, Conversation, ProviderOutcome
from tests.fakes.company_system import SECRET, FakeCompanySystem
from tests.integration.conftest import settings_for
from tests.integration.edge_forker import with_webhook_provider
from tests.integration.edge_process import EdgeProcess, FakeEngineServer, free_port
from tests.integration.harness import AppHarness, SystemClock
from tests.waiting import wait_until

API_KEY = "0123456789abcdef0123456789abcdef"
CODE = "7KQM-9XRT-2BFD"
KEY = webhook_signature.parse_secret(SECRET)
Json = dict[str, Any]


@pytest.fixture(scope="module")
def system() -> Iterator[FakeCompanySystem]:
    fake = FakeCompanySystem()
    fake.answers = [(202, {})] * 1000  # it calls back, and never otherwise
    yield fake
    fake.close()


@pytest.fixture(scope="module")
def settings(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("systems")
    shutil.copy(sqlite_template, folder / "regalo.db")
    return settings_for(f"sqlite:///{folder / 'regalo.db'}", folder)


@pytest.fixture(scope="module")
def edge(settings: Settings, system: FakeCompanySystem) -> Iterator[EdgeProcess]:
    engine = FakeEngineServer()
    edge = EdgeProcess(
        settings,
        engine,
        PROVIDER_URL=system.url,
        PROVIDER_SECRET=SECRET,
        VOUCHER_API_KEY=API_KEY,
    )
    yield edge
    edge.stop()
    engine.close()


@pytest.fixture
def http(edge: EdgeProcess) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=edge.url, trust_env=False, timeout=15) as client:
        yield client


async def choose(settings: Settings, category: str, position: int) -> Compensation:
    """A customer's choice, made before a provider or a till hears of it."""
    db = open_database(settings)
    context = load_company_context(settings)
    app = AppHarness(db, context, SystemClock(), settings.var_dir)
    app.use_policy(with_webhook_provider(context.policy, "refund"))
    number, email = uuid.uuid4().hex[:8], f"{uuid.uuid4().hex[:8]}@example.com"
    number = f"5{int(number, 16) % 10**6:06}"
    await app.import_order(number, email)
    chat = await app.chat()
    async with db.write() as session:
        # The edge that runs beside would answer in its own way whatever waits for a second.
        here = await session.get_one(Conversation, chat.id)
        here.turn_owner, here.turn_until = "the app", clock.now() + timedelta(hours=1)
    await chat.send(category, f"El pedido {number} tiene un problema, {email}")
    await chat.press(position)
    (remedy,) = await chat.accepted_remedies()
    await db.close()
    return remedy


# --- callbacks -------------------------------------------------------------------------------


def call_back(http: httpx.Client, body: bytes, event: str = "", **changed: str) -> httpx.Response:
    headers = webhook_signature.sign(KEY, event or uuid.uuid4().hex, datetime.now(UTC), body)
    return http.post("/providers/webhook", content=body, headers=headers | changed)


def event_body(kind: str, key: str, **more: str) -> bytes:
    return json.dumps({"type": kind, "data": {"id": key, **more}}).encode()


async def test_callback_ends_the_fulfilment_once(
    edge: EdgeProcess, http: httpx.Client, settings: Settings, system: FakeCompanySystem
) -> None:
    remedy = await choose(settings, "damaged", 1)
    where = "SELECT idempotency_key, state, is_accepted FROM fulfilments WHERE compensation_id = ?"
    wait_until(
        lambda: edge.rows(where, remedy.id)[0][2], message="the edge asks, and it is accepted"
    )
    ((key, _, _),) = edge.rows(where, remedy.id)
    body = event_body("remedy.done", key, reference="ERP-1")
    assert [call_back(http, body, "evt_1").status_code for _ in range(3)] == [204] * 3
    assert call_back(http, event_body("remedy.refused", key, reason="no")).status_code == 204
    assert edge.rows(where, remedy.id)[0][1] == "done"
    lines = "SELECT event FROM ledger_entries WHERE compensation_id = ? ORDER BY id"
    assert edge.rows(lines, remedy.id) == [("reserve",), ("issue",)]


def test_forged_callback_changes_nothing_and_is_counted(
    edge: EdgeProcess, http: httpx.Client
) -> None:
    body = event_body("remedy.done", "x")
    old = webhook_signature.sign(KEY, "evt", datetime(2026, 1, 1, tzinfo=UTC), body)
    assert call_back(http, body, **{"webhook-signature": "v1,abc"}).status_code == 401
    assert http.post("/providers/webhook", content=body, headers=old).status_code == 401
    assert http.post("/providers/webhook", content=body).status_code == 401
    assert call_back(http, b"no json").status_code == 400
    assert call_back(http, b'{"type": "remedy.done", "data": 7}').status_code == 400
    assert call_back(http, body).status_code == 404
    assert call_back(http, event_body("remedy.forgotten", "x")).status_code == 204
    counted = http.get("/metrics").text
    for code in ("bad_signature", "out_of_time", "unsigned", "bad_body", "unknown_remedy"):
        assert f'regalo_refused_total{{channel="provider",code="{code}"}}' in counted
    assert "regalo_fulfilments_pending" in counted


# --- vouchers --------------------------------------------------------------------------------


def ask(http: httpx.Client, what: str, body: Json, key: str = "") -> httpx.Response:
    headers = {"Authorization": f"Bearer {API_KEY}", "Idempotency-Key": key or uuid.uuid4().hex}
    return http.post(f"/vouchers/{what}", json=body, headers=headers)


@pytest.fixture
async def voucher(settings: Settings) -> Compensation:
    """25 000 pesos and more, on a code."""
    remedy = await choose(settings, "late_delivery", 1)
    assert remedy.code
    return remedy


async def test_voucher_is_redeemed_in_parts_up_to_its_amount(
    http: httpx.Client, voucher: Compensation, edge: EdgeProcess
) -> None:
    code, whole = voucher.code, voucher.amount_minor
    typed = (code or "").lower().replace("-", " ")
    checked = ask(http, "check", {"code": typed}).json()
    assert (checked["code"], checked["state"]) == (code, "open")
    assert checked["left"]["amount_minor"] == whole
    part = {"code": code, "amount_minor": 1000000, "currency": "COP"}
    first = ask(http, "redeem", part, "till-1")
    assert first.json()["left"]["amount_minor"] == whole - 1000000
    assert ask(http, "redeem", part, "till-1").json() == first.json()
    other = ask(http, "redeem", part | {"amount_minor": 500}, "till-1")
    assert (other.status_code, other.json()["error"]) == (409, "key_reused")
    more = ask(http, "redeem", part | {"amount_minor": whole})
    assert (more.status_code, more.json()["error"]) == (422, "more_than_left")
    assert ask(http, "redeem", {"code": code}).json()["left"]["amount_minor"] == 0
    assert ask(http, "check", {"code": code}).json()["state"] == "spent"
    assert ask(http, "redeem", {"code": code}).json()["error"] == "spent"
    # Asked for again, the first answer stands.
    assert ask(http, "redeem", part, "till-1").json() == first.json()
    events = edge.rows(
        "SELECT count(*) FROM case_events WHERE what = 'redeemed' AND complaint_id = ?",
        voucher.complaint_id,
    )
    assert events == [(2,)]


async def test_simultaneous_redemptions_never_exceed_the_amount(
    edge: EdgeProcess, voucher: Compensation
) -> None:
    half = {"code": voucher.code, "amount_minor": voucher.amount_minor // 2, "currency": "COP"}
    headers = {"Authorization": f"Bearer {API_KEY}"}
    async with httpx.AsyncClient(base_url=edge.url, trust_env=False, timeout=15) as client:
        answers = await asyncio.gather(
            *(
                client.post(
                    "/vouchers/redeem",
                    json=half,
                    headers=headers | {"Idempotency-Key": f"{voucher.code}-{number}"},
                )
                for number in range(8)
            )
        )
    assert sorted(answer.status_code for answer in answers) == [200, 200] + [422] * 6


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "code"),
        ({"code": 7}, "code"),
        ({"code": CODE, "amount_minor": 100}, "currency"),
        ({"code": CODE, "amount_minor": 0, "currency": "COP"}, "amount_minor"),
        ({"code": CODE, "amount_minor": 1.5, "currency": "COP"}, "amount_minor"),
        ({"code": CODE, "amount": 100}, "amount"),
    ],
)
def test_wrong_body_names_its_field(http: httpx.Client, body: Json, field: str) -> None:
    answer = ask(http, "redeem", body)
    assert (answer.status_code, answer.json()) == (400, {"error": "bad_body", "field": field})


def test_redemption_needs_an_idempotency_key(http: httpx.Client) -> None:
    answer = http.post(
        "/vouchers/redeem", json={"code": CODE}, headers={"Authorization": f"Bearer {API_KEY}"}
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "no_idempotency_key")


# --- the documents ---------------------------------------------------------------------------

EXAMPLE = re.compile(r"```http\nPOST (\S+)\n(.*?)\n\n(.*?)\n```\s+```json\n(.*?)\n```", re.DOTALL)
# What is drawn anew each time.
DRAWN = {"expires_at", "case", "redemption"}


async def test_documented_voucher_examples_work(
    edge: EdgeProcess, http: httpx.Client, settings: Settings
) -> None:
    remedy = await choose(settings, "late_delivery", 1)
    db = open_database(settings)
    async with db.write() as session:
        fresh = await session.get_one(Compensation, remedy.id)
        fresh.code = CODE
    await db.close()
    # As much as the document has; the rest is spent before.
    spare = {"amount_minor": remedy.amount_minor - 2500000, "currency": "COP"}
    if spare["amount_minor"]:
        assert ask(http, "redeem", {"code": CODE, **spare}).status_code == 200
    text = (ROOT / "docs" / "vouchers.md").read_text("utf-8")
    examples = EXAMPLE.findall(re.sub(r"```\n\n[^`]*?```json", "```\n```json", text))
    assert len(examples) == 4
    for path, headers, body, expected in examples:
        answer = http.post(  # noqa: ASYNC212 - one after the other
            path,
            content=body,
            headers=dict(line.split(": ", 1) for line in headers.splitlines()),
        ).json()
        wanted = json.loads(expected)
        assert set(answer) == set(wanted)
        for name in wanted.keys() - DRAWN - {"amount" if path.endswith("check") else ""}:
            assert answer[name] == wanted[name]


async def test_documented_receiver_handles_each_key_once(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "providers.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (tmp_path / "receiver.py").write_text(code)
    port = free_port()
    receiver = subprocess.Popen(  # noqa: ASYNC220 - it starts at once
        [sys.executable, "receiver.py", str(port), "done.db"],
        cwd=tmp_path,
        env={"PROVIDER_SECRET": SECRET},
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _listens(port), message="the receiver")
        ours, strange = ProviderClient(url, SECRET), ProviderClient(url, f"{SECRET[:-4]}aaaa")
        body = json.dumps({"type": "remedy.requested", "data": {"kind": "refund"}}).encode()
        first = await ours.request(body, "key-1")
        assert (first.outcome, first.reference) == (ProviderOutcome.DONE, "key-1")
        assert (await ours.request(body, "key-1")).outcome == ProviderOutcome.DONE
        gift = await ours.request(body.replace(b"refund", b"gift"), "key-2")
        assert (gift.outcome, gift.why) == (ProviderOutcome.REFUSED, "only refunds are done here")
        assert (await strange.request(body, "key-3")).outcome == ProviderOutcome.LATER
        await ours.close()
        await strange.close()
    finally:
        receiver.terminate()
        receiver.wait(10)
    with closing(sqlite3.connect(tmp_path / "done.db")) as done:
        assert done.execute("SELECT key FROM remedies").fetchall() == [("key-1",)]


def _listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


# --- last, for it makes the address wait -----------------------------------------------------


def test_guessing_codes_is_rate_limited(http: httpx.Client) -> None:
    wrong = {"Authorization": "Bearer " + "f" * 32}
    answer = http.post("/vouchers/check", json={"code": CODE}, headers=wrong)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    codes = [ask(http, "check", {"code": f"AAAA-BBBB-CC{n:02}"}).status_code for n in range(25)]
    assert codes[0] == 404
    assert codes[-1] == 429
    assert ask(http, "check", {"code": CODE}).headers["retry-after"] == "60"
