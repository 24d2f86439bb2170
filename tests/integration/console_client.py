"""Agents at their consoles, over HTTP as browsers would be, and cases for them to claim."""

import asyncio
import json
import random
import uuid
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect

from bot.agents import accounts
from bot.channels.visitor_token import VisitorTokens
from bot.config.settings import Settings
from bot.context.company_context import load_company_context
from bot.database.session import open_database
from bot.models import Role
from tests.integration.edge_process import SECRET, EdgeProcess, SocketPage
from tests.integration.harness import ANA, AppHarness, SystemClock

ADMIN, PASSWORD = "marta@alborada.example", "una clave muy larga"
DAMAGED = f"El pedido 10482 llegó roto. {ANA}"
Json = dict[str, Any]


def add_supervisor(settings: Settings) -> None:
    """Add the first supervisor to a database; fixtures with an event loop may call it, too."""

    async def add() -> None:
        db = open_database(settings)
        async with db.write() as session:
            await accounts.add(
                session,
                email=ADMIN,
                name="Marta León",
                role=Role.SUPERVISOR,
                password_hash=accounts.hash_password(PASSWORD),
            )
        await db.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, add()).result()


async def create_waiting_customers(settings: Settings, number: int) -> list[str]:
    """Create customers with a damaged order and an offer, who wait for a human.

    Their conversations are played before the edge starts, with the real actions.

    Returns:
        The session token of each customer's page.
    """
    db, tokens = open_database(settings), []
    app = AppHarness(db, load_company_context(settings), SystemClock(), settings.var_dir / "photos")
    for index in range(number):
        number_, email = f"{32000 + index}", f"rosa{index}@example.com"
        await app.import_order(number_, email)
        conversation_id, token = VisitorTokens(SECRET).create()
        chat = await app.chat(conversation_id=conversation_id)
        await chat.send("damaged", f"El pedido {number_} llegó roto. {email}")
        await chat.send("wants_human", "una persona")
        tokens.append(token)
    await db.close()
    return tokens


class ConsoleClient:
    """An agent's browser: a session, and the CSRF token of its page."""

    def __init__(self, edge: EdgeProcess, *, language: str = "es") -> None:
        self.edge = edge
        self.me: Json = {}
        self.csrf = ""
        # Each client has its own address: sign-ins are limited by address, too.
        here = ".".join(str(random.randint(1, 250)) for _ in range(3))  # noqa: S311 - no secret
        self.http = httpx.AsyncClient(
            base_url=f"{edge.url}/console",
            transport=httpx.AsyncHTTPTransport(local_address=f"127.{here}"),
            timeout=20,
            headers={"Accept-Language": language},
        )

    async def sign_in(self, email: str = ADMIN, password: str = PASSWORD) -> "ConsoleClient":
        answer = await self.try_to_sign_in(email, password)
        assert answer.status_code == 200, answer.text
        self.me = answer.json()
        self.csrf = self.me["csrf"]
        return self

    async def try_to_sign_in(self, email: str, password: str, **headers: str) -> httpx.Response:
        body = {"email": email, "password": password}
        return await self.http.post("/login", json=body, headers=headers)

    async def request(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> httpx.Response:
        """Send a request as the page does: with the CSRF token unless it only reads."""
        if method != "GET":
            headers = {"X-CSRF-Token": self.csrf, "Content-Type": "application/json", **headers}
        content = None if body is None else json.dumps(body)
        return await self.http.request(method, path, content=content, headers=headers)

    async def post(self, path: str, body: object = None, status: int = 200) -> Json:
        """Post a command; the answer must have this status."""
        answer = await self.request("POST", f"/api{path}", {} if body is None else body)
        assert answer.status_code == status, answer.text
        return dict(answer.json()) if answer.content else {}

    async def get(self, path: str, status: int = 200) -> Json:
        answer = await self.request("GET", f"/api{path}")
        assert answer.status_code == status, answer.text
        return dict(answer.json())

    async def send_reply(self, reference: str, text: str, **more: Any) -> Json:
        body = {"id": str(uuid.uuid4()), "text": text, **more}
        return await self.post(f"/cases/{reference}/messages", body)

    async def add_agent(self, name: str, role: str = "agent") -> "ConsoleClient":
        """Add an agent as this supervisor; return their signed-in client."""
        email = f"{uuid.uuid4().hex[:10]}@alborada.example"
        body = {"name": name, "email": email, "role": role, "password": PASSWORD}
        await self.post("/agents/", body, 201)
        return await ConsoleClient(self.edge).sign_in(email)

    @property
    def id(self) -> int:
        return int(self.me["agent"]["id"])

    @property
    def email(self) -> str:
        return str(self.me["agent"]["email"])

    @property
    def cookie(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.http.cookies.jar)

    @asynccontextmanager
    async def open_socket(
        self, *, origin: str | None = None, cookie: str | None = None, **headers: str
    ) -> AsyncIterator[ClientConnection]:
        """Open the WebSocket; nothing is sent yet."""
        url = self.edge.url.replace("http", "ws", 1) + "/console/socket"
        sent = {"Cookie": self.cookie if cookie is None else cookie, **headers}
        sent["Origin"] = origin or self.edge.url
        async with connect(url, proxy=None, additional_headers=sent) as ws:
            yield ws

    @asynccontextmanager
    async def open_page(self, conversation: str | None = None) -> AsyncIterator[SocketPage]:
        """Open the WebSocket of a welcomed page, which watches a conversation if one is given."""
        async with self.open_socket() as ws:
            page = SocketPage(ws)
            await page.send(type="hello", csrf=self.csrf)
            await page.wait_for("welcome")
            if conversation is not None:
                await page.send(type="watch", conversation=conversation)
                await page.send(type="ping")
                await page.wait_for("pong")
            yield page

    async def close(self) -> None:
        await self.http.aclose()


async def request_handoff(edge: EdgeProcess, page: SocketPage) -> None:
    """Bring a page's conversation into the queue: the answer names a case that does not exist."""
    await page.wait_for_answer(await page.send_message("mi caso 7"))


async def claim_newest(console: ConsoleClient, conversation: str) -> Json:
    """Claim the waiting case of a conversation; return its card."""
    board = await console.get("/board")
    (card,) = [card for card in board["queue"] if card["conversation"] == conversation]
    await console.post(f"/handoffs/{card['handoff']}/claim")
    return dict(card)


def conversation_of(token: str) -> str:
    """Return the conversation id in a customer page's session token."""
    conversation_id = VisitorTokens(SECRET).read(token)
    assert conversation_id is not None
    return conversation_id
