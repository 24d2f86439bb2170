"""The frames that a page of the web chat sends, checked before anything is done with them."""

import uuid
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bot.conversation.messages import MessageRefused

MOST_PHOTOS = 5
LARGEST_SEQ = 2**31 - 1


class _Frame(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Hello(_Frame):
    """The first frame: who is back, and what the page has seen."""

    type: Literal["hello"]
    session: str | None = Field(None, max_length=2000)
    after: int = Field(0, ge=0, le=LARGEST_SEQ)
    language: str = Field("es", max_length=35)
    customer: str | None = Field(None, max_length=4000)
    device: str | None = Field(None, max_length=64)  # a number that the browser drew for itself


class Said(_Frame):
    """A message of the customer's; ``id`` makes sending it again harmless."""

    type: Literal["message"]
    id: uuid.UUID
    text: str = ""
    photos: list[str] = Field(default=[], max_length=MOST_PHOTOS)


class Pressed(_Frame):
    """A press on an alternative."""

    type: Literal["choose"]
    id: uuid.UUID
    token: str = Field(max_length=64)


class Ping(_Frame):
    """The page wants to hear that the connection lives."""

    type: Literal["ping"]


class Typing(_Frame):
    """The customer is typing."""

    type: Literal["typing"]


class Seen(_Frame):
    """The page shows everything up to this place."""

    type: Literal["seen"]
    seq: int = Field(ge=0, le=LARGEST_SEQ)


Frame = Hello | Said | Pressed | Ping | Typing | Seen
_FRAMES: TypeAdapter[Frame] = TypeAdapter(Annotated[Frame, Field(discriminator="type")])


def read_frame(raw: str | bytes | None) -> Frame:
    """A frame of the page's.

    Raises:
        MessageRefused: it is no text, no JSON, or none of the frames that there are.
    """
    if not isinstance(raw, str):
        raise MessageRefused("bad_frame")
    try:
        return _FRAMES.validate_json(raw)
    except ValidationError as error:
        raise MessageRefused("bad_frame") from error
