"""Scenes between a customer and Regalo, with the real turns, actions and database.

Only the engine is a fake: a test gives it the intent of each message, and it runs the action that
``data/rules`` gives that intent, as Rasa would.
"""

import asyncio
import io
import json
import re
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from PIL import Image
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from ruamel.yaml import YAML
from sqlalchemy import func, inspect, select

from actions.server import ACTIONS
from bot import photo
from bot.agents import accounts
from bot.config.settings import ROOT
from bot.context.company_context import CompanyContext
from bot.conversation.agents import agent_actions
from bot.conversation.change import ConversationChange
from bot.conversation.channel_api import IncomingMessage, WebVisitor
from bot.conversation.inbound import store_event
from bot.conversation.turns.turn import Turns
from bot.customers.order_import import OrderRow, store_orders
from bot.database.session import Database
from bot.handoffs import queue
from bot.models import (
    Agent,
    Author,
    Base,
    Choice,
    Compensation,
    CompensationState,
    Complaint,
    Conversation,
    Handoff,
    LedgerEntry,
    Message,
    Order,
    Presence,
    Promise,
    PromiseState,
    Proof,
    Role,
)
from bot.policy.model import Policy
from bot.text.reply import Reply, ReplyButton

Row = TypeVar("Row", bound=Base)
ANA = "ana.ruiz@example.com"  # of order 10482, $249.900
PRESSED = re.compile(r"/(\w+)(\{.*\})?", re.DOTALL)


class Clock:
    """A clock that runs, and that a test can move."""

    def __init__(self) -> None:
        self._at = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
        self._since = datetime.now(UTC)

    def now(self) -> datetime:
        return self._at + (datetime.now(UTC) - self._since)

    def advance(self, **span: float) -> None:
        """Move the clock forward: ``advance(minutes=3)``."""
        self._at += timedelta(**span)

    def move_to(self, moment: datetime) -> None:
        self._at, self._since = moment, datetime.now(UTC)


class SystemClock(Clock):
    """The real time, for scenes that are played before an edge process starts."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@cache
def actions_of_intents() -> dict[str, str]:
    """Return the action that the rules give each intent."""
    actions = {}
    for file in sorted((ROOT / "data" / "rules").glob("*.yml")):
        for rule in YAML(typ="safe").load(file)["rules"]:
            intent, action = rule["steps"]
            actions[intent["intent"]] = action["action"]
    assert actions
    return actions


class FakeEngine:
    """A stand-in for Rasa: the test gives the intent, the action is the real one."""

    def __init__(self, db: Database, context: CompanyContext) -> None:
        self._actions = {action.name(): action for action in (a(db, context) for a in ACTIONS)}
        self._rules = actions_of_intents()
        self._intents: dict[str, tuple[str, str | None]] = {}
        self.texts: list[str] = []
        self.asked = asyncio.Event()
        # Raised before the action; awaited after it; returned in place of its replies.
        self.error: Exception | None = None
        self.after_action: Callable[[], Awaitable[None]] | None = None
        self.replies_instead: list[Reply] | None = None

    def expect(self, conversation_id: str, intent: str, also: str | None) -> None:
        """Set the intent of the next messages, and that of a second complaint in them."""
        self._intents[conversation_id] = (intent, also)

    async def ask(
        self, conversation_id: str, text: str, metadata: dict[str, Any], timeout: float
    ) -> list[Reply]:
        self.texts.append(text)
        self.asked.set()
        if self.error is not None:
            raise self.error
        said = await self._act(conversation_id, text, metadata)
        if self.after_action is not None:
            await self.after_action()
        return said if self.replies_instead is None else self.replies_instead

    async def _act(self, conversation_id: str, text: str, metadata: dict[str, Any]) -> list[Reply]:
        intent, also = self._intents.get(conversation_id, ("nlu_fallback", None))
        entities = []
        if pressed := PRESSED.fullmatch(text):
            intent, also = pressed.group(1), None
            given = json.loads(pressed.group(2) or "{}")
            entities = [{"entity": name, "value": value} for name, value in given.items()]
        ranking = [{"name": intent, "confidence": 0.7}]
        ranking += [{"name": also, "confidence": 0.25}] if also else []
        tracker = Tracker(
            conversation_id,
            {},
            {
                "text": text,
                "intent": ranking[0],
                "intent_ranking": ranking,
                "entities": entities,
                "metadata": metadata,
            },
            [],
            paused=False,
            followup_action=None,
            active_loop={},
            latest_action_name=None,
        )
        dispatcher = CollectingDispatcher()
        await self._actions[self._rules[intent]].run(dispatcher, tracker, {})
        return [
            Reply(
                message["text"],
                tuple(
                    ReplyButton(button["title"], button["payload"], button["detail"])
                    for button in message["buttons"]
                ),
            )
            for message in dispatcher.messages
        ]


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message as the customer sees it, with the titles and details of its buttons."""

    text: str
    choices: tuple[str, ...]
    details: tuple[str, ...]
    author: Author

    def __str__(self) -> str:
        return "\n".join((self.text, *self.choices, *self.details))


def contains_response(context: CompanyContext, text: str, name: str, /, **values: str) -> bool:
    """Return True if a text contains the response ``utter_<name>``, in either language.

    Values that are not given may be anything. Tests name responses instead of copying them, so
    that a better wording breaks no test.
    """
    for template in context.responses.texts[name].values():
        pattern = "".join(
            re.escape(values[part])
            if part in values
            else "[^\n]+?"
            if place % 2
            else re.escape(part)
            for place, part in enumerate(re.split(r"\{(\w+)\}", template.rstrip(".")))
        )
        if re.search(pattern, text):
            return True
    return False


class AppHarness:
    """The application of one test: database, company context, fake engine, turns and clock."""

    def __init__(self, db: Database, context: CompanyContext, clock: Clock, photos: Path) -> None:
        self.db = db
        self.clock = clock
        self.photos = photos
        self.use_context(context)

    def use_context(self, context: CompanyContext) -> None:
        """Replace the company context, with a new engine and new turns."""
        self.context = context
        self.engine = FakeEngine(self.db, context)
        self.turns = Turns(
            self.db,
            context,
            self.engine,  # type: ignore[arg-type]  # it only has to be asked
            engine_timeout=20,
            apology_after=25,
        )

    def use_policy(self, policy: Policy) -> None:
        """Replace the policy in force."""
        self.context.in_force.policy = policy

    async def chat(self, language: str = "es", conversation_id: str = "") -> "ConversationHarness":
        """Create the web conversation of a new customer."""
        conversation_id = conversation_id or uuid.uuid4().hex
        async with self.db.write() as session:
            session.add(
                Conversation(
                    id=conversation_id,
                    channel="web",
                    address=conversation_id,
                    language=language,
                    created_at=self.clock.now(),
                    times={},
                )
            )
        return ConversationHarness(self, conversation_id)

    def change_people_settings(self, **people: object) -> None:
        """Replace settings of the company profile's part ``people``."""
        company = self.context.company
        changed = company.people.model_copy(update=people)
        self.use_context(
            replace(self.context, company=company.model_copy(update={"people": changed}))
        )

    async def agent(self, name: str = "Laura Gómez", role: Role = Role.AGENT, **more: Any) -> Agent:
        """Create an agent whose console is open; their password cannot be used to sign in."""
        async with self.db.write() as session:
            agent = await accounts.add(
                session,
                email=f"{uuid.uuid4().hex[:8]}@alborada.example",
                name=name,
                role=role,
                password_hash="no hash",
                **more,
            )
            agent.seen_at = self.clock.now()
        return agent

    async def heartbeat(self, *agents: Agent, presence: Presence = Presence.AVAILABLE) -> None:
        """Record a sign of life of these agents' consoles at this moment."""
        async with self.db.write() as session:
            for agent in agents:
                fresh = await session.get_one(Agent, agent.id)
                fresh.seen_at, fresh.presence = self.clock.now(), presence

    async def import_order(
        self, number: str, email: str, total: str = "249900", **more: str
    ) -> None:
        """Import an order."""
        row = OrderRow.model_validate(
            {
                "order_number": number,
                "customer_name": "Rosa Mora",
                "email": email,
                "total": total,
                "currency": "COP",
                "placed_at": "2026-11-12T09:41:00-05:00",
                "status": "delivered",
                "items": "Licuadora Oster 1.5 L x1",
                **more,
            }
        )
        async with self.db.write() as session:
            await store_orders(session, [row], region="CO", timezone="America/Bogota")

    async def rows(self, model: type[Row], *where: Any) -> list[Row]:
        """Return the rows of a table, oldest first."""
        async with self.db.read() as session:
            keys = inspect(model).primary_key
            return list(await session.scalars(select(model).where(*where).order_by(*keys)))

    async def count(self, model: type[Base], *where: Any) -> int:
        async with self.db.read() as session:
            query = select(func.count()).select_from(model).where(*where)
            return int(await session.scalar(query) or 0)


class ConversationHarness:
    """One customer's conversation.

    Args:
        channel: "web", or the channel on which the customer has ``address``.
    """

    def __init__(
        self, app: AppHarness, conversation_id: str, *, channel: str = "web", address: str = ""
    ) -> None:
        self.app = app
        self.id = conversation_id
        self.channel = channel
        self.address = address or conversation_id
        self.shown: list[ShownMessage] = []  # everything, in order
        self.choices: list[Choice] = []  # the buttons that stand
        self.last_answer: list[ShownMessage] = []

    # --- what the customer does -------------------------------------------------------------

    async def send(
        self, intent: str, text: str = "", *, also: str | None = None, photos: int = 0
    ) -> list[ShownMessage]:
        """Send a message as the customer; return the answer.

        Args:
            intent: what the engine understands.
            also: the intent of a second complaint in it.
            photos: how many are attached.
        """
        sent = [await self._photo() for _ in range(photos)]
        await self.receive(text, photos=sent)
        return await self.run_turn(intent, also=also)

    async def press(self, place: int | str, *, intent: str = "inform") -> list[ShownMessage]:
        """Press a button as the customer, by its number (from 1) or its words; return the answer.

        Args:
            intent: what the engine understands, if the press brings it earlier words.
        """
        choice = (
            self.choices[place - 1]
            if isinstance(place, int)
            else [choice for choice in self.choices if place in choice.title][0]  # noqa: RUF015 - an IndexError
        )
        await self.receive(token=choice.token)
        return await self.run_turn(intent)

    async def receive(
        self,
        text: str = "",
        *,
        photos: Sequence[str] = (),
        token: str | None = None,
        source_id: str | None = None,
    ) -> tuple[Message, bool]:
        """Store a message of the customer's; no turn is run."""
        async with self.app.db.write() as session:
            incoming = IncomingMessage(
                self.address,
                source_id or uuid.uuid4().hex,
                text=text,
                photos=tuple(photos),
                token=token,
                visitor=WebVisitor(self.id) if self.channel == "web" else None,
            )
            stored = await store_event.store(session, self.app.context, self.channel, incoming)
        assert stored is not None
        return stored.messages[0], stored.is_new

    async def run_turn(self, intent: str, *, also: str | None = None) -> list[ShownMessage]:
        """Run the turn of the oldest unanswered message; return the answer."""
        self.app.engine.expect(self.id, intent, also)
        answered = await self.app.turns.run_next(self.id, lambda *_: None)
        return await self.show(answered.outgoing if answered else [])

    async def show(self, outgoing: Sequence[Message]) -> list[ShownMessage]:
        """Show stored messages to the customer, and return them as seen."""
        heard = []
        for message in outgoing:
            choices = await self.app.rows(Choice, Choice.message_id == message.id)
            choices.sort(key=lambda choice: choice.position)
            if choices:
                self.choices = choices
            titles = tuple(choice.title for choice in choices)
            details = tuple(choice.detail for choice in choices)
            heard.append(ShownMessage(message.text, titles, details, message.author))
        self.shown += heard
        self.last_answer = heard
        return heard

    def answered_with(self, name: str, /, **values: str) -> bool:
        """Return True if the last answer contains ``utter_<name>`` with these values."""
        text = "\n".join(map(str, self.last_answer))
        return contains_response(self.app.context, text, name, **values)

    def ever_answered_with(self, name: str, /, **values: str) -> bool:
        """Return True if any answer contained it."""
        return contains_response(self.app.context, self.all_text, name, **values)

    async def verify_by_channel(self, number: str) -> None:
        """Let the channel vouch for the identity of the customer of an order."""
        order = await self.order(number)
        async with self.app.db.write() as session:
            conversation = await session.get_one(Conversation, self.id)
            conversation.contact_id, conversation.proven_by = order.contact_id, Proof.SIGNED_TOKEN

    async def _photo(self) -> str:
        out = io.BytesIO()
        Image.new("RGB", (64, 48), "red").save(out, "JPEG")
        async with self.app.db.write() as session:
            kept = photo.store(session, self.app.photos, self.id, photo.sanitize(out.getvalue()))
        return kept.id

    # --- what agents do ---------------------------------------------------------------------

    async def perform(self, act: Callable[..., Awaitable[Any]], *what: Any, **more: Any) -> Any:
        """Run an agent's action on the open handoff, show its messages, and return its result."""
        async with self.app.db.write() as session:
            handoff = await queue.find_open(session, self.id)
            assert handoff is not None
            came = await act(session, self.app.context, handoff, *what, **more)
        step = came[0] if isinstance(came, tuple) else came
        await self.show(step.messages if isinstance(step, ConversationChange) else [])
        return came

    async def assign_to(self, agent: Agent) -> ConversationChange:
        """Let the agent claim the case."""
        async with self.app.db.write() as session:
            handoff = await queue.find_open(session, self.id)
            assert handoff is not None
            step = await agent_actions.claim(session, handoff, agent)
        await self.show(step.messages)
        return step

    async def agent_says(self, agent: Agent, text: str, **more: Any) -> Message:
        """Send a message to the customer as the agent who has the case."""
        more.setdefault("request_id", str(uuid.uuid4()))
        _, message = await self.perform(agent_actions.send_message, agent, text, **more)
        assert isinstance(message, Message)
        return message

    # --- what the database holds ------------------------------------------------------------

    async def conversation(self) -> Conversation:
        (conversation,) = await self.app.rows(Conversation, Conversation.id == self.id)
        return conversation

    async def cases(self) -> list[Complaint]:
        return await self.app.rows(Complaint, Complaint.conversation_id == self.id)

    async def case(self) -> Complaint:
        """Return the newest case."""
        return (await self.cases())[-1]

    async def handoffs(self) -> list[Handoff]:
        return await self.app.rows(Handoff, Handoff.conversation_id == self.id)

    async def handoff(self) -> Handoff:
        """Return the newest handoff."""
        return (await self.handoffs())[-1]

    async def promises(self) -> list[Promise]:
        """Return the open promises of the newest case."""
        case = await self.case()
        return await self.app.rows(
            Promise, Promise.complaint_id == case.id, Promise.state == PromiseState.OPEN
        )

    async def accepted_remedies(self) -> list[Compensation]:
        """Return the remedies that were accepted in this conversation's cases."""
        ids = [case.id for case in await self.cases()]
        return await self.app.rows(
            Compensation,
            Compensation.complaint_id.in_(ids),
            Compensation.state.in_((CompensationState.ACCEPTED, CompensationState.ISSUED)),
        )

    async def ledger(self) -> list[LedgerEntry]:
        ids = [case.id for case in await self.cases()]
        return await self.app.rows(LedgerEntry, LedgerEntry.complaint_id.in_(ids))

    async def order(self, number: str) -> Order:
        (order,) = await self.app.rows(Order, Order.number == number)
        return order

    @property
    def last_message(self) -> ShownMessage:
        return self.shown[-1]

    @property
    def all_text(self) -> str:
        """All messages that the customer has seen, with their buttons."""
        return "\n".join(map(str, self.shown))
