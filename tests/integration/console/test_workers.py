"""Several workers on PostgreSQL: live events between them, killed workers, restarts."""

import asyncio
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from bot.config.settings import Settings
from tests.integration.conftest import PostgreSQL, settings_for
from tests.integration.console_client import (
    ConsoleClient,
    add_supervisor,
    claim_newest,
    conversation_of,
    request_handoff,
)
from tests.integration.edge_process import EdgeProcess, FakeEngineServer, SocketPage


class Workers:
    """Two edges on one database."""

    def __init__(self, settings: list[Settings]) -> None:
        self._settings = settings
        self.engine = FakeEngineServer()
        self.edges = [EdgeProcess(setting, self.engine) for setting in settings]

    def kill(self, index: int) -> None:
        self.edges[index].kill()

    def start(self, index: int) -> None:
        """Again, at the address that the pages know."""
        port = self.edges[index].port
        self.edges[index] = EdgeProcess(self._settings[index], self.engine, port)

    def close(self) -> None:
        for edge in self.edges:
            edge.stop()
        self.engine.close()


@pytest.fixture(scope="module")
def workers(postgresql: PostgreSQL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    url = postgresql.url(postgresql.new())
    settings = [settings_for(url, tmp_path_factory.mktemp("worker")) for _ in range(2)]
    add_supervisor(settings[0])
    workers = Workers(settings)
    yield workers
    workers.close()


async def agent_message(page: SocketPage) -> dict[str, Any]:
    while True:
        message = (await page.wait_for("message"))["message"]
        if message["author"] == "agent":
            return dict(message)


async def test_customer_and_agent_on_two_workers_get_live_events(workers: Workers) -> None:
    first, second = workers.edges
    marta = await ConsoleClient(second).sign_in()
    async with first.open_page() as customer, marta.open_page() as board:
        await request_handoff(first, customer)
        conversation = conversation_of(customer.session)
        await board.wait_for("case", conversation=conversation)  # the queue is live, too
        card = await claim_newest(marta, conversation)
        owner = await customer.wait_for("owner", owner="agent")
        assert owner["name"] == "Marta"
        await board.send(type="watch", conversation=conversation)

        sent = (await marta.send_reply(card["reference"], "Hola desde otro proceso."))["message"]
        assert (await agent_message(customer))["text"] == "Hola desde otro proceso."
        await board.wait_for("delivery", seq=sent["seq"], state="delivered")
        await customer.send(type="seen", seq=sent["seq"])
        await board.wait_for("delivery", seq=sent["seq"], state="read")

        await board.send(type="typing", conversation=conversation, on=True)
        assert (await customer.wait_for("typing", author="agent"))["name"] == "Marta"
        await customer.send(type="typing")
        await board.wait_for("typing", author="customer", conversation=conversation)

        text = "¿me escucha?"
        await customer.wait_for("answered", id=await customer.send_message(text))
        event = await board.wait_for("message", conversation=conversation)
        while event["message"]["text"] != text:
            event = await board.wait_for("message", conversation=conversation)
        assert event["message"]["author"] == "customer"
    await marta.close()


async def test_closing_an_account_ends_its_page_on_another_worker(
    workers: Workers,
) -> None:
    first, second = workers.edges
    marta = await ConsoleClient(first).sign_in()
    laura = await marta.add_agent("Laura Gómez")
    elsewhere = await ConsoleClient(second).sign_in(laura.email)
    async with elsewhere.open_page() as page:
        await marta.request("PATCH", f"/api/agents/{laura.id}", {"is_active": False})
        await page.wait_for("signed_out")
    for console in (marta, laura, elsewhere):
        await console.close()


async def until_answered(ask: Any) -> httpx.Response:
    """Send the same again, as the page does, until the server is back."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with suppress(httpx.TransportError):
            answer: httpx.Response = await ask()
            if answer.status_code < 500:
                return answer
        await asyncio.sleep(0.2)
    raise AssertionError("the server did not come back")


async def test_message_repeated_after_a_killed_worker_is_sent_once(workers: Workers) -> None:
    first, second = workers.edges
    marta = await ConsoleClient(second).sign_in()
    async with first.open_page() as customer:
        await request_handoff(first, customer)
        card = await claim_newest(marta, conversation_of(customer.session))
        path = f"/api/cases/{card['reference']}/messages"
        bodies = [{"id": str(uuid.uuid4()), "text": f"parte {number}"} for number in range(8)]
        cut = [asyncio.create_task(marta.request("POST", path, body)) for body in bodies]
        await asyncio.wait(cut, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.to_thread(workers.kill, 1)
        await asyncio.gather(*cut, return_exceptions=True)
        await asyncio.to_thread(workers.start, 1)
        for body in bodies:
            answer = await until_answered(lambda body=body: marta.request("POST", path, body))
            assert answer.status_code == 200, answer.text
    async with workers.edges[0].open_page(session=customer.session) as again:
        messages = again.welcome["messages"]
    texts = [message["text"] for message in messages if message["author"] == "agent"]
    assert sorted(texts) == [f"parte {number}" for number in range(8)]
    assert [message["seq"] for message in messages] == list(range(1, len(messages) + 1))
    await marta.close()


async def test_database_restart_loses_and_repeats_nothing(
    postgresql: PostgreSQL, workers: Workers
) -> None:
    first, second = workers.edges
    marta = await ConsoleClient(second).sign_in()
    async with first.open_page() as customer:
        await request_handoff(first, customer)
        card = await claim_newest(marta, conversation_of(customer.session))
        path = f"/api/cases/{card['reference']}/messages"
        await marta.send_reply(card["reference"], "antes")
        await agent_message(customer)

        restarting = asyncio.create_task(asyncio.to_thread(postgresql.restart))
        bodies = [{"id": str(uuid.uuid4()), "text": f"durante {number}"} for number in range(5)]
        ids = [str(uuid.uuid4()) for _ in range(5)]
        for body, id_ in zip(bodies, ids, strict=True):
            with suppress(ConnectionClosed):
                await customer.send_message(f"cliente {body['text']}", id=id_)
            answer = await until_answered(lambda body=body: marta.request("POST", path, body))
            assert answer.status_code == 200, answer.text
        await restarting
    async with first.open_page(session=customer.session) as again:
        # What was not acknowledged the page sends again, with the same id.
        for body, id_ in zip(bodies, ids, strict=True):
            await again.send_message(f"cliente {body['text']}", id=id_)
            await again.wait_for("stored", id=id_)
    async with first.open_page(session=customer.session) as last:
        messages = last.welcome["messages"]
    texts = [message["text"] for message in messages]
    for body in bodies:
        assert texts.count(body["text"]) == 1
        assert texts.count(f"cliente {body['text']}") == 1
    assert [message["seq"] for message in messages] == list(range(1, len(messages) + 1))
    assert not [message for message in messages if message["author"] == "bot"][
        1:
    ]  # only before the claim
    await marta.close()
