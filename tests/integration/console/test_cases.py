"""A case over the console's API: claimed, read, answered, remedied, returned or resolved."""

import asyncio
import io
import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.config.settings import Settings
from tests.integration.conftest import settings_for
from tests.integration.console_client import (
    ConsoleClient,
    add_supervisor,
    claim_newest,
    conversation_of,
    create_waiting_customers,
    request_handoff,
)
from tests.integration.edge_process import EdgeProcess, SocketPage, run_edge

Json = dict[str, Any]
CUSTOMERS = 7  # with a damaged order and an offer; each test takes one


@pytest.fixture(scope="module")
def settings(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("console")
    shutil.copy(sqlite_template, folder / "regalo.db")
    settings = settings_for(f"sqlite:///{folder / 'regalo.db'}", folder)
    add_supervisor(settings)
    return settings


@pytest.fixture(scope="module")
def waiting(settings: Settings) -> list[str]:
    """The sessions of customers who have waited for an agent since before the edge started."""
    return asyncio.run(create_waiting_customers(settings, CUSTOMERS))


@pytest.fixture(scope="module")
def edge(settings: Settings, waiting: list[str]) -> Iterator[EdgeProcess]:
    yield from run_edge(settings)


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


def id_() -> str:
    return str(uuid.uuid4())


async def wait_for_text(page: SocketPage, words: str) -> Json:
    """The next message to the customer that holds these words."""
    while True:
        message = (await page.wait_for("message"))["message"]
        if words in message["text"]:
            return dict(message)


async def test_case_from_claim_to_return(
    edge: EdgeProcess, laura: ConsoleClient, waiting: list[str]
) -> None:
    session = waiting.pop()
    conversation = conversation_of(session)
    async with edge.open_page(session=session) as customer, laura.open_page() as live:
        assert customer.welcome["owner"] == "queue"
        card = await claim_newest(laura, conversation)
        await live.wait_for("case", conversation=conversation)
        reference, handoff = card["reference"], card["handoff"]
        assert (card["state"], card["reason"], card["category"]) == (
            "waiting",
            "wants_human",
            "damaged",
        )
        owner = await customer.wait_for("owner")
        assert (owner["owner"], owner["name"]) == ("agent", "Laura")

        case = await laura.get(f"/cases/{reference}")
        assert case["card"]["agent"] == {"id": laura.id, "name": "Laura Gómez"}
        facts = {fact["name"]: fact["source"] for fact in case["packet"]["facts"]}
        assert facts["order_number"] == "order"
        assert facts["what_happened"] == "customer"
        assert "Rosa Mora" in case["packet"]["summary"]
        assert case["packet"]["confirmed"] == "no"
        (offered,) = case["packet"]["offers"]
        why = offered["why"]
        assert (why["rule"], why["why"][:11]) == ("damaged", "Se le cree ")
        assert (why["facts"]["category"], why["facts"]["failures"]) == ("damaged", 0)
        assert why["first_because"] == "right"
        assert [alternative["is_entitlement"] for alternative in why["alternatives"]] == [
            True,
            False,
            False,
        ]
        assert why["alternatives"][1]["weight"]["text"].startswith("$")
        assert why["customer_left"]["text"] == "$600.000"
        assert case["packet"]["person_why"] is None
        assert {"say", "give", "return", "resolve"} <= set(case["can"])

        # Only when the packet was on her screen is the customer told so, once.
        await live.send(type="watch", conversation=conversation)
        for _ in range(2):
            await laura.post(f"/handoffs/{handoff}/read", status=204)
        await wait_for_text(customer, "Laura ya leyó su caso")

        answer = await laura.send_reply(reference, "Hola, soy Laura y me encargo.")
        shown = await wait_for_text(customer, "Hola, soy Laura")
        assert (shown["author"], shown["name"]) == ("agent", "Laura")
        await live.wait_for("delivery", seq=answer["message"]["seq"], state="delivered")
        await customer.send(type="seen", seq=answer["message"]["seq"])
        await live.wait_for("delivery", seq=answer["message"]["seq"], state="read")

        sent = await customer.send_message("gracias, lo necesito para el sábado")
        await customer.wait_for("stored", id=sent)
        event = await live.wait_for("message", conversation=conversation)
        while event["message"]["author"] != "customer":
            event = await live.wait_for("message", conversation=conversation)
        assert event["message"]["text"] == "gracias, lo necesito para el sábado"

        gift = {"id": id_(), "remedy": "small_voucher", "how": "give"}
        for _ in range(2):
            await laura.post(f"/cases/{reference}/remedies", gift)
        code_message = await wait_for_text(customer, "Su código es")
        due = (datetime.now(UTC) + timedelta(days=2)).isoformat()
        promise = {"id": id_(), "words": "recojo el roto", "due_at": due}
        for _ in range(2):
            await laura.post(f"/cases/{reference}/promises", promise)
        await wait_for_text(customer, "«recojo el roto»")
        await laura.post(f"/cases/{reference}/return", {"note": "cliente muy amable"})
        back = await wait_for_text(customer, "Laura me devolvió la conversación")
        assert "Bono de compra" in back["text"]
        assert "recojo el roto" in back["text"]
        # The bot's turn begins where hers ended.
        (answered,) = await customer.wait_for_answer(await customer.send_message("hola"))
        assert (answered["author"], answered["text"]) == ("bot", "oigo: hola")

    async with edge.open_page(session=session) as again:
        messages = again.welcome["messages"]
    assert [message["seq"] for message in messages] == list(range(1, len(messages) + 1))
    texts = [message["text"] for message in messages]
    assert sum("ya leyó su caso" in text for text in texts) == 1
    assert texts.count(code_message["text"]) == 1
    case = await laura.get(f"/cases/{reference}")
    assert (case["card"], case["case"]["state"], case["can"]) == (None, "resolved", ["note"])
    assert [note["text"] for note in case["notes"]] == ["cliente muy amable"]
    did = [line["what"] for line in case["history"] if line["actor"] == "Laura Gómez"]
    for what in ("claimed", "read", "opened", "accepted", "promised", "handoff ended", "noted"):
        assert did.count(what) == 1, did
    given_by_her = case["packet"]["offers"][0]
    assert (given_by_her["by"], given_by_her["state"]) == ("Laura Gómez", "accepted")


async def test_repeated_message_is_stored_once(
    edge: EdgeProcess, laura: ConsoleClient, waiting: list[str]
) -> None:
    card = await claim_newest(laura, conversation_of(waiting.pop()))
    same = id_()
    first = await laura.send_reply(card["reference"], "Hola.", id=same)
    again = await laura.send_reply(card["reference"], "Hola.", id=same)
    assert first["message"]["seq"] == again["message"]["seq"]
    case = await laura.get(f"/cases/{card['reference']}")
    assert [message["text"] for message in case["messages"]].count("Hola.") == 1


async def test_same_request_id_of_two_agents_is_two_messages(
    edge: EdgeProcess, marta: ConsoleClient, laura: ConsoleClient, waiting: list[str]
) -> None:
    same = id_()
    texts = []
    for console, text in ((laura, "soy Laura"), (marta, "soy Marta")):
        card = await claim_newest(console, conversation_of(waiting.pop()))
        texts.append(
            (await console.send_reply(card["reference"], text, id=same))["message"]["text"]
        )
    assert texts == ["soy Laura", "soy Marta"]


async def test_draft_that_asks_for_a_known_fact_is_flagged_and_counted(
    edge: EdgeProcess, marta: ConsoleClient, laura: ConsoleClient, waiting: list[str]
) -> None:
    card = await claim_newest(laura, conversation_of(waiting.pop()))
    reference = card["reference"]
    before = (await marta.get("/wallboard"))["answers"]
    draft = "¿Me da su número de pedido?"
    checked = await laura.post(f"/cases/{reference}/check", {"text": draft})
    assert [fact["name"] for fact in checked["known"]] == ["order_number"]
    body = {"id": id_(), "text": draft}
    refused = await laura.post(f"/cases/{reference}/messages", body, 409)
    assert refused["error"] == "already_known"
    assert refused["known"] == checked["known"]
    await laura.post(f"/cases/{reference}/messages", {**body, "confirmed": True})
    after = (await marta.get("/wallboard"))["answers"]
    assert after["asked_known"] == before["asked_known"] + 1
    assert after["sent"] == before["sent"] + 1
    unknown = await laura.post(f"/cases/{reference}/check", {"text": "¿Me manda una foto?"})
    assert unknown["known"] == []


async def test_repeated_confirmed_message_is_counted_once(
    edge: EdgeProcess, marta: ConsoleClient, laura: ConsoleClient, waiting: list[str]
) -> None:
    card = await claim_newest(laura, conversation_of(waiting.pop()))
    before = (await marta.get("/wallboard"))["answers"]["asked_known"]
    body = {"id": id_(), "text": "¿Me da su número de pedido?", "confirmed": True}
    for _ in range(2):
        await laura.post(f"/cases/{card['reference']}/messages", body)
    assert (await marta.get("/wallboard"))["answers"]["asked_known"] == before + 1


async def test_remedy_beyond_authority_is_approved_by_a_supervisor(
    edge: EdgeProcess, marta: ConsoleClient, laura: ConsoleClient, waiting: list[str]
) -> None:
    session = waiting.pop()
    card = await claim_newest(laura, conversation_of(session))
    case = f"/cases/{card['reference']}"
    body = {"id": id_(), "remedy": "small_voucher", "amount_minor": 40000000}
    refused = await laura.post(f"{case}/remedies", body, 403)
    assert refused["error"] == "beyond_authority"
    assert refused["left"]["text"] == "$300.000"
    async with marta.open_page() as board:
        ask = {**body, "id": id_(), "why": "compra cada mes"}
        asked = await laura.post(f"{case}/approvals", ask)
        assert (await laura.post(f"{case}/approvals", ask))["id"] == asked["id"]
        await board.wait_for("case", conversation=conversation_of(session))
    (open_,) = [
        approval
        for approval in (await marta.get("/board"))["approvals"]
        if approval["id"] == asked["id"]
    ]
    assert (open_["asked_by"], open_["why"]) == ("Laura Gómez", "compra cada mes")
    async with edge.open_page(session=session) as customer:
        decision = {"decision": "approve", "answer": "adelante"}
        decided = await marta.post(f"/approvals/{asked['id']}", decision)
        assert (decided["state"], decided["decided_by"]) == ("approved", "Marta León")
        message = await wait_for_text(customer, "La autorización está dada.")
        assert "$400.000" in message["text"]
    again = await marta.post(f"/approvals/{asked['id']}", {"decision": "decline"}, 409)
    assert (again["error"], again["by"]) == ("decided_before", "Marta León")


async def test_customer_and_agent_see_each_other_type(
    edge: EdgeProcess, laura: ConsoleClient
) -> None:
    async with edge.open_page() as customer:
        await request_handoff(edge, customer)
        conversation = conversation_of(customer.session)
        await claim_newest(laura, conversation)
        async with laura.open_page(conversation) as live:
            await live.send(type="typing", conversation=conversation, on=True)
            assert (await customer.wait_for("typing", author="agent"))["name"] == "Laura"
            await customer.send(type="typing")
            seen = await live.wait_for("typing", author="customer")
            assert (seen["conversation"], seen["on"]) == (conversation, True)


async def test_agents_photo_reaches_only_its_customer(
    edge: EdgeProcess, laura: ConsoleClient, marta: ConsoleClient
) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "blue").save(picture, "JPEG")
    async with edge.open_page() as customer:
        await request_handoff(edge, customer)
        card = await claim_newest(laura, conversation_of(customer.session))
        answer = await laura.http.post(
            f"/api/cases/{card['reference']}/photos",
            files={"photo": ("a.jpg", picture.getvalue(), "image/jpeg")},
            headers={"X-CSRF-Token": laura.csrf},
        )
        assert answer.status_code == 201, answer.text
        photo = answer.json()
        await laura.send_reply(card["reference"], "", photos=[photo["id"]])
        shown = (await customer.wait_for("message"))["message"]
        while shown["author"] != "agent":
            shown = (await customer.wait_for("message"))["message"]
        assert [photo_["id"] for photo_ in shown["photos"]] == [photo["id"]]
    seen = await marta.request("GET", f"/api/photos/{photo['id']}")
    assert (seen.status_code, seen.headers["content-type"]) == (200, "image/jpeg")
    stranger = ConsoleClient(edge)
    assert (await stranger.request("GET", f"/api/photos/{photo['id']}")).status_code == 401
    await stranger.close()


async def test_case_is_transferred_to_a_colleague_with_a_note(
    edge: EdgeProcess, laura: ConsoleClient, marta: ConsoleClient
) -> None:
    carlos = await marta.add_agent("Carlos Ruiz")
    async with edge.open_page() as customer:
        await request_handoff(edge, customer)
        card = await claim_newest(laura, conversation_of(customer.session))
        body = {"to": carlos.id, "note": "prefiere la tarde"}
        await laura.post(f"/handoffs/{card['handoff']}/transfer", body, 204)
        await wait_for_text(customer, "Desde ahora le atiende Carlos")
        refused = await laura.request(
            "POST", f"/api/cases/{card['reference']}/messages", {"id": id_(), "text": "hola"}
        )
        assert refused.status_code == 403
        await carlos.send_reply(card["reference"], "Hola, soy Carlos.")
        await marta.post(f"/handoffs/{card['handoff']}/take-over")
        await wait_for_text(customer, "Desde ahora le atiende Marta")
    case = await carlos.get(f"/cases/{card['reference']}")
    assert [note["text"] for note in case["notes"]] == ["prefiere la tarde"]
    await carlos.close()


async def test_case_is_resolved_only_with_a_known_cause(
    edge: EdgeProcess, laura: ConsoleClient
) -> None:
    async with edge.open_page() as customer:
        await request_handoff(edge, customer)
        card = await claim_newest(laura, conversation_of(customer.session))
        case = f"/cases/{card['reference']}"
        refused = await laura.post(f"{case}/resolve", {"cause": "bad_luck"}, 422)
        assert "carrier_damage" in refused["allowed"]
        await laura.post(f"{case}/resolve", {"cause": "carrier_damage"})
        await wait_for_text(customer, "queda resuelto")
        late = await laura.post(f"{case}/messages", {"id": id_(), "text": "hola"}, 409)
        assert late["error"] == "ended"


async def test_markup_from_the_customer_stays_text(edge: EdgeProcess, laura: ConsoleClient) -> None:
    script = "<script>alert('x')</script><img src=x onerror=alert(9)>"
    async with edge.open_page() as customer:
        await customer.wait_for_answer(await customer.send_message(script))
        card = await claim_newest(laura, conversation_of(customer.session))
    answer = await laura.request("GET", f"/api/cases/{card['reference']}")
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json()["messages"][0]["text"] == script


async def test_signing_out_returns_cases_to_the_queue_and_tells_customers(
    edge: EdgeProcess, laura: ConsoleClient
) -> None:
    async with edge.open_page() as customer:
        await request_handoff(edge, customer)
        card = await claim_newest(laura, conversation_of(customer.session))
        await laura.send_reply(card["reference"], "Hola.")
        await laura.request("POST", "/logout", {})
        rows = edge.rows("SELECT seen_at FROM agents WHERE id = ?", laura.id)
        assert rows == [(None,)]


async def test_agent_sets_own_presence_and_language(
    edge: EdgeProcess, laura: ConsoleClient
) -> None:
    answer = await laura.request("PATCH", "/api/me/", {"presence": "away", "language": "en"})
    assert answer.status_code == 200
    me = answer.json()["agent"]
    assert (me["presence"], me["language"]) == ("away", "en")
    board = await laura.get("/board")
    (mine,) = [agent for agent in board["agents"] if agent["id"] == laura.id]
    assert mine["presence"] == "away"
    refused = await laura.request("GET", "/api/cases/Q-2222-2222")
    assert refused.json()["text"].isascii()  # English


async def test_search_finds_a_case_by_the_customers_words(
    edge: EdgeProcess, laura: ConsoleClient
) -> None:
    word = f"palabra{uuid.uuid4().hex[:8]}"
    async with edge.open_page() as customer:
        await customer.wait_for_answer(await customer.send_message(f"mi caso 7 {word}"))
        conversation = conversation_of(customer.session)
    hits = (await laura.get(f"/cases/?search={word}"))["cases"]
    (reference,) = [hit["reference"] for hit in hits]
    board = await laura.get("/board")
    assert reference in {
        card["reference"] for card in board["queue"] if card["conversation"] == conversation
    }
    assert word in hits[0]["snippet"]
