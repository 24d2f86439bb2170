"""Callbacks from the company's own system: signed, applied once, and as documented."""

import json
import re
import socket
import sqlite3
import subprocess
import sys
import uuid
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import httpx

from bot import webhook_signature
from bot.compensation.provider_client import ProviderClient
from bot.config.settings import ROOT, Settings
from bot.models import ProviderOutcome
from tests.fakes.company_system import SECRET, FakeCompanySystem
from tests.integration.edge_process import EdgeProcess, free_port
from tests.integration.systems.conftest import choose
from tests.waiting import wait_until

KEY = webhook_signature.parse_secret(SECRET)


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
