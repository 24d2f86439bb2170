"""Serializes messages for pages, the customer's and the console's, with choices and files."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation import queries
from bot.models import Attachment, Author, Choice, ContentKind, Message, MessageState


async def message_frames(
    session: AsyncSession, messages: Sequence[Message]
) -> list[dict[str, Any]]:
    """Return one frame for each message; its keys are described in ``docs/embedding.md``."""
    choices: dict[int, list[Choice]] = defaultdict(list)
    attachments: dict[int | None, list[Attachment]] = defaultdict(list)
    choices |= {
        message.id: message.choices for message in messages if _is_loaded(message, "choices")
    }
    attachments |= {
        message.id: message.attachments
        for message in messages
        if _is_loaded(message, "attachments")
    }
    # Only customers and agents send files; only the bot and the system offer choices.
    with_files = [
        message.id
        for message in messages
        if message.author in {Author.CUSTOMER, Author.AGENT} and message.id not in attachments
    ]
    with_choices = [
        message.id
        for message in messages
        if message.author in {Author.BOT, Author.SYSTEM} and message.id not in choices
    ]
    if with_choices:
        for choice in await session.scalars(
            queries.CHOICES_OF_MESSAGES, {"messages": with_choices}
        ):
            choices[choice.message_id].append(choice)
    if with_files:
        for file in await session.scalars(
            queries.ATTACHMENTS_OF_MESSAGES, {"messages": with_files}
        ):
            attachments[file.message_id].append(file)
    return [_frame(message, choices[message.id], attachments[message.id]) for message in messages]


def _is_loaded(message: Message, relationship: str) -> bool:
    """Return True if these rows were read, or stored, with the message."""
    return relationship in message.__dict__


def _frame(
    message: Message, choices: Sequence[Choice], attachments: Sequence[Attachment]
) -> dict[str, Any]:
    source = message.source_id
    photos = [file for file in attachments if file.kind == ContentKind.PHOTO]
    files = [file for file in attachments if file.kind != ContentKind.PHOTO]
    pending = MessageState.SENT if message.channel == "web" else MessageState.PENDING
    delivery = {MessageState.RECEIVED: "stored", MessageState.PENDING: pending}
    return {
        "seq": message.seq,
        # The client's own id, without the conversation that it is kept under.
        "id": source.partition(":")[2] if source else None,
        "author": message.author,
        "name": message.author_name,
        "text": message.text,
        # A press is shown where the button was, not as a message.
        "pressed": message.choice_token is not None,
        "choices": [
            {"token": choice.token, "title": choice.title, "detail": choice.detail}
            for choice in choices
        ],
        "chosen": next((choice.token for choice in choices if choice.chosen), None),
        "spent": bool(choices) and all(choice.chosen is not None for choice in choices),
        "photos": [
            {"id": photo.id, "width": photo.width, "height": photo.height} for photo in photos
        ],
        "channel": message.channel,
        # For the console: the kind of content, and what came with the text.
        "what": message.kind,
        "files": [
            {"id": file.id, "kind": file.kind, "name": file.name, "type": file.media_type}
            for file in files
        ],
        "place": (message.extra or {}).get("location"),
        "why": message.failed_why,
        "at": message.at.isoformat(),
        "delivery": delivery.get(message.state, message.state),
    }
