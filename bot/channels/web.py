"""The web chat's server side: one WebSocket a page, resumed by itself, over the durable thread.

The visitor's session is a signed token that names the conversation; the page keeps it and shows it
at every connection. It is no cookie, so no other site can make the browser send it.
"""

import asyncio
import json
from dataclasses import dataclass, replace
from typing import Any

import structlog
from sanic import Blueprint, Request, Websocket
from sqlalchemy import select

from bot import rate_limits
from bot.channels.customer_token import CustomerTokenError, read_customer_token
from bot.channels.visitor_token import Visitors
from bot.channels.web_frames import Hello, Ping, Pressed, Said, Seen, Typing, read_frame
from bot.conversation.channel_api import IncomingMessage, WebVisitor
from bot.conversation.live_hub import LiveEvent
from bot.conversation.message_states import Receipt
from bot.conversation.message_view import message_frames
from bot.conversation.messages import MessageRefused
from bot.conversation.read_receipts import PageReceipt
from bot.customers import fingerprints
from bot.customers.contacts import VouchedCustomer
from bot.handoffs import assignment, queue
from bot.metrics import REFUSED, SOCKETS
from bot.models import Author, Conversation, Message, MessageState
from bot.runtime import Runtime

log = structlog.get_logger()
web = Blueprint("web", url_prefix="/chat")
CHANNEL = "web"
# What only a console shows.
STAFF_ONLY = {"delivery"}
# Whoever connects says hello at once.
HELLO_SECONDS = 10


@web.websocket("/socket")
async def socket(request: Request, ws: Websocket) -> None:
    """One page's connection, from its hello until it goes."""
    runtime: Runtime = request.app.ctx.runtime
    SOCKETS.inc()
    try:
        visit = await _welcome(runtime, request, ws)
        if visit is not None:
            await visit.serve()
    finally:
        SOCKETS.dec()


async def _welcome(runtime: Runtime, request: Request, ws: Websocket) -> "Visit | None":
    """Read the hello; None when what came is none, or the address opens too many."""
    language = "es"
    visitors: Visitors = request.app.ctx.visitors
    try:
        hello = read_frame(await ws.recv(timeout=HELLO_SECONDS))
        if not isinstance(hello, Hello):
            raise MessageRefused("bad_frame")
        language = runtime.context.company.choose_language(hello.language)
        if not runtime.limits.allow(rate_limits.SESSIONS, "session", request.client_ip):
            raise MessageRefused("rate_limited")
        conversation_id = visitors.read(hello.session) if hello.session else None
        if hello.session and conversation_id is None:
            raise MessageRefused("bad_session")
    except MessageRefused as error:
        REFUSED.labels(CHANNEL, error.code).inc()
        await ws.send(json.dumps(_refusal(runtime, error, language, None)))
        await ws.close(code=1008, reason=error.code)
        return None
    token = hello.session
    if conversation_id is None or token is None:
        conversation_id, token = visitors.new()
    return Visit(runtime, ws, conversation_id, token, hello, language, request.client_ip)


@dataclass(slots=True)
class Visit:
    """One page that looks at one conversation."""

    runtime: Runtime
    ws: Websocket
    conversation_id: str
    token: str
    hello: Hello
    language: str
    address: str  # the network it comes from
    customer: VouchedCustomer | None = None
    seen: int = 0  # up to where this page has said that it shows the messages

    async def serve(self) -> None:
        """Welcome the page with what it missed, then carry frames both ways until it goes."""
        with self.runtime.live.watch(self.conversation_id) as events:
            await self._greet()
            sending = asyncio.create_task(self._send(events))
            try:
                # Ends when the page closes the socket.
                async for raw in self.ws:
                    await self._take(raw)
            finally:
                sending.cancel()

    async def _greet(self) -> None:
        """Reply what the page missed. It was watching already, so nothing falls in between."""
        refused = self._recognize()
        async with self.runtime.db.read() as session:
            conversation = await session.get(Conversation, self.conversation_id)
            owner = await queue.find_open(session, self.conversation_id) if conversation else None
            agent_name = await assignment.agent_first_name(session, owner)
            missed = await session.scalars(
                select(Message)
                .where(
                    Message.conversation_id == self.conversation_id, Message.seq > self.hello.after
                )
                .order_by(Message.seq)
            )
            messages = await message_frames(session, list(missed))
        if conversation is not None:
            self.language = conversation.language
        await self._show(
            {
                "type": "welcome",
                "session": self.token,
                "language": self.language,
                "owner": queue.owner_of(owner),
                "name": agent_name,
                "messages": messages,
            }
        )
        self._arrived(messages)
        if refused is not None:
            await self._show(_refusal(self.runtime, refused, self.language, None))

    def _recognize(self) -> MessageRefused | None:
        """Read the embedding site's token, if it sent one."""
        if not self.hello.customer:
            return None
        secret = self.runtime.settings.customer_token_secret
        try:
            if secret is None:
                raise CustomerTokenError("CUSTOMER_TOKEN_SECRET is not set")
            self.customer = read_customer_token(
                self.hello.customer,
                secret.get_secret_value(),
                self.runtime.context.company.country,
            )
        except CustomerTokenError as error:
            log.warning("customer_token_refused", why=str(error))
            return MessageRefused("bad_customer")
        return None

    async def _send(self, events: "asyncio.Queue[LiveEvent | None]") -> None:
        while (event := await events.get()) is not None:
            if event["type"] not in STAFF_ONLY and event.get("author") != Author.CUSTOMER:
                await self._show(event)
            if event["type"] == "message":
                self._arrived([event["message"]])
        await self.ws.close(code=1001, reason="resume")

    async def _show(self, event: LiveEvent) -> None:
        await self.ws.send(json.dumps(event, ensure_ascii=False))

    async def _take(self, raw: str | bytes | None) -> None:
        """One frame of the page's; what cannot be taken is answered, and nothing breaks."""
        frame_id: str | None = None
        try:
            frame = read_frame(raw)
            if isinstance(frame, Ping):
                await self._show({"type": "pong"})
            elif isinstance(frame, Said | Pressed):
                frame_id = str(frame.id)
                # A page that goes in the middle takes nothing with it: what was begun is ended.
                await asyncio.shield(self._store(frame))
            elif isinstance(frame, Seen):
                self._receipt(frame.seq, MessageState.READ)
            elif isinstance(frame, Typing):
                self._typing()
        except MessageRefused as error:
            REFUSED.labels(CHANNEL, error.code).inc()
            await self._show(_refusal(self.runtime, error, self.language, frame_id))
        except Exception:
            log.exception("frame_failed", conversation=self.conversation_id)
            failed = MessageRefused("server")
            await self._show(_refusal(self.runtime, failed, self.language, frame_id))

    async def _store(self, frame: Said | Pressed) -> None:
        if not self.runtime.limits.allow(rate_limits.MESSAGES, "message", self.conversation_id):
            raise MessageRefused("rate_limited")
        (stored,) = await self.runtime.inbox.store(CHANNEL, [self._arrived_as(frame)])
        if stored is None:
            return
        (message,) = stored.messages
        self.language = stored.language
        at = message.at.isoformat()
        await self._show({"type": "stored", "id": str(frame.id), "seq": message.seq, "at": at})
        await self.runtime.inbox.publish(stored)
        if not stored.is_new and message.state == MessageState.ANSWERED:
            await self._show({"type": "answered", "id": str(frame.id)})

    def _arrived_as(self, frame: Said | Pressed) -> IncomingMessage:
        """The frame as every channel hands over what its customers do."""
        # Keys of the browser and its network, from which neither can be read.
        secret = self.runtime.settings.secret_key.get_secret_value()
        visitor = WebVisitor(
            self.conversation_id,
            self.customer,
            device_key=fingerprints.hash_device(secret, self.hello.device),
            network_key=fingerprints.hash_network(secret, self.address),
        )
        source_id = f"{self.conversation_id}:{frame.id}"
        about = IncomingMessage(
            self.conversation_id, source_id, language=self.language, visitor=visitor
        )
        if isinstance(frame, Pressed):
            return replace(about, token=frame.token)
        return replace(about, text=frame.text, photos=tuple(frame.photos))

    def _receipt(self, seq: int, receipt: Receipt) -> None:
        """Tell whoever has the conversation how far their words have come."""
        if seq <= self.seen:
            return

        def tell(marked: int) -> None:
            if receipt == MessageState.READ:
                self.seen = max(self.seen, marked)
            self.runtime.live.delivered(self.conversation_id, marked, receipt)

        noted = PageReceipt(self.conversation_id, receipt, self.seen, seq, tell)
        self.runtime.receipts.add(noted)

    def _arrived(self, frames: list[dict[str, Any]]) -> None:
        """The page has these messages; of what people wrote, that is noted."""
        seqs = [one["seq"] for one in frames if one["author"] == Author.AGENT]
        if seqs:
            self._receipt(max(seqs), MessageState.DELIVERED)

    def _typing(self) -> None:
        """Whoever has the conversation on their console sees it."""
        if self.runtime.limits.allow(rate_limits.TYPING, "typing", self.conversation_id):
            self.runtime.live.typing(self.conversation_id, author=Author.CUSTOMER, on=True)


def _refusal(
    runtime: Runtime, error: MessageRefused, language: str, frame_id: str | None
) -> dict[str, Any]:
    text = runtime.context.responses.render(f"error_{error.code}", language, **error.values)
    return {"type": "error", "code": error.code, "text": text, "id": frame_id}
