"""The console's socket: it sends live events to the page, and an open page keeps its agent online.

Everything that it sends can also be requested: after a broken connection the page loads the board
and its case again, so missed events do no harm.
"""

import asyncio
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sanic import Blueprint, Request, Websocket
from sqlalchemy import update

from bot import clock
from bot.agents import sessions
from bot.agents.accounts import ONLINE_FOR
from bot.agents.sessions import SignedIn
from bot.console.auth import RequestRefused, check_origin, find_session, runtime_of
from bot.console.read_log import record_conversation
from bot.console.socket_frames import HelloFrame, PingFrame, TypingFrame, WatchFrame, parse_frame
from bot.conversation.live_events import CONSOLE
from bot.conversation.live_hub import LiveEvent
from bot.handoffs import queue
from bot.metrics import CONSOLES
from bot.models import Agent, Author, HandoffState
from bot.runtime import Runtime

log = structlog.get_logger()
live = Blueprint("console_live", url_prefix="/console")
HELLO_SECONDS = 10
# The events of a conversation that consoles get; the others are for the customer's page.
FORWARDED_EVENTS = {"message", "typing", "spent", "delivery"}
# How long a page that sends nothing may get events after its session has ended.
RECHECK_AFTER = timedelta(seconds=20)


@live.websocket("/socket")
async def socket(request: Request, ws: Websocket) -> None:
    """Serve one page's connection, from its hello until it closes."""
    runtime = runtime_of(request)
    try:
        signed_in = await _authenticate(request, ws)
    except RequestRefused as error:
        await ws.close(code=1008, reason=error.code)
        return
    CONSOLES.inc()
    try:
        await ConsoleConnection(runtime, ws, signed_in).serve()
    finally:
        CONSOLES.dec()


async def _authenticate(request: Request, ws: Websocket) -> SignedIn:
    """Return the session of the page.

    Raises:
        RequestRefused: another site's page, no session, or a hello without the page's token.
    """
    check_origin(request)
    signed_in = await find_session(request)
    if signed_in is None:
        raise RequestRefused("signed_out")
    hello = parse_frame(await ws.recv(timeout=HELLO_SECONDS))
    if not isinstance(hello, HelloFrame):
        raise RequestRefused("bad_frame")
    if not hmac.compare_digest(hello.csrf.encode(), signed_in.csrf.encode()):
        raise RequestRefused("csrf")
    return signed_in


@dataclass(slots=True)
class ConsoleConnection:
    """One open page of the console."""

    runtime: Runtime
    ws: Websocket
    signed_in: SignedIn
    watching: asyncio.Task[None] | None = None
    conversation: str | None = None
    checked_at: datetime = field(default_factory=clock.now)

    async def serve(self) -> None:
        """Send events until the page closes the connection, or its session ends."""
        with self.runtime.live.watch(CONSOLE) as events:
            await self._sign_of_life()
            await self._send({"type": "welcome"})
            sending = asyncio.create_task(self._forward(events))
            try:
                async for raw in self.ws:
                    await self._handle(raw)
            except RequestRefused as error:
                await self._send({"type": "signed_out"})
                await self.ws.close(code=1008, reason=error.code)
            finally:
                sending.cancel()
                if self.watching is not None:
                    self.watching.cancel()

    async def _handle(self, raw: str | bytes | None) -> None:
        frame = parse_frame(raw)
        if isinstance(frame, PingFrame):
            await self._sign_of_life()
            await self._send({"type": "pong"})
        elif isinstance(frame, WatchFrame):
            self._watch(frame.conversation)
        elif isinstance(frame, TypingFrame):
            await self._typing(frame.conversation, on=frame.on)

    async def _sign_of_life(self) -> None:
        """Note that the agent is online.

        Raises:
            RequestRefused: the session has ended.
        """
        async with self.runtime.db.write() as session:
            if await sessions.find(session, self.signed_in.token) is None:
                raise RequestRefused("signed_out")
            previous = self.signed_in.agent.seen_at
            now = clock.now()
            await session.execute(
                update(Agent).where(Agent.id == self.signed_in.agent.id).values(seen_at=now)
            )
            self.signed_in.agent.seen_at = now
        if previous is None or now - previous > ONLINE_FOR:
            self.runtime.live.board_changed()

    def _watch(self, conversation_id: str | None) -> None:
        if self.watching is not None:
            self.watching.cancel()
        self.conversation = conversation_id
        self.watching = (
            asyncio.create_task(self._follow(conversation_id)) if conversation_id else None
        )

    async def _follow(self, conversation_id: str) -> None:
        """Send the events of one conversation."""
        with self.runtime.live.watch(conversation_id) as events:
            # Watched first, so that events while the reading is recorded are not missed.
            if not await record_conversation(self.runtime, self.signed_in.agent, conversation_id):
                return
            while (event := await events.get()) is not None:
                is_own = event["type"] == "typing" and event["author"] == Author.AGENT
                if event["type"] in FORWARDED_EVENTS and not is_own:
                    if not await self._may_see(event):
                        return
                    await self._send({**event, "conversation": conversation_id})
        await self.ws.close(code=1001, reason="resume")

    async def _forward(self, events: "asyncio.Queue[LiveEvent | None]") -> None:
        while (event := await events.get()) is not None:
            if not await self._may_see(event):
                return
            await self._send(event)
        await self.ws.close(code=1001, reason="resume")

    async def _may_see(self, event: LiveEvent) -> bool:
        """Return True while the session is valid; checked if the board changes, and every 20 s."""
        now = clock.now()
        if event["type"] != "board" and now - self.checked_at < RECHECK_AFTER:
            return True
        self.checked_at = now
        async with self.runtime.db.read() as session:
            if await sessions.find(session, self.signed_in.token) is not None:
                return True
        await self._send({"type": "signed_out"})
        await self.ws.close(code=1008, reason="signed_out")
        return False

    async def _typing(self, conversation_id: str, *, on: bool) -> None:
        """Tell the customer that the agent who has the case is typing."""
        async with self.runtime.db.read() as session:
            handoff = await queue.find_open(session, conversation_id)
        if (
            handoff is None
            or handoff.state != HandoffState.ACTIVE
            or handoff.agent_id != self.signed_in.agent.id
        ):
            return
        name = self.signed_in.agent.first_name
        self.runtime.live.typing(conversation_id, author=Author.AGENT, on=on, name=name)

    async def _send(self, event: LiveEvent) -> None:
        await self.ws.send(json.dumps(event, ensure_ascii=False))
