"""What a transaction changed in a conversation, to be published after its commit."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.models import Message


@dataclass(frozen=True, slots=True)
class ConversationChange:
    """Made inside the transaction, by whoever changes the conversation."""

    conversation_id: str
    messages: Sequence[Message] = ()  # new outgoing ones, in the order of the thread
    closed_seqs: Sequence[int] = ()  # of the messages whose choices are closed
