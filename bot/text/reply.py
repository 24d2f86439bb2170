"""A message to the customer: a text, and the buttons under it."""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ReplyButton:
    """A button: ``title`` and ``detail`` are shown, ``payload`` goes to Rasa when it is pressed."""

    title: str
    payload: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """One message to the customer."""

    text: str
    buttons: tuple[ReplyButton, ...] = ()


def payload(intent: str, **entities: Any) -> str:
    """Return an intent with its entities as Rasa parses them: ``/choose{"compensation": 7}``."""
    return f"/{intent}{json.dumps(entities) if entities else ''}"
