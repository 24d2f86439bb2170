"""The console's live side: what happens is shown at once, and an open page keeps its agent online.

What it carries can also be asked for: after a broken connection the page reads the board and its
case again, so nothing is lost that was not seen.
"""

import asyncio
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Literal

import structlog
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from sanic import Blueprint, Request, Websocket
from sqlalchemy import update

from bot import clock
from bot.agents import sessions
from bot.agents.accounts import ONLINE_FOR
from bot.agents.sessions import SignedIn
from bot.console.auth import Refused, check_origin, runtime_of, signed_in_by
from bot.console.read_log import record_conversation
from bot.conversation.live_events import CONSOLE
from bot.conversation.live_hub import LiveEvent
from bot.handoffs import queue
from bot.metrics import CONSOLES
from bot.models import Agent, Author, HandoffState
from bot.runtime import Runtime

log = structlog.get_logger()
live = Blueprint("console_live", url_prefix="/console")
HELLO_SECONDS = 10
# Of a conversation's own events a console shows these; the others are for the customer's page.
SHOWN = {"message", "typing", "spent", "delivery"}
# So long may a session have ended before a page that sends nothing is shown no more.
LOOK_AGAIN = timedelta(seconds=20)


class Hello(BaseModel):
    """The first frame: the page shows that it is ours."""

    type: Literal["hello"]
    csrf: str = Field(max_length=200)


class Ping(BaseModel):
    """The page is open."""

    type: Literal["ping"]


class Watch(BaseModel):
    """The conversation on the screen; null for none."""

    type: Literal["watch"]
    conversation: str | None = Field(None, max_length=64)


class Typing(BaseModel):
    """The agent types, or stopped."""

    type: Literal["typing"]
    conversation: str = Field(max_length=64)
    on: bool = True


Frame = Hello | Ping | Watch | Typing
_FRAMES: TypeAdapter[Frame] = TypeAdapter(Annotated[Frame, Field(discriminator="type")])


@live.websocket("/socket")
async def socket(request: Request, ws: Websocket) -> None:
    """One page's connection, from its hello until it goes."""
    runtime = runtime_of(request)
    try:
        signed_in = await _welcome(request, ws)
    except Refused as error:
        await ws.close(code=1008, reason=error.code)
        return
    CONSOLES.inc()
    try:
        await Visit(runtime, ws, signed_in).serve()
    finally:
        CONSOLES.dec()


async def _welcome(request: Request, ws: Websocket) -> SignedIn:
    """Who it is.

    Raises:
        Refused: another site's page, no session, or a hello without the page's token.
    """
    check_origin(request)
    signed_in = await signed_in_by(request)
    if signed_in is None:
        raise Refused("signed_out")
    hello = _read(await ws.recv(timeout=HELLO_SECONDS))
    if not isinstance(hello, Hello):
        raise Refused("bad_frame")
    if not hmac.compare_digest(hello.csrf.encode(), signed_in.csrf.encode()):
        raise Refused("csrf")
    return signed_in


@dataclass(slots=True)
class Visit:
    """One open console."""

    runtime: Runtime
    ws: Websocket
    signed_in: SignedIn
    watching: asyncio.Task[None] | None = None
    conversation: str | None = None
    looked_at: datetime = field(default_factory=clock.now)

    async def serve(self) -> None:
        """Show what happens until the page goes, or its session ends."""
        with self.runtime.live.watch(CONSOLE) as events:
            await self._alive()
            await self._show({"type": "welcome"})
            sending = asyncio.create_task(self._send(events))
            try:
                async for raw in self.ws:
                    await self._take(raw)
            except Refused as error:
                await self._show({"type": "signed_out"})
                await self.ws.close(code=1008, reason=error.code)
            finally:
                sending.cancel()
                if self.watching is not None:
                    self.watching.cancel()

    async def _take(self, raw: str | bytes | None) -> None:
        frame = _read(raw)
        if isinstance(frame, Ping):
            await self._alive()
            await self._show({"type": "pong"})
        elif isinstance(frame, Watch):
            self._watch(frame.conversation)
        elif isinstance(frame, Typing):
            await self._typing(frame.conversation, on=frame.on)

    async def _alive(self) -> None:
        """A sign of life; the session may have ended meanwhile.

        Raises:
            Refused: it has.
        """
        async with self.runtime.db.write() as session:
            if await sessions.find(session, self.signed_in.token) is None:
                raise Refused("signed_out")
            before = self.signed_in.agent.seen_at
            now = clock.now()
            await session.execute(
                update(Agent).where(Agent.id == self.signed_in.agent.id).values(seen_at=now)
            )
            self.signed_in.agent.seen_at = now
        if before is None or now - before > ONLINE_FOR:
            self.runtime.live.board_changed()

    def _watch(self, conversation_id: str | None) -> None:
        if self.watching is not None:
            self.watching.cancel()
        self.conversation = conversation_id
        self.watching = (
            asyncio.create_task(self._follow(conversation_id)) if conversation_id else None
        )

    async def _follow(self, conversation_id: str) -> None:
        """Show the events of one conversation."""
        with self.runtime.live.watch(conversation_id) as events:
            # Watched first: what happens while the reading is written down is not missed.
            if not await record_conversation(self.runtime, self.signed_in.agent, conversation_id):
                return
            while (event := await events.get()) is not None:
                mine = event["type"] == "typing" and event["author"] == Author.AGENT
                if event["type"] in SHOWN and not mine:
                    if not await self._may_see(event):
                        return
                    await self._show({**event, "conversation": conversation_id})
        await self.ws.close(code=1001, reason="resume")

    async def _send(self, events: "asyncio.Queue[LiveEvent | None]") -> None:
        while (event := await events.get()) is not None:
            if not await self._may_see(event):
                return
            await self._show(event)
        await self.ws.close(code=1001, reason="resume")

    async def _may_see(self, event: LiveEvent) -> bool:
        """Whether the session still holds; looked up when people change, and now and then."""
        now = clock.now()
        if event["type"] != "board" and now - self.looked_at < LOOK_AGAIN:
            return True
        self.looked_at = now
        async with self.runtime.db.read() as session:
            if await sessions.find(session, self.signed_in.token) is not None:
                return True
        await self._show({"type": "signed_out"})
        await self.ws.close(code=1008, reason="signed_out")
        return False

    async def _typing(self, conversation_id: str, *, on: bool) -> None:
        """Tell the customer that the person who has the case is typing."""
        async with self.runtime.db.read() as session:
            found = await queue.find_open(session, conversation_id)
        if (
            found is None
            or found.state != HandoffState.ACTIVE
            or found.agent_id != self.signed_in.agent.id
        ):
            return
        name = self.signed_in.agent.first_name
        self.runtime.live.typing(conversation_id, author=Author.AGENT, on=on, name=name)

    async def _show(self, event: LiveEvent) -> None:
        await self.ws.send(json.dumps(event, ensure_ascii=False))


def _read(raw: str | bytes | None) -> Frame:
    if not isinstance(raw, str):
        raise Refused("bad_frame")
    try:
        return _FRAMES.validate_json(raw)
    except ValidationError as error:
        raise Refused("bad_frame") from error
