"""The one way out: shows what a transaction stored on pages, and sends it on channels.

It is called after the commit. A crash in between loses nothing: a page reads the database when it
resumes, and the sender's sweep finds what is pending.
"""

from bot.conversation.change import ConversationChange
from bot.conversation.live_events import LiveEvents
from bot.conversation.outbound.sender import Sender
from bot.database.session import Database
from bot.handoffs import assignment, queue
from bot.metrics import MESSAGES
from bot.models import Message, MessageState


class Publisher:
    """Publishes committed messages and changes."""

    def __init__(self, db: Database, live: LiveEvents, sender: Sender) -> None:
        self._db = db
        self._live = live
        self._sender = sender

    async def message(self, message: Message) -> None:
        """Show a stored message, incoming or outgoing; send it if it is pending for a channel."""
        MESSAGES.labels(message.channel, message.author).inc()
        if message.state == MessageState.PENDING:
            self._sender.wake(message)
        await self._live.message(message)

    async def change(self, change: ConversationChange) -> None:
        """Show a change of a conversation, and who owns it now."""
        self._live.choices_closed(change.conversation_id, change.closed_seqs)
        for message in change.messages:
            await self.message(message)
        async with self._db.read() as session:
            handoff = await queue.find_open(session, change.conversation_id)
            name = await assignment.agent_first_name(session, handoff)
        self._live.owner(change.conversation_id, queue.owner_of(handoff), name)
        self._live.case_changed(change.conversation_id)
