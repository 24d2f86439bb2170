"""One turn of the assistant: the tracker's message, met with what the database knows.

An action says which intent it answers; the turn gives it a transaction, the conversation, the
facts of the message and the words. What it says goes out after the commit, so that nothing is
said that is not so.
"""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import bindparam, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cases import complaints
from bot.context.company_context import CompanyContext
from bot.customers import verification
from bot.database.session import Database
from bot.models import Attachment, Complaint, ContentKind, Conversation, Message, table_of
from bot.text.reply import Reply
from bot.text.responses import Value
from bot.understanding import extraction
from bot.understanding.extraction import Facts

COUNT_UNCLEAR = "unclear"
# Made once, for they are asked for every message.
_HAS_PHOTOS = exists().where(
    Attachment.message_id == Message.id, Attachment.kind == ContentKind.PHOTO
)
# The conversation and its message are held until the transaction ends.
_HEARD = (
    select(Conversation, Message, _HAS_PHOTOS)
    .join(Message, Message.conversation_id == Conversation.id)
    .where(Conversation.id == bindparam("conversation"), Message.id == bindparam("message"))
    .with_for_update(of=(Conversation, Message))
)
_MESSAGES = table_of(Message)
_KEEP = (
    update(_MESSAGES)
    .where(_MESSAGES.c.id == bindparam("heard_message"))
    .values(reply=bindparam("said"))
)


@dataclass(slots=True)
class Turn:
    """What an action works with."""

    session: AsyncSession
    context: CompanyContext
    conversation: Conversation
    message: Message
    text: str  # what the customer said, or the payload of what they pressed
    intent: str
    ranking: Sequence[tuple[str, float]]  # the intents that come nearest, with their confidence
    entities: dict[str, Any]
    facts: Facts
    photos: bool  # whether photos came with the message

    def render(self, name: str, /, **values: Value) -> str:
        """The response ``utter_<name>`` in the customer's language."""
        return self.context.responses.render(name, self.conversation.language, **values)

    async def case(self) -> Complaint | None:
        """The open case of this conversation."""
        return await complaints.current(self.session, self.conversation)

    def count(self, what: str) -> int:
        """How often ``what`` has happened in this case, this time included."""
        times = int(self.conversation.times.get(what, 0)) + 1
        self.conversation.times = {**self.conversation.times, what: times}
        return times

    def counted(self, what: str) -> int:
        """How often ``what`` has happened in this case."""
        return int(self.conversation.times.get(what, 0))

    def understood(self) -> None:
        """The customer was understood, so doubt begins anew."""
        if self.counted(COUNT_UNCLEAR):
            self.conversation.times = {**self.conversation.times, COUNT_UNCLEAR: 0}


class TurnAction(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """An action that answers a turn within one transaction."""

    def __init__(self, db: Database, context: CompanyContext) -> None:
        self._db = db
        self._context = context

    @abstractmethod
    def name(self) -> str:
        """The action's name in the domain."""

    @abstractmethod
    async def respond(self, turn: Turn) -> list[Reply]:
        """Do what the message asks for, and say what is so."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Rasa's entry: translate the tracker, respond, and speak once all is committed."""
        text = tracker.latest_message.get("text") or ""
        pressed = text.startswith("/")
        # Found before the transaction, for others wait to write.
        found = Facts() if pressed else extraction.extract(text, self._context.company.country)
        async with self._db.write() as session:
            turn = await self._turn(session, tracker, text, found)
            replies = turn.message.reply
            if replies is None:
                replies = [_as_rasa_has_it(reply) for reply in await self.respond(turn)]
                await session.execute(_KEEP, {"heard_message": turn.message.id, "said": replies})
            # Else a turn that was cut off runs again: nothing is done, decided or counted twice.
        for reply in replies:
            dispatcher.utter_message(**reply)
        return []

    async def _turn(self, session: AsyncSession, tracker: Tracker, text: str, found: Facts) -> Turn:
        latest = tracker.latest_message
        heard = {"conversation": tracker.sender_id, "message": latest["metadata"]["message_id"]}
        conversation, message, has_photos = (await session.execute(_HEARD, heard)).one()
        verification.remember_facts(conversation, found)
        return Turn(
            session=session,
            context=self._context.pinned(),
            conversation=conversation,
            message=message,
            text=text,
            intent=latest["intent"]["name"],
            ranking=[(one["name"], one["confidence"]) for one in latest.get("intent_ranking", [])],
            entities={one["entity"]: one["value"] for one in latest.get("entities", [])},
            facts=found,
            photos=has_photos,
        )


def _as_rasa_has_it(reply: Reply) -> dict[str, Any]:
    buttons = [
        {"title": one.title, "payload": one.payload, "detail": one.detail} for one in reply.buttons
    ]
    return {"text": reply.text, "buttons": buttons}
