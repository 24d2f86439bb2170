"""Live events: they update open pages after a commit, on this worker and on the others.

Each event is a frame of the web chat's and the console's protocol (``docs/embedding.md``). Nothing
here is stored: a page that misses an event reads the database when it is back.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractContextManager

from bot.conversation.live_hub import LiveEvent, LiveHub
from bot.conversation.message_view import message_frames
from bot.conversation.pg_relay import PgRelay
from bot.database.session import Database
from bot.models import Author, Message, MessageState, Owner

# The topic that every console watches, beside the conversation on its screen. Customers' pages
# never watch it.
CONSOLE = "console"


class LiveEvents:
    """The live events of one process."""

    def __init__(self, db: Database, database_url: str) -> None:
        self._db = db
        self._hub = LiveHub()
        # On SQLite there is one edge, and no other worker.
        self._relay = (
            None if db.has_one_edge else PgRelay(database_url, self._show_relayed, self._hub.close)
        )

    def start(self) -> None:
        """Start listening to the other workers."""
        if self._relay is not None:
            self._relay.start()

    async def stop(self) -> None:
        """Close every page's socket and stop listening."""
        self._hub.close()
        if self._relay is not None:
            await self._relay.stop()

    def watch(
        self, conversation_id: str
    ) -> AbstractContextManager[asyncio.Queue[LiveEvent | None]]:
        """Yield a queue of the events of a conversation, or of ``CONSOLE``; None ends them."""
        return self._hub.watch(conversation_id)

    async def message(self, message: Message) -> None:
        """Show a stored message on every page of its conversation."""
        await self._show_here(message)
        if self._relay is not None:
            # A notification is short, so the others read the message by its id.
            self._relay.send(message.conversation_id, {"type": "stored_message", "id": message.id})

    def delivery(self, message: Message) -> None:
        """Show that an outgoing message was sent, delivered or read, or has failed."""
        self.delivered(message.conversation_id, message.seq, message.state)
        if message.state == MessageState.FAILED:
            self.case_changed(message.conversation_id)

    def delivered(self, conversation_id: str, seq: int, state: str) -> None:
        """Show that all messages up to ``seq`` have reached ``state``."""
        self._publish(conversation_id, {"type": "delivery", "seq": seq, "state": state})

    def choices_closed(
        self, conversation_id: str, seqs: Sequence[int], chosen: str | None = None
    ) -> None:
        """Close the choices of these messages; ``chosen`` is the token that was pressed."""
        for seq in seqs:
            self._publish(conversation_id, {"type": "spent", "seq": seq, "chosen": chosen})

    def typing(
        self, conversation_id: str, *, author: Author, on: bool, name: str | None = None
    ) -> None:
        """Show that somebody types, or no longer does."""
        event = {"type": "typing", "on": on, "author": author, "name": name}
        self._publish(conversation_id, event)

    def owner(self, conversation_id: str, owner: Owner, name: str | None = None) -> None:
        """Show who owns the conversation now; ``name`` is the agent's first name."""
        self._publish(conversation_id, {"type": "owner", "owner": owner, "name": name})

    def answered(self, message: Message) -> None:
        """Show that the turn of an incoming message is over."""
        client_id = (message.source_id or "").partition(":")[2] or None
        self._publish(message.conversation_id, {"type": "answered", "id": client_id})

    def case_changed(self, conversation_id: str) -> None:
        """Let the consoles read this conversation's case and their lists again."""
        self._publish(CONSOLE, {"type": "case", "conversation": conversation_id})
        self.board_changed()

    def board_changed(self) -> None:
        """Let the consoles read their lists and the agents again."""
        self._publish(CONSOLE, {"type": "board"})

    def _publish(self, conversation_id: str, event: LiveEvent) -> None:
        self._hub.publish(conversation_id, event)
        if self._relay is not None:
            self._relay.send(conversation_id, event)

    async def _show_here(self, message: Message) -> None:
        if self._hub.is_watched(message.conversation_id):
            async with self._db.read() as session:
                (frame,) = await message_frames(session, [message])
            self._hub.publish(message.conversation_id, {"type": "message", "message": frame})

    async def _show_relayed(self, conversation_id: str, event: LiveEvent) -> None:
        """Show another worker's event on the pages of this one."""
        if not self._hub.is_watched(conversation_id):
            return
        if event["type"] != "stored_message":
            self._hub.publish(conversation_id, event)
            return
        async with self._db.read() as session:
            message = await session.get_one(Message, event["id"])
        await self._show_here(message)
