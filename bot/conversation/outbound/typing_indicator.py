"""Shows that the bot types, and replaces pressed buttons on channels by what was chosen.

None of it has to arrive. What fails is logged, and the conversation goes on.
"""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

import structlog
from sqlalchemy import select

from bot.conversation.channel_api import Channel, SendError
from bot.conversation.live_events import LiveEvents
from bot.database.session import Database
from bot.models import Author, Choice, Conversation, Message

log = structlog.get_logger()
# Seconds. For an answer that comes sooner nothing is shown on a channel.
TYPING_AFTER, TYPING_EVERY, TYPING_TIMES = 0.8, 4.5, 8


class TypingIndicator:
    """The typing indicator on pages, and on the channels of one process."""

    def __init__(self, db: Database, channels: Mapping[str, Channel], live: LiveEvents) -> None:
        self._db = db
        self._channels = channels
        self._live = live
        self._typing: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def stop(self) -> None:
        """Stop everything that runs for channels."""
        for task in self._tasks:
            task.cancel()

    def begin(self, conversation_id: str) -> None:
        """Show that the bot types; on a channel only after ``TYPING_AFTER``."""
        self._live.typing(conversation_id, author=Author.BOT, on=True)
        if self._channels:
            self._cancel(conversation_id)
            self._typing[conversation_id] = self._spawn(self._type(conversation_id))

    def end(self, conversation_id: str) -> None:
        """Show that the bot no longer types."""
        self._cancel(conversation_id)
        self._live.typing(conversation_id, author=Author.BOT, on=False)

    def close_buttons(self, conversation_id: str, seqs: Sequence[int]) -> None:
        """Replace the buttons of these messages, on a channel, by what was chosen."""
        if self._channels and seqs:
            self._spawn(self._close_buttons(conversation_id, seqs))

    def _cancel(self, conversation_id: str) -> None:
        if (task := self._typing.pop(conversation_id, None)) is not None:
            task.cancel()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        async def shielded() -> None:
            try:
                await work
            except SendError as error:
                log.info("not_shown", why=str(error))
            except Exception:
                log.exception("typing_indicator_failed")

        task = asyncio.create_task(shielded())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _type(self, conversation_id: str) -> None:
        await asyncio.sleep(TYPING_AFTER)
        async with self._db.read() as session:
            conversation = await session.get_one(Conversation, conversation_id)
            provider_id = await session.scalar(
                select(Message.provider_id)
                .where(
                    Message.conversation_id == conversation_id, Message.author == Author.CUSTOMER
                )
                .order_by(Message.seq.desc())
                .limit(1)
            )
        channel = self._channels.get(conversation.channel)
        if channel is None:
            return
        for _ in range(TYPING_TIMES):
            await channel.typing(conversation.address, provider_id)
            await asyncio.sleep(TYPING_EVERY)

    async def _close_buttons(self, conversation_id: str, seqs: Sequence[int]) -> None:
        async with self._db.read() as session:
            conversation = await session.get_one(Conversation, conversation_id)
            channel = self._channels.get(conversation.channel)
            if channel is None:
                return
            query = select(Message).where(
                Message.conversation_id == conversation_id,
                Message.seq.in_(seqs),
                Message.provider_id.is_not(None),
            )
            closed = []
            for message in await session.scalars(query):
                chosen = await session.scalar(
                    select(Choice.title).where(
                        Choice.message_id == message.id, Choice.chosen.is_(True)
                    )
                )
                closed.append((message.provider_id or "", message.text, chosen))
        for provider_id, text, chosen in closed:
            await channel.close_buttons(conversation.address, provider_id, text, chosen)
