"""Builds the parts of one edge process, which its routes work with."""

import asyncio
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from bot.compensation.provider_client import ProviderClient, open_provider
from bot.config.settings import Settings
from bot.context.company_context import CompanyContext
from bot.context.policy_reloader import PolicyReloader
from bot.conversation.channel_api import Channel
from bot.conversation.inbound.attachments import AttachmentFetcher
from bot.conversation.inbound.inbox import Inbox
from bot.conversation.live_events import LiveEvents
from bot.conversation.outbound.publisher import Publisher
from bot.conversation.outbound.sender import Sender
from bot.conversation.outbound.typing_indicator import TypingIndicator
from bot.conversation.read_receipts import ReadReceipts
from bot.conversation.turns.turn import Turns
from bot.conversation.turns.turn_runner import TurnRunner
from bot.conversation.workers.fulfilment_worker import FulfilmentWorker
from bot.conversation.workers.scheduler import Scheduler
from bot.database.session import Database, open_database
from bot.rasa.client import RasaClient
from bot.rate_limits import RateLimits


@dataclass(slots=True)
class Runtime:
    """The parts of one process; each knows those below it, and none those above."""

    settings: Settings
    context: CompanyContext
    db: Database
    rasa: RasaClient
    channels: Mapping[str, Channel]  # beside the web chat
    live: LiveEvents
    receipts: ReadReceipts
    typing: TypingIndicator
    sender: Sender
    publisher: Publisher
    turns: TurnRunner
    inbox: Inbox
    scheduler: Scheduler
    reloader: PolicyReloader
    provider: ProviderClient | None
    fulfilment: FulfilmentWorker | None
    limits: RateLimits
    decoding: asyncio.Semaphore

    async def start(self) -> None:
        """Start the workers and channels; messages that the last stop left unsent are sent."""
        self.live.start()
        self.scheduler.start()
        self.reloader.start()
        await self.sender.start()
        if self.fulfilment is not None:
            await self.fulfilment.start()
        for channel in self.channels.values():
            await channel.start(self.inbox.receive)

    async def stop(self) -> None:
        """End gracefully: running turns come to their end, sockets are closed."""
        await self.inbox.stop()
        self.scheduler.stop()
        await asyncio.gather(self.turns.stop(), self.sender.stop())
        self.reloader.stop()
        self.typing.stop()
        if self.fulfilment is not None:
            await self.fulfilment.stop()
        for channel in self.channels.values():
            await channel.stop()
        await self.receipts.stop()
        await self.live.stop()
        await self.rasa.close()
        await self.db.close()


def build_runtime(
    settings: Settings, context: CompanyContext, channels: Mapping[str, Channel]
) -> Runtime:
    """Build the parts of one process, each after those that it uses."""
    db = open_database(settings)
    rasa = _rasa_client(settings)
    photos = settings.var_dir / "photos"
    worker = f"{socket.gethostname()}-{os.getpid()}"  # names its leases
    # A large photo takes some hundred megabytes while it is decoded: two at a time.
    decoding = asyncio.Semaphore(2)

    live = LiveEvents(db, settings.database_url)
    typing = TypingIndicator(db, channels, live)
    sender = Sender(db, context, channels, photos=photos, live=live, worker=worker)
    publisher = Publisher(db, live, sender)
    fetcher = AttachmentFetcher(db, channels, photos, decoding)
    turns = TurnRunner(
        db,
        _turns(settings, context, db, rasa, fetcher),
        live=live,
        publisher=publisher,
        typing=typing,
        worker=worker,
    )
    inbox = Inbox(
        db, context, turns=turns, live=live, publisher=publisher, sender=sender, typing=typing
    )
    provider = open_provider(settings)
    return Runtime(
        settings=settings,
        context=context,
        db=db,
        rasa=rasa,
        channels=channels,
        live=live,
        receipts=ReadReceipts(db),
        typing=typing,
        sender=sender,
        publisher=publisher,
        turns=turns,
        inbox=inbox,
        scheduler=Scheduler(db, context, turns, publisher, live),
        reloader=PolicyReloader(settings, context),
        provider=provider,
        fulfilment=FulfilmentWorker(db, context, provider, publisher, worker) if provider else None,
        limits=RateLimits(),
        decoding=decoding,
    )


def _rasa_client(settings: Settings) -> RasaClient:
    token = settings.engine_token.get_secret_value() if settings.engine_token else ""
    return RasaClient(settings.engine_url or "", token)


def _turns(
    settings: Settings,
    context: CompanyContext,
    db: Database,
    rasa: RasaClient,
    fetcher: AttachmentFetcher,
) -> Turns:
    return Turns(
        db,
        context,
        rasa,
        engine_timeout=settings.engine_timeout,
        apology_after=settings.apology_after,
        fetch=fetcher.fetch,
    )
