"""The edge's own parts over a test's database: the real ones, without channels and routes."""

from dataclasses import dataclass, field
from pathlib import Path

from bot.conversation.inbound.inbox import Inbox
from bot.conversation.live_events import LiveEvents
from bot.conversation.outbound.publisher import Publisher
from bot.conversation.outbound.sender import Sender
from bot.conversation.outbound.typing_indicator import TypingIndicator
from bot.conversation.turns.turn_runner import TurnRunner
from bot.conversation.workers.scheduler import Scheduler
from bot.models import Message
from tests.integration.harness import AppHarness


class RecordingPublisher(Publisher):
    """Publishes, and remembers what; ``fails`` makes it break, as when a page is gone."""

    published: list[Message]
    fails = False

    async def message(self, message: Message) -> None:
        self.published.append(message)
        if self.fails:
            raise RuntimeError("a page is gone")
        await super().message(message)


class IdleTurns(TurnRunner):
    """Runs no turn, and remembers who was woken."""

    woken: list[str]

    def wake(self, conversation_id: str) -> None:
        self.woken.append(conversation_id)


@dataclass
class Parts:
    """What one worker of the edge is made of."""

    app: AppHarness
    worker: str = "tests"
    turns_of: type[TurnRunner] = TurnRunner
    live: LiveEvents = field(init=False)
    publisher: RecordingPublisher = field(init=False)
    turns: TurnRunner = field(init=False)
    inbox: Inbox = field(init=False)
    scheduler: Scheduler = field(init=False)

    def __post_init__(self) -> None:
        db, context = self.app.db, self.app.context
        # Only the edge's own tests relay events: nothing is started here.
        self.live = LiveEvents(db, "")
        typing = TypingIndicator(db, {}, self.live)
        sender = Sender(db, context, {}, photos=Path(), live=self.live, worker=self.worker)
        self.publisher = RecordingPublisher(db, self.live, sender)
        self.publisher.published = []
        self.turns = self.turns_of(
            db,
            self.app.turns,
            live=self.live,
            publisher=self.publisher,
            typing=typing,
            worker=self.worker,
        )
        if isinstance(self.turns, IdleTurns):
            self.turns.woken = []
        self.inbox = Inbox(
            db,
            context,
            turns=self.turns,
            live=self.live,
            publisher=self.publisher,
            sender=sender,
            typing=typing,
        )
        self.scheduler = Scheduler(db, context, self.turns, self.publisher, self.live)

    async def stop(self) -> None:
        await self.inbox.stop()
        self.scheduler.stop()
        await self.turns.stop()
