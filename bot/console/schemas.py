"""The bodies of the console's requests, validated before anything is done with them."""

import uuid
from datetime import datetime
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from sanic import Request

from bot.config.localized import Language
from bot.console.auth import RequestRefused
from bot.conversation.messages import LONGEST_TEXT
from bot.models import Presence, Role

MAX_PHOTOS = 5
MAX_AMOUNT = 10**15  # in minor units
MAX_ID = 2**31 - 1  # the largest primary key of a row
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_TEXT)]
NonEmptyText = Annotated[Text, StringConstraints(min_length=1)]
ShortText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]


class Body(BaseModel):
    """The base of all bodies: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class EmptyBody(Body):
    """No fields."""


class LoginBody(Body):
    """Signing in."""

    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=254)]
    password: Annotated[str, StringConstraints(max_length=1000)]


class ProfileBody(Body):
    """Settings that agents change for themselves; a missing one stays as it is."""

    presence: Presence | None = None
    language: Language | None = None


class MessageBody(Body):
    """A message to the customer; a repeated ``id`` sends it once."""

    id: uuid.UUID
    text: Text = ""
    photos: list[str] = Field(default=[], max_length=MAX_PHOTOS)
    # The agent has seen that the text asks for a known fact, and sends it all the same.
    confirmed: bool = False


class DraftBody(Body):
    """The draft of a message."""

    text: Text


class NoteBody(Body):
    """A private note; a repeated ``id`` writes it once."""

    id: uuid.UUID
    text: NonEmptyText


class ReleaseBody(Body):
    """Releasing a case, with a note for the agent who takes it next."""

    note: Text = ""


class TransferBody(Body):
    """Transferring a case to a colleague, with a note for them."""

    to: int = Field(ge=1, le=MAX_ID)
    note: Text = ""


class RemedyBody(Body):
    """Giving or offering a remedy; without an amount, its value by the policy."""

    id: uuid.UUID
    remedy: ShortText
    amount_minor: int | None = Field(None, ge=1, le=MAX_AMOUNT)
    how: Literal["give", "offer"] = "give"


class ApprovalRequestBody(Body):
    """Asking supervisors to authorize a remedy."""

    id: uuid.UUID
    remedy: ShortText
    amount_minor: int | None = Field(None, ge=1, le=MAX_AMOUNT)
    why: NonEmptyText


class VoucherCodeBody(Body):
    """The code of a voucher."""

    code: Annotated[ShortText, StringConstraints(min_length=1, max_length=64)]


class RedemptionBody(VoucherCodeBody):
    """Redeeming a voucher; without an amount, all that is left of it."""

    id: uuid.UUID
    amount_minor: int | None = Field(None, ge=1, le=MAX_AMOUNT)


class ApprovalDecisionBody(Body):
    """A supervisor's answer to a request for approval."""

    decision: Literal["approve", "decline"]
    answer: Text = ""


class PromiseBody(Body):
    """A promise in the agent's own words; a repeated ``id`` makes it once."""

    id: uuid.UUID
    words: Annotated[ShortText, StringConstraints(min_length=1)]
    due_at: datetime


class ReturnBody(Body):
    """Returning a case to the bot."""

    note: Text = ""


class ResolutionBody(Body):
    """Resolving a case, with its cause."""

    cause: ShortText
    note: Text = ""


class NewAgentBody(Body):
    """Adding an agent."""

    name: Annotated[ShortText, StringConstraints(min_length=1)]
    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=254)]
    role: Role = Role.AGENT
    password: Annotated[str, StringConstraints(max_length=1000)]
    capacity: int = Field(4, ge=1, le=50)


class AgentChangeBody(Body):
    """Changing an agent's account; what is missing stays."""

    name: Annotated[ShortText, StringConstraints(min_length=1)] | None = None
    role: Role | None = None
    capacity: int | None = Field(None, ge=1, le=50)
    is_active: bool | None = None
    password: Annotated[str, StringConstraints(max_length=1000)] | None = None


AnyBody = TypeVar("AnyBody", bound=Body)


def parse(request: Request, model: type[AnyBody]) -> AnyBody:
    """Return the validated body of a request.

    Raises:
        RequestRefused: 415 if the content type is not JSON (forms of other sites cannot send that);
            422 with ``field`` and ``why`` for the first field that is wrong.
    """
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise RequestRefused("bad_body", 415)
    try:
        return model.model_validate_json(request.body or b"{}")
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        field = ".".join(map(str, first["loc"]))
        raise RequestRefused("bad_body", 422, field=field, why=first["msg"]) from error
