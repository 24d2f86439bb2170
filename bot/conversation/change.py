"""What a committed transaction changed in a conversation, to be shown to whoever looks at it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.models import Message


@dataclass(frozen=True, slots=True)
class ConversationChange:
    """Made inside the transaction, published after its commit."""

    conversation_id: str
    messages: Sequence[Message] = ()  # new outgoing ones, in the order of the thread
    spent: Sequence[int] = ()  # seqs of the messages whose choices are closed
