"""What is said to a customer in one message: a text, and the alternatives under it."""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ReplyButton:
    """A button: what the customer reads, and what the assistant is told when it is pressed."""

    title: str
    payload: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """One message to the customer."""

    text: str
    buttons: tuple[ReplyButton, ...] = ()


def payload(intent: str, **entities: Any) -> str:
    """What a pressed button tells the assistant: an intent and its entities, as Rasa reads them."""
    return f"/{intent}{json.dumps(entities) if entities else ''}"
