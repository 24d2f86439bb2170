"""The transaction that ends a turn: it stores the answer and marks the message as answered."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cases import complaints
from bot.context.company_context import CompanyContext
from bot.conversation import message_states, messages
from bot.conversation.turns import queries
from bot.conversation.turns.lease import Lease
from bot.conversation.turns.turn_input import MessageInput
from bot.customers import conversations
from bot.database.session import Database
from bot.handoffs import queue
from bot.metrics import APOLOGY_SECONDS
from bot.models import Author, Conversation, Handoff, HandoffState, Message, MessageState, Owner
from bot.text.reply import Reply

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class TurnResult:
    """What a turn changed, to be published after the commit."""

    incoming: Message
    outgoing: Sequence[Message]
    closed_seqs: Sequence[int]  # of the messages whose choices are closed
    owner: Owner  # of the conversation now: bot, queue or agent
    had_handoff: bool  # a human had the conversation, or was awaited, when the turn began


@dataclass(frozen=True, slots=True)
class TurnEnd:
    """A turn within its last transaction, with the rows as they are under the lock."""

    session: AsyncSession
    context: CompanyContext
    turn: MessageInput  # the rows as they were when the turn began
    conversation: Conversation
    message: Message
    handoff: Handoff | None

    @property
    def has_agent(self) -> bool:
        """True if an agent has accepted the conversation."""
        return self.handoff is not None and self.handoff.state == HandoffState.ACTIVE

    async def send(self, replies: Sequence[Reply], *, author: Author = Author.BOT) -> TurnResult:
        """Store the replies, close the choices that they replace, and finish the turn."""
        closed_seqs = []
        case = await complaints.current(self.session, self.conversation)
        if any(reply.buttons for reply in replies) or case is None:
            closed_seqs = await messages.close_open_choices(self.session, self.conversation.id)
        outgoing = [
            await messages.add_outgoing(
                self.session, self.conversation, reply, author=author, in_reply_to=self.message
            )
            for reply in replies
        ]
        if (took := complaints.stop_apology_clock(case)) is not None:
            APOLOGY_SECONDS.observe(took.total_seconds())
        return await self.finish(outgoing, closed_seqs)

    async def finish(
        self, outgoing: Sequence[Message] = (), closed_seqs: Sequence[int] = ()
    ) -> TurnResult:
        """Mark the message as answered."""
        await message_states.answer(self.session, self.message)
        return self.result(outgoing, closed_seqs)

    def result(
        self, outgoing: Sequence[Message] = (), closed_seqs: Sequence[int] = ()
    ) -> TurnResult:
        """Return what to publish."""
        return TurnResult(
            self.message,
            outgoing,
            closed_seqs,
            queue.owner_of(self.handoff),
            had_handoff=self.turn.handoff is not None,
        )


async def end_turn(
    db: Database,
    context: CompanyContext,
    turn: MessageInput,
    lease: Lease | None,
    step: Callable[[TurnEnd], Awaitable[Result]],
) -> Result | TurnResult:
    """Run ``step`` in the transaction that ends a turn, unless the message was answered meanwhile.

    The lease is given back in the same transaction, unless another message waits.
    """
    async with db.write() as session:
        conversation = await conversations.lock(session, turn.conversation.id)
        # Read again under the lock: the message may have been edited, answered by another process
        # whose lease ran out, or an agent may have taken over.
        result = await session.execute(queries.MESSAGE_WITH_HANDOFF, {"message": turn.message.id})
        message, handoff = result.one()
        end = TurnEnd(session, context, turn, conversation, message, handoff)
        is_open = message.state == MessageState.RECEIVED
        ended = await step(end) if is_open else end.result()
        if lease is not None:
            await lease.release_if_all_answered(session, has_queued=bool(turn.queued_kinds))
    return ended
