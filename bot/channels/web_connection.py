"""One page's connection to the web chat: stores what the page sends, and shows live events."""

import asyncio
import json
from dataclasses import dataclass, replace
from typing import Any

import structlog
from sanic import Websocket
from sqlalchemy import select

from bot import rate_limits
from bot.channels.customer_token import CustomerTokenError, read_customer_token
from bot.channels.web_frames import (
    HelloFrame,
    MessageFrame,
    PingFrame,
    PressFrame,
    SeenFrame,
    TypingFrame,
    read_frame,
)
from bot.conversation.channel_api import IncomingMessage, WebVisitor
from bot.conversation.live_hub import LiveEvent
from bot.conversation.message_states import Receipt
from bot.conversation.message_view import message_frames
from bot.conversation.messages import MessageRefused
from bot.conversation.read_receipts import PageReceipt
from bot.customers import fingerprints
from bot.customers.contacts import VouchedCustomer
from bot.handoffs import assignment, queue
from bot.metrics import REFUSED
from bot.models import Author, Conversation, Message, MessageState
from bot.runtime import Runtime

log = structlog.get_logger()
CHANNEL = "web"
# Types of live events that only consoles show.
STAFF_ONLY = {"delivery"}


@dataclass(slots=True)
class WebConnection:
    """The connection of one page to one conversation."""

    runtime: Runtime
    ws: Websocket
    conversation_id: str
    token: str
    hello: HelloFrame
    language: str
    address: str  # of the client
    customer: VouchedCustomer | None = None
    seen: int = 0  # the page has shown all messages up to this seq

    async def serve(self) -> None:
        """Send what the page missed, then frames in both directions until it closes."""
        with self.runtime.live.watch(self.conversation_id) as events:
            await self._greet()
            sending = asyncio.create_task(self._send_events(events))
            try:
                # Ends when the page closes the socket.
                async for raw in self.ws:
                    await self._receive(raw)
            finally:
                sending.cancel()

    async def _greet(self) -> None:
        """Send what the page missed. Its events are queued already, so none is lost in between."""
        refused = self._recognize()
        async with self.runtime.db.read() as session:
            conversation = await session.get(Conversation, self.conversation_id)
            handoff = await queue.find_open(session, self.conversation_id) if conversation else None
            agent_name = await assignment.agent_first_name(session, handoff)
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
        await self._send(
            {
                "type": "welcome",
                "session": self.token,
                "language": self.language,
                "owner": queue.owner_of(handoff),
                "name": agent_name,
                "messages": messages,
            }
        )
        self._note_delivered(messages)
        if refused is not None:
            await self._send(refusal_frame(self.runtime, refused, self.language, None))

    def _recognize(self) -> MessageRefused | None:
        """Read the embedding site's token, if it sent one. Return what is wrong with it."""
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

    async def _send_events(self, events: "asyncio.Queue[LiveEvent | None]") -> None:
        while (event := await events.get()) is not None:
            if event["type"] not in STAFF_ONLY and event.get("author") != Author.CUSTOMER:
                await self._send(event)
            if event["type"] == "message":
                self._note_delivered([event["message"]])
        await self.ws.close(code=1001, reason="resume")

    async def _send(self, event: LiveEvent) -> None:
        await self.ws.send(json.dumps(event, ensure_ascii=False))

    async def _receive(self, raw: str | bytes | None) -> None:
        """Handle one frame of the page. An error is answered, and the connection stays."""
        frame_id: str | None = None
        try:
            frame = read_frame(raw)
            if isinstance(frame, PingFrame):
                await self._send({"type": "pong"})
            elif isinstance(frame, MessageFrame | PressFrame):
                frame_id = str(frame.id)
                # A page that closes meanwhile cancels nothing that has begun.
                await asyncio.shield(self._store(frame))
            elif isinstance(frame, SeenFrame):
                self._note_receipt(frame.seq, MessageState.READ)
            elif isinstance(frame, TypingFrame):
                self._show_typing()
        except MessageRefused as error:
            REFUSED.labels(CHANNEL, error.code).inc()
            await self._send(refusal_frame(self.runtime, error, self.language, frame_id))
        except Exception:
            log.exception("frame_failed", conversation=self.conversation_id)
            failed = MessageRefused("server")
            await self._send(refusal_frame(self.runtime, failed, self.language, frame_id))

    async def _store(self, frame: MessageFrame | PressFrame) -> None:
        if not self.runtime.limits.allow(rate_limits.MESSAGES, "message", self.conversation_id):
            raise MessageRefused("rate_limited")
        (stored,) = await self.runtime.inbox.store(CHANNEL, [self._incoming(frame)])
        if stored is None:
            return
        (message,) = stored.messages
        self.language = stored.language
        at = message.at.isoformat()
        await self._send({"type": "stored", "id": str(frame.id), "seq": message.seq, "at": at})
        await self.runtime.inbox.publish(stored)
        if not stored.is_new and message.state == MessageState.ANSWERED:
            await self._send({"type": "answered", "id": str(frame.id)})

    def _incoming(self, frame: MessageFrame | PressFrame) -> IncomingMessage:
        # Hashes of the browser and its network, from which neither can be read.
        secret = self.runtime.settings.secret_key.get_secret_value()
        visitor = WebVisitor(
            self.conversation_id,
            self.customer,
            device_key=fingerprints.hash_device(secret, self.hello.device),
            network_key=fingerprints.hash_network(secret, self.address),
        )
        source_id = f"{self.conversation_id}:{frame.id}"
        incoming = IncomingMessage(
            self.conversation_id, source_id, language=self.language, visitor=visitor
        )
        if isinstance(frame, PressFrame):
            return replace(incoming, token=frame.token)
        return replace(incoming, text=frame.text, photos=tuple(frame.photos))

    def _note_delivered(self, frames: list[dict[str, Any]]) -> None:
        """Note that the page has these messages, for those that agents wrote."""
        seqs = [frame["seq"] for frame in frames if frame["author"] == Author.AGENT]
        if seqs:
            self._note_receipt(max(seqs), MessageState.DELIVERED)

    def _note_receipt(self, seq: int, state: Receipt) -> None:
        """Store how far the page has come, and show it to the agent."""
        if seq <= self.seen:
            return

        def show(marked: int) -> None:
            if state == MessageState.READ:
                self.seen = max(self.seen, marked)
            self.runtime.live.delivered(self.conversation_id, marked, state)

        receipt = PageReceipt(self.conversation_id, state, self.seen, seq, show)
        self.runtime.receipts.add(receipt)

    def _show_typing(self) -> None:
        """Show on the agent's console that the customer types."""
        if self.runtime.limits.allow(rate_limits.TYPING, "typing", self.conversation_id):
            self.runtime.live.typing(self.conversation_id, author=Author.CUSTOMER, on=True)


def refusal_frame(
    runtime: Runtime, error: MessageRefused, language: str, frame_id: str | None
) -> dict[str, Any]:
    """Return the frame that refuses a page's frame, with a sentence to show."""
    text = runtime.context.responses.render(f"error_{error.code}", language, **error.values)
    return {"type": "error", "code": error.code, "text": text, "id": frame_id}
