"""The changes of one stored event, to be published after the commit."""

from dataclasses import dataclass

from bot.models import Message


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """Made inside the transaction of the inbox."""

    conversation_id: str
    language: str = ""  # of the conversation, after this event
    messages: tuple[Message, ...] = ()  # the customer's; the one stored before if not ``is_new``
    is_new: bool = True
    needs_answer: bool = False
    pressed_seq: int | None = None  # of the message whose choice was pressed
    delivery: Message | None = None  # an outgoing message whose state changed
    moved_from: tuple[str, ...] = ()  # the conversations whose case has moved to this one
    is_released: bool = False  # outgoing messages that waited may be sent now
