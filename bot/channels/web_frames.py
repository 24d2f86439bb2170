"""Parses and checks the frames that a page of the web chat sends."""

import uuid
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bot.conversation.messages import MessageRefused

MOST_PHOTOS = 5
LARGEST_SEQ = 2**31 - 1


class _Frame(BaseModel):
    model_config = ConfigDict(extra="ignore")


class HelloFrame(_Frame):
    """The first frame: the visitor's session, and the last message that the page has."""

    type: Literal["hello"]
    session: str | None = Field(None, max_length=2000)
    after: int = Field(0, ge=0, le=LARGEST_SEQ)
    language: str = Field("es", max_length=35)
    customer: str | None = Field(None, max_length=4000)
    device: str | None = Field(None, max_length=64)  # a random number of the browser


class MessageFrame(_Frame):
    """A message of the customer; sent again with the same ``id``, it is stored once."""

    type: Literal["message"]
    id: uuid.UUID
    text: str = ""
    photos: list[str] = Field(default=[], max_length=MOST_PHOTOS)


class PressFrame(_Frame):
    """A press on a button."""

    type: Literal["choose"]
    id: uuid.UUID
    token: str = Field(max_length=64)


class PingFrame(_Frame):
    """The page checks the connection; the answer is "pong"."""

    type: Literal["ping"]


class TypingFrame(_Frame):
    """The customer is typing."""

    type: Literal["typing"]


class SeenFrame(_Frame):
    """The page has shown all messages up to this place."""

    type: Literal["seen"]
    seq: int = Field(ge=0, le=LARGEST_SEQ)


Frame = HelloFrame | MessageFrame | PressFrame | PingFrame | TypingFrame | SeenFrame
_FRAMES: TypeAdapter[Frame] = TypeAdapter(Annotated[Frame, Field(discriminator="type")])


def read_frame(raw: str | bytes | None) -> Frame:
    """Parse a frame of the page.

    Raises:
        MessageRefused: it is no text, no JSON, or none of the frames above.
    """
    if not isinstance(raw, str):
        raise MessageRefused("bad_frame")
    try:
        return _FRAMES.validate_json(raw)
    except ValidationError as error:
        raise MessageRefused("bad_frame") from error
