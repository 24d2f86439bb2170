"""What the console's page sends, checked before anything is done with it."""

import uuid
from datetime import datetime
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from sanic import Request

from bot.config.localized import Language
from bot.console.auth import Refused
from bot.conversation.messages import LONGEST_TEXT
from bot.models import Presence, Role

MOST_PHOTOS = 5
LARGEST_AMOUNT = 10**15
LARGEST_ID = 2**31 - 1  # of a row
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_TEXT)]
Said = Annotated[Text, StringConstraints(min_length=1)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]


class Body(BaseModel):
    """The base of all of them: what is not known is not taken."""

    model_config = ConfigDict(extra="forbid")


class Empty(Body):
    """Nothing to say."""


class Login(Body):
    """Who signs in."""

    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=254)]
    password: Annotated[str, StringConstraints(max_length=1000)]


class Me(Body):
    """What people change about themselves."""

    presence: Presence | None = None
    language: Language | None = None


class Message(Body):
    """A message to the customer; ``id`` makes sending it again harmless."""

    id: uuid.UUID
    text: Text = ""
    photos: list[str] = Field(default=[], max_length=MOST_PHOTOS)
    # The flag was seen: what is known is asked for all the same.
    confirmed: bool = False


class Draft(Body):
    """A text that is still being written."""

    text: Text


class NoteBody(Body):
    """A private note."""

    id: uuid.UUID
    text: Said


class Release(Body):
    """Back to the queue, with a word to whoever takes it next."""

    note: Text = ""


class Transfer(Body):
    """To a colleague, with a word to them."""

    to: int = Field(ge=1, le=LARGEST_ID)
    note: Text = ""


class Gift(Body):
    """A remedy, and how much of it; given at once or offered."""

    id: uuid.UUID
    remedy: Short
    amount_minor: int | None = Field(None, ge=1, le=LARGEST_AMOUNT)
    how: Literal["give", "offer"] = "give"


class Asked(Body):
    """A remedy that a supervisor is asked to authorize."""

    id: uuid.UUID
    remedy: Short
    amount_minor: int | None = Field(None, ge=1, le=LARGEST_AMOUNT)
    why: Said


class VoucherCode(Body):
    """Which voucher."""

    code: Annotated[Short, StringConstraints(min_length=1, max_length=64)]


class VoucherTaken(VoucherCode):
    """A voucher that is taken in payment; all that is left where no amount is said."""

    id: uuid.UUID
    amount_minor: int | None = Field(None, ge=1, le=LARGEST_AMOUNT)


class Decision(Body):
    """What a supervisor answers."""

    decision: Literal["approve", "decline"]
    answer: Text = ""


class Commitment(Body):
    """A promise in the agent's own words."""

    id: uuid.UUID
    words: Annotated[Short, StringConstraints(min_length=1)]
    due_at: datetime


class Return(Body):
    """Back to the assistant."""

    note: Text = ""


class Resolution(Body):
    """Put right, and why it came about."""

    cause: Short
    note: Text = ""


class NewAgent(Body):
    """A person to be added."""

    name: Annotated[Short, StringConstraints(min_length=1)]
    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=254)]
    role: Role = Role.AGENT
    password: Annotated[str, StringConstraints(max_length=1000)]
    capacity: int = Field(4, ge=1, le=50)


class AgentChange(Body):
    """What a supervisor changes about a person."""

    name: Annotated[Short, StringConstraints(min_length=1)] | None = None
    role: Role | None = None
    capacity: int | None = Field(None, ge=1, le=50)
    is_active: bool | None = None
    password: Annotated[str, StringConstraints(max_length=1000)] | None = None


AnyBody = TypeVar("AnyBody", bound=Body)


def read(request: Request, model: type[AnyBody]) -> AnyBody:
    """The body of a request.

    Raises:
        Refused: it is no JSON (a form of another site's is none), or not of this shape; ``field``
            names the first that is wrong.
    """
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise Refused("bad_body", 415)
    try:
        return model.model_validate_json(request.body or b"{}")
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise Refused("bad_body", 422, field=place, why=first["msg"]) from error
