"""The vouchers' API: codes are redeemed once, up to their amount, and cannot be guessed."""

import asyncio
import json
import re
import uuid
from typing import Any

import httpx
import pytest

from bot.config.settings import ROOT, Settings
from bot.database.session import open_database
from bot.models import Compensation
from tests.integration.edge_process import EdgeProcess
from tests.integration.systems.conftest import API_KEY, choose

CODE = "7KQM-9XRT-2BFD"
Json = dict[str, Any]


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


# The last test, because its wrong codes exhaust the address's rate limit.
def test_guessing_codes_is_rate_limited(http: httpx.Client) -> None:
    wrong = {"Authorization": "Bearer " + "f" * 32}
    answer = http.post("/vouchers/check", json={"code": CODE}, headers=wrong)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    codes = [ask(http, "check", {"code": f"AAAA-BBBB-CC{n:02}"}).status_code for n in range(25)]
    assert codes[0] == 404
    assert codes[-1] == 429
    assert ask(http, "check", {"code": CODE}).headers["retry-after"] == "60"
