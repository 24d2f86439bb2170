"""The sender: sends pending messages in order, one worker at a time for each conversation."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import structlog

from bot import clock
from bot.context.company_context import CompanyContext
from bot.conversation.channel_api import (
    Channel,
    CustomerUnreachable,
    Part,
    ResponseLost,
    RetryLater,
    SendRejected,
    WindowClosed,
)
from bot.conversation.keyed_tasks import KeyedTasks
from bot.conversation.live_events import LiveEvents
from bot.conversation.outbound import outbox, reminder_channel, send_results
from bot.conversation.outbound.outbox import DueMessage, SenderProcess
from bot.conversation.outbound.send_results import SendAttempt, SendResult
from bot.customers import conversations
from bot.database.session import Database
from bot.metrics import SENT
from bot.models import Message, MessageState

log = structlog.get_logger()
SWEEP_EVERY = 1.0  # seconds
LONGEST_BACKOFF = 60.0  # seconds


class Sender:
    """Sends what this process stored, and what a sweep finds.

    Args:
        photos: the folder of stored photos.
        worker: the name of this process in leases.
        at_once: requests to providers at a time.
    """

    def __init__(
        self,
        db: Database,
        context: CompanyContext,
        channels: Mapping[str, Channel],
        *,
        photos: Path,
        live: LiveEvents,
        worker: str,
        at_once: int = 24,
    ) -> None:
        self._db = db
        self._context = context
        self._channels = channels
        self._live = live
        self._process = SenderProcess(worker, photos, clock.now())
        self._at_once = asyncio.Semaphore(at_once)
        self._tasks = KeyedTasks(self._run)
        self._paused: dict[str, float] = {}  # channel → until when it is paused (loop time)
        self._not_before: dict[str, float] = {}  # conversation → when its next message may be sent
        self._sweeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start sweeping; messages of the last stop are sent first."""
        if not self._channels:
            return
        if self._db.has_one_edge:
            await outbox.release_leases(self._db)
        self._sweeping = asyncio.create_task(self._sweep())

    async def stop(self, patience: float = 5.0) -> None:
        """Stop sweeping; wait at most ``patience`` seconds for what is being sent."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        await self._tasks.stop(patience)

    def wake(self, message: Message) -> None:
        """Send a pending message now, or after what is being sent to its customer."""
        if message.channel in self._channels:
            self.wake_conversation(message.conversation_id)

    def wake_conversation(self, conversation_id: str) -> None:
        """Send what is pending in a conversation now, or after what is being sent."""
        self._tasks.wake(conversation_id)

    async def _sweep(self) -> None:
        while True:
            try:
                async with self._db.read() as session:
                    conversation_ids = await outbox.find_due(session, self._open())
                    promise_ids = await reminder_channel.find_undecided(session)
                for promise_id in promise_ids:
                    async with self._db.write() as session:
                        await reminder_channel.decide(session, self._channels, promise_id)
                for conversation_id in conversation_ids:
                    if conversation_id not in self._tasks:
                        self.wake_conversation(conversation_id)
            except Exception:
                log.exception("sender_failed")
            await asyncio.sleep(SWEEP_EVERY)

    def _open(self) -> dict[str, Channel]:
        """Return the channels that are not paused."""
        now = asyncio.get_running_loop().time()
        return {
            name: channel
            for name, channel in self._channels.items()
            if self._paused.get(name, 0) <= now
        }

    async def _run(self, conversation_id: str) -> None:
        try:
            due = await self._claim(conversation_id)
            while due is not None:
                await self._keep_pace(conversation_id)
                due = await self._deliver(due)
        except Exception:
            # The message stays in the outbox, and the next sweep tries again.
            log.exception("delivery_failed", conversation=conversation_id)

    async def _claim(self, conversation_id: str) -> DueMessage | None:
        async with self._at_once, self._db.write() as session:
            conversation = await conversations.lock(session, conversation_id)
            return await outbox.claim_next(session, conversation, self._process, self._open())

    async def _keep_pace(self, conversation_id: str) -> None:
        loop = asyncio.get_running_loop()
        if (wait := self._not_before.pop(conversation_id, 0) - loop.time()) > 0:
            await asyncio.sleep(wait)

    def _start_pace(self, conversation_id: str, pace: float) -> None:
        """Remember for ``pace`` seconds that the customer has just got a message."""
        if pace:
            loop = asyncio.get_running_loop()
            self._not_before[conversation_id] = loop.time() + pace
            loop.call_later(pace, self._forget, conversation_id)

    def _forget(self, conversation_id: str) -> None:
        if self._not_before.get(conversation_id, 0) <= asyncio.get_running_loop().time():
            self._not_before.pop(conversation_id, None)

    async def _deliver(self, due: DueMessage) -> DueMessage | None:
        """Send one part of a message. Return the next one, if it may be sent at once."""
        channel = self._channels[due.channel]
        async with self._at_once:
            result = await self._send(channel, due)
            self._start_pace(due.out.conversation_id, channel.pace)
            async with self._db.write() as session:
                conversation = await conversations.lock(session, due.out.conversation_id)
                # Locked too: a delivery report locks the message alone.
                message = await session.get_one(Message, due.out.message_id, with_for_update=True)
                if message.state == MessageState.PENDING:
                    await result(SendAttempt(session, self._context, conversation, message))
                next_due = await outbox.claim_next(
                    session, conversation, self._process, self._open()
                )
            if message.state != MessageState.PENDING:
                self._live.delivery(message)
            return next_due

    async def _send(self, channel: Channel, due: DueMessage) -> SendResult:
        """Send the next part. Return the result, to be stored."""
        try:
            if due.is_closed:
                return await self._announce(channel, due)
            parts = channel.parts(due.out)
            if not parts:
                raise SendRejected("it is empty")
            index = min(due.parts_sent, len(parts) - 1)
            provider_id = await channel.send(due.out, parts[index], index, len(parts))
        except RetryLater as error:
            SENT.labels(channel.name, "later").inc()
            wait = max(error.after or 0, _backoff(due.tries))
            if error.whole_channel:
                self._paused[channel.name] = asyncio.get_running_loop().time() + wait
            return send_results.retry(str(error), wait)
        except ResponseLost as error:
            SENT.labels(channel.name, "lost").inc()
            wait = max(channel.grace, _backoff(due.tries))
            return send_results.retry(str(error), wait, lost=True)
        except WindowClosed:
            return send_results.window_closed
        except (SendRejected, CustomerUnreachable) as error:
            SENT.labels(channel.name, "failed").inc()
            log.warning("not_delivered", conversation=due.out.conversation_id, why=str(error))
            return send_results.failed(error)
        SENT.labels(channel.name, "sent").inc()
        return send_results.sent(provider_id, index + 1, len(parts))

    async def _announce(self, channel: Channel, due: DueMessage) -> SendResult:
        """Send the template for a closed window."""
        template: tuple[Part, bool] | None = channel.template(due.out)
        if template is None:
            return send_results.moved_to_other_channel
        part, is_all = template
        # A template that only announces the message is none of its parts.
        provider_id = await channel.send(due.out, part, 0, 1 if is_all else 0)
        SENT.labels(channel.name, "template").inc()
        return (
            send_results.sent(provider_id, 1, 1) if is_all else send_results.announced(provider_id)
        )


def _backoff(tries: int) -> float:
    """Return the seconds until the next try."""
    return float(min(2**tries, LONGEST_BACKOFF))
