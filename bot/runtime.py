"""The edge's parts, put together: what the routes of one process work with."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from bot.compensation.provider_client import ProviderClient, open_provider
from bot.config.settings import Settings
from bot.context.company_context import CompanyContext
from bot.context.policy_reloader import PolicyReloader
from bot.conversation.agents.agent_actions import Step
from bot.conversation.channel_api import Channel
from bot.conversation.channel_api import Event as Came
from bot.conversation.inbound import store_event
from bot.conversation.inbound.attachments import Files
from bot.conversation.inbound.inbox import Inbox
from bot.conversation.live_hub import Event, Hub
from bot.conversation.message_view import message_frames
from bot.conversation.outbound.sender import Deliverer
from bot.conversation.outbound.typing_indicator import Showing
from bot.conversation.read_receipts import Receipts
from bot.conversation.turns.turn import Answered, Turns
from bot.conversation.workers.fulfilment_worker import Carrier
from bot.conversation.workers.scheduler import Keeper
from bot.database.session import Database
from bot.handoffs import assignment, queue
from bot.metrics import MESSAGES
from bot.models import Author, Message, MessageState, Owner
from bot.rasa.client import RasaClient

if TYPE_CHECKING:
    from bot.conversation.pg_relay import Relay

# How much one visitor, and one address, may send; more is asked to wait, and nothing is lost.
MESSAGES_RATE = parse("30/10 seconds")
PHOTOS_RATE = parse("20/10 minutes")
SESSIONS_RATE = parse("600/minute")
AGENT_RATE = parse("60/minute")
TYPING_RATE = parse("1/2 seconds")
SIGN_IN_RATE = parse("20/5 minutes")
# Of the company's own systems; and tries that were wrong, from one address.
VOUCHERS_RATE = parse("600/minute")
WRONG_CODES_RATE = parse("20/minute")
# What every console watches, beside the conversation on its screen; customers' pages never do.
CONSOLE = "console"


@dataclass(slots=True)
class Service:
    """What this process holds."""

    settings: Settings
    context: CompanyContext
    db: Database
    rasa: RasaClient
    channels: Mapping[str, Channel] = field(default_factory=dict)  # beside the web chat
    hub: Hub = field(default_factory=Hub)
    limiter: MovingWindowRateLimiter = field(
        default_factory=lambda: MovingWindowRateLimiter(MemoryStorage())
    )
    # A large photo takes some hundred megabytes while it is decoded: two at a time.
    decoding: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))
    inbox: Inbox = field(init=False)
    receipts: Receipts = field(init=False)
    keeper: Keeper = field(init=False)
    relay: "Relay | None" = None
    deliverer: Deliverer = field(init=False)
    showing: Showing = field(init=False)
    provider: ProviderClient | None = None
    carrier: Carrier | None = None
    reloader: PolicyReloader = field(init=False)

    def __post_init__(self) -> None:
        photos = self.settings.var_dir / "photos"
        self.inbox = Inbox(self.db, self.context, self._taken)
        self.receipts = Receipts(self.db)
        self.deliverer = Deliverer(self.db, self.context, self.channels, photos, self._delivered)
        self.showing = Showing(self.db, self.channels)
        self.provider = open_provider(self.settings)
        if self.provider is not None:
            self.carrier = Carrier(self.db, self.context, self.provider, self.after)
        turns = Turns(
            self.db,
            self.context,
            self.rasa,
            engine_timeout=self.settings.engine_timeout,
            apology_after=self.settings.apology_after,
            fetch=Files(self.db, self.channels, photos, self.decoding).fetch,
        )
        if not self.db.has_one_edge:
            from bot.conversation.pg_relay import Relay

            self.relay = Relay(self.settings.database_url, self._relayed)
        self.keeper = Keeper(
            self.db,
            self.context,
            turns,
            on_think=self._thinks,
            on_answer=self._answered,
            on_say=self.show,
            on_step=self.after,
            on_board=self.publish_board,
        )
        self.reloader = PolicyReloader(self.settings, self.context)

    async def start(self) -> None:
        """Take up what was left at the last stop, and begin."""
        if self.relay is not None:
            self.relay.start()
        self.keeper.start()
        self.reloader.start()
        await self.deliverer.start()
        if self.carrier is not None:
            await self.carrier.start()
        for channel in self.channels.values():
            await channel.start(self.took)

    async def stop(self) -> None:
        """End gracefully: running turns come to their end, sockets are closed."""
        await self.inbox.stop()
        await asyncio.gather(self.keeper.stop(), self.deliverer.stop())
        self.reloader.stop()
        self.showing.stop()
        if self.carrier is not None:
            await self.carrier.stop()
        for channel in self.channels.values():
            await channel.stop()
        self.hub.close()
        await self.receipts.stop()
        if self.relay is not None:
            await self.relay.stop()
        await self.rasa.close()
        await self.db.close()

    def allowed(self, rate: RateLimitItem, *key: str) -> bool:
        """Count one more against a rate; False when it is too many."""
        return self.limiter.hit(rate, *key)

    async def show(self, message: Message) -> None:
        """Show a stored message to everyone who looks at its conversation, on every worker."""
        MESSAGES.labels(message.channel, message.author).inc()
        if message.state == MessageState.PENDING and message.channel in self.channels:
            self.deliverer.wake(message.conversation_id)
        await self._show_here(message)
        if self.relay is not None:
            self.relay.send(message.conversation_id, {"type": "stored_message", "id": message.id})

    async def took(self, channel: str, events: Sequence[Came]) -> None:
        """Store what came on a channel; what cannot be stored keeps nothing else from it."""
        await self.inbox.store(channel, events)

    async def _taken(self, taken: store_event.Taken) -> None:
        if taken.needs_answer:
            self.keeper.wake(taken.conversation_id)
        for message in taken.messages:
            await self.show(message)
        if taken.settled is not None:
            self.showing.settles(taken.conversation_id, [taken.settled])
        if taken.delivery is not None:
            self._delivered(taken.delivery)
        for conversation_id in (*taken.left, *([taken.conversation_id] if taken.left else [])):
            self.case_changed(conversation_id)
        if taken.released:
            self.deliverer.wake(taken.conversation_id)

    def _delivered(self, message: Message) -> None:
        """A message has come further on its channel, or will not."""
        event = {"type": "delivery", "seq": message.seq, "state": message.state}
        self.publish(message.conversation_id, event)
        if message.state == MessageState.FAILED:
            self.case_changed(message.conversation_id)

    def publish(self, conversation_id: str, event: Event) -> None:
        """Tell everyone who looks at a conversation, on every worker."""
        self.hub.publish(conversation_id, event)
        if self.relay is not None:
            self.relay.send(conversation_id, event)

    async def after(self, step: Step) -> None:
        """Show what came of a step between a person and a customer, once it is committed."""
        for seq in step.spent:
            event = {"type": "spent", "seq": seq, "chosen": None}
            self.publish(step.conversation_id, event)
        for message in step.said:
            await self.show(message)
        async with self.db.read() as session:
            owner = await queue.open_handoff(session, step.conversation_id)
            name = await assignment.first_name(session, owner)
        self.publish(
            step.conversation_id,
            {"type": "owner", "owner": queue.owner_of(owner), "name": name},
        )
        self.case_changed(step.conversation_id)

    def publish_board(self) -> None:
        """Tell the consoles that people or lists look different."""
        self.publish(CONSOLE, {"type": "board"})

    def case_changed(self, conversation_id: str) -> None:
        """Tell the consoles that a case, and with it a list, looks different."""
        self.publish(CONSOLE, {"type": "case", "conversation": conversation_id})
        self.publish_board()

    async def _show_here(self, message: Message) -> None:
        if self.hub.is_watched(message.conversation_id):
            async with self.db.read() as session:
                (frame,) = await message_frames(session, [message])
            self.hub.publish(message.conversation_id, {"type": "message", "message": frame})

    async def _relayed(self, conversation_id: str, event: Event) -> None:
        """What another worker says: show it to those who look on from here."""
        if not self.hub.is_watched(conversation_id):
            return
        if event["type"] != "stored_message":
            self.hub.publish(conversation_id, event)
            return
        async with self.db.read() as session:
            message = await session.get_one(Message, event["id"])
        await self._show_here(message)

    def _thinks(self, conversation_id: str) -> None:
        self._typing(conversation_id, on=True)
        self.showing.thinks(conversation_id)

    def _typing(self, conversation_id: str, *, on: bool) -> None:
        self.publish(
            conversation_id, {"type": "typing", "on": on, "author": Author.BOT, "name": None}
        )

    async def _answered(self, answered: Answered) -> None:
        conversation_id = answered.incoming.conversation_id
        self.showing.has_thought(conversation_id)
        self.showing.settles(conversation_id, answered.spent)
        for seq in answered.spent:
            self.publish(conversation_id, {"type": "spent", "seq": seq, "chosen": None})
        self._typing(conversation_id, on=False)
        for message in answered.outgoing:
            await self.show(message)
        if answered.owner != Owner.AGENT:
            event = {"type": "owner", "owner": answered.owner, "name": None}
            self.publish(conversation_id, event)
        if answered.owner != Owner.BOT or answered.had_owner:
            self.case_changed(conversation_id)
        source = answered.incoming.source_id or ""
        self.publish(conversation_id, {"type": "answered", "id": source.partition(":")[2] or None})
