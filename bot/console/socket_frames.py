"""The frames that the console's page sends over its socket."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from bot.console.auth import RequestRefused


class HelloFrame(BaseModel):
    """The first frame, with the page's CSRF token."""

    type: Literal["hello"]
    csrf: str = Field(max_length=200)


class PingFrame(BaseModel):
    """A sign of life, every twenty seconds."""

    type: Literal["ping"]


class WatchFrame(BaseModel):
    """The conversation that is on the screen; null for none."""

    type: Literal["watch"]
    conversation: str | None = Field(None, max_length=64)


class TypingFrame(BaseModel):
    """The agent types, or has stopped."""

    type: Literal["typing"]
    conversation: str = Field(max_length=64)
    on: bool = True


Frame = HelloFrame | PingFrame | WatchFrame | TypingFrame
_FRAMES: TypeAdapter[Frame] = TypeAdapter(Annotated[Frame, Field(discriminator="type")])


def parse_frame(raw: str | bytes | None) -> Frame:
    """Return the frame that a message of the socket holds.

    Raises:
        RequestRefused: it is none.
    """
    if not isinstance(raw, str):
        raise RequestRefused("bad_frame")
    try:
        return _FRAMES.validate_json(raw)
    except ValidationError as error:
        raise RequestRefused("bad_frame") from error
