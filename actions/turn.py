"""A turn of the bot: Rasa's tracker translated to what an action needs, in one transaction.

The replies are sent to Rasa after the commit only, so that no reply claims what is not in the
database.
"""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.ext.asyncio import AsyncSession

from actions import queries
from bot.cases import complaints
from bot.context.company_context import CompanyContext
from bot.customers import verification
from bot.database.session import Database
from bot.models import Complaint, Conversation, Message
from bot.text.reply import Reply
from bot.text.responses import Value
from bot.understanding import extraction
from bot.understanding.extraction import Facts

NOT_UNDERSTOOD = "unclear"  # the counter of messages that were not understood, in a row


@dataclass(slots=True)
class Turn:
    """The input of an action; both rows are locked until the transaction ends."""

    session: AsyncSession
    context: CompanyContext
    conversation: Conversation
    message: Message
    text: str  # the customer's words, or the payload of the pressed button
    intent: str
    ranking: Sequence[tuple[str, float]]  # intents with their confidence, the likeliest first
    entities: dict[str, Any]
    facts: Facts
    has_photos: bool  # photos came with the message

    def render(self, name: str, /, **values: Value) -> str:
        """Return the response ``utter_<name>`` in the customer's language."""
        return self.context.responses.render(name, self.conversation.language, **values)

    async def open_case(self) -> Complaint | None:
        """Return the open case of this conversation, if there is one."""
        return await complaints.current(self.session, self.conversation)

    def increment(self, counter: str) -> int:
        """Increment one of the case's counters, and return its new value."""
        value = self.count(counter) + 1
        self.conversation.times = {**self.conversation.times, counter: value}
        return value

    def count(self, counter: str) -> int:
        """Return the value of one of the case's counters."""
        return int(self.conversation.times.get(counter, 0))

    def mark_understood(self) -> None:
        """Reset the counter of messages that were not understood."""
        if self.count(NOT_UNDERSTOOD):
            self.conversation.times = {**self.conversation.times, NOT_UNDERSTOOD: 0}


class TurnAction(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """An action that answers a turn within one transaction."""

    def __init__(self, db: Database, context: CompanyContext) -> None:
        self._db = db
        self._context = context

    @abstractmethod
    def name(self) -> str:
        """Return the action's name in domain.yml."""

    @abstractmethod
    async def respond(self, turn: Turn) -> list[Reply]:
        """Change the database as the message asks for, and return the replies."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Run the action for Rasa: respond to the tracker's message, commit, and send the replies.

        A turn that was interrupted after its commit gets the stored replies: nothing is done,
        decided or counted twice.
        """
        text = tracker.latest_message.get("text") or ""
        # Before the transaction, which keeps other writers waiting.
        country = self._context.company.country
        facts = Facts() if text.startswith("/") else extraction.extract(text, country)
        async with self._db.write() as session:
            turn = await self._begin(session, tracker, text, facts)
            replies = turn.message.reply
            if replies is None:
                replies = [_to_rasa(reply) for reply in await self.respond(turn)]
                stored = {"message": turn.message.id, "replies": replies}
                await session.execute(queries.STORE_REPLIES, stored)
        for reply in replies:
            dispatcher.utter_message(**reply)
        return []

    async def _begin(
        self, session: AsyncSession, tracker: Tracker, text: str, facts: Facts
    ) -> Turn:
        latest = tracker.latest_message
        ids = {"conversation": tracker.sender_id, "message": latest["metadata"]["message_id"]}
        row = (await session.execute(queries.LOCK_TURN, ids)).one()
        conversation, message, has_photos = row
        verification.remember_facts(conversation, facts)
        return Turn(
            session=session,
            context=self._context.pinned(),
            conversation=conversation,
            message=message,
            text=text,
            intent=latest["intent"]["name"],
            ranking=[
                (intent["name"], intent["confidence"])
                for intent in latest.get("intent_ranking", [])
            ],
            entities={entity["entity"]: entity["value"] for entity in latest.get("entities", [])},
            facts=facts,
            has_photos=has_photos,
        )


def _to_rasa(reply: Reply) -> dict[str, Any]:
    """Return the arguments of Rasa's ``utter_message`` for a reply."""
    buttons = [
        {"title": button.title, "payload": button.payload, "detail": button.detail}
        for button in reply.buttons
    ]
    return {"text": reply.text, "buttons": buttons}
