"""Messages as pages show them, the customer's and the console's, with choices and photos."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.models import Attachment, Author, Choice, ContentKind, Message, MessageState

# Made once, for they are asked for every message.
_CHOICES = (
    select(Choice)
    .where(Choice.message_id.in_(bindparam("messages", expanding=True)))
    .order_by(Choice.position)
)
_ATTACHED = (
    select(Attachment)
    .where(Attachment.message_id.in_(bindparam("messages", expanding=True)))
    .order_by(Attachment.created_at)
)


async def message_frames(
    session: AsyncSession, messages: Sequence[Message]
) -> list[dict[str, Any]]:
    """One frame a message; choices in order, the chosen one named once they are spent."""
    choices: dict[int, list[Choice]] = defaultdict(list)
    photos: dict[int | None, list[Attachment]] = defaultdict(list)
    choices |= {one.id: one.choices for one in messages if _knows(one, "choices")}
    photos |= {one.id: one.attachments for one in messages if _knows(one, "attachments")}
    # People send photos; what is not a person offers choices.
    by_people = [
        one.id
        for one in messages
        if one.author in {Author.CUSTOMER, Author.AGENT} and one.id not in photos
    ]
    offering = [
        one.id
        for one in messages
        if one.author in {Author.BOT, Author.SYSTEM} and one.id not in choices
    ]
    if offering:
        for choice in await session.scalars(_CHOICES, {"messages": offering}):
            choices[choice.message_id].append(choice)
    if by_people:
        for photo in await session.scalars(_ATTACHED, {"messages": by_people}):
            photos[photo.message_id].append(photo)
    return [_frame(message, choices[message.id], photos[message.id]) for message in messages]


def _knows(message: Message, what: str) -> bool:
    """Whether it was read or put with the message."""
    return what in message.__dict__


def _frame(
    message: Message, choices: Sequence[Choice], attached: Sequence[Attachment]
) -> dict[str, Any]:
    source = message.source_id
    photos = [one for one in attached if one.kind == ContentKind.PHOTO]
    pending = MessageState.SENT if message.channel == "web" else MessageState.PENDING
    delivery = {MessageState.RECEIVED: "stored", MessageState.PENDING: pending}
    return {
        "seq": message.seq,
        # The client's own id, without the conversation that it is kept under.
        "id": source.partition(":")[2] if source else None,
        "author": message.author,
        "name": message.author_name,
        "text": message.text,
        # A press is shown where the button was, not said a second time.
        "pressed": message.choice_token is not None,
        "choices": [
            {"token": one.token, "title": one.title, "detail": one.detail} for one in choices
        ],
        "chosen": next((one.token for one in choices if one.chosen), None),
        "spent": bool(choices) and all(one.chosen is not None for one in choices),
        "photos": [{"id": one.id, "width": one.width, "height": one.height} for one in photos],
        "channel": message.channel,
        # What it is beside words, and what came with it, for those who look at the case.
        "what": message.kind,
        "files": [
            {"id": one.id, "kind": one.kind, "name": one.name, "type": one.media_type}
            for one in attached
            if one.kind != ContentKind.PHOTO
        ],
        "place": (message.extra or {}).get("location"),
        "why": message.failed_why,
        "at": message.at.isoformat(),
        "delivery": delivery.get(message.state, message.state),
    }
