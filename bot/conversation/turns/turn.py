"""The turn of an incoming message: who owns the conversation, and what is answered, once.

Each step is a short transaction of its own, and none is open while the engine thinks. A turn that
was cut off at any point is run again from the start: the actions find what they did before, and the
answer is stored in the same transaction that marks the message as answered.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import structlog

from bot import clock
from bot.context.company_context import CompanyContext
from bot.conversation.turns import bot_answer, fallback_replies, human_answer
from bot.conversation.turns.engine_request import EngineRequests
from bot.conversation.turns.lease import Lease
from bot.conversation.turns.turn_end import TurnResult, end_turn
from bot.conversation.turns.turn_input import MessageInput, read_input
from bot.conversation.turns.turn_slots import TurnSlots
from bot.database.session import Database
from bot.metrics import ENGINE_FAILURES, TURN_SECONDS
from bot.models import ContentKind, HandoffReason, Message
from bot.rasa.client import EngineError, RasaClient
from bot.text.reply import Reply

log = structlog.get_logger()
# Turns that run at once, and the seconds after which one that waits for something does not count.
AT_ONCE, PATIENCE = 16, 1.0
# So soon after the first, the other photos of an album have come.
ALBUM = timedelta(seconds=1.5)


class Turns:
    """Runs turns; one instance a process."""

    def __init__(
        self,
        db: Database,
        context: CompanyContext,
        rasa: RasaClient,
        *,
        engine_timeout: float,
        apology_after: float,
        at_once: int = AT_ONCE,
        fetch: Callable[[Message], Awaitable[bool]] | None = None,
    ) -> None:
        """Run turns with these parts.

        Args:
            engine_timeout: seconds for one request to the engine.
            apology_after: seconds from a message's arrival until the customer gets an apology.
            fetch: downloads a message's files; returns True if there were any.
        """
        self._db = db
        self._context = context
        self._engine = EngineRequests(rasa, timeout=engine_timeout, apology_after=apology_after)
        self._slots = TurnSlots(at_once, PATIENCE)
        self._fetch = fetch

    async def run_next(
        self, conversation_id: str, on_think: Callable[[], None], lease: Lease | None = None
    ) -> TurnResult | None:
        """Answer the oldest unanswered message of a conversation. Return None if there is none.

        Args:
            on_think: called when the engine is asked, to show that the bot types.
            lease: acquired with the message, and released with the answer to the last one; None
                where nobody else can run the turn. Nothing is done while somebody else holds it.
        """
        async with self._slots.slot():
            turn = await self._read(conversation_id, lease)
            if turn is None:
                return None
            if self._fetch is not None and await self._fetch(turn.message):
                if turn.message.kind == ContentKind.PHOTO:
                    await _wait_for_album(turn.message)
                # The files are part of what the turn depends on, and more messages may have come.
                turn = await self._read(conversation_id, None) or turn
            with TURN_SECONDS.time():
                return await self._run(turn, self._context.pinned(), on_think, lease)

    async def _read(self, conversation_id: str, lease: Lease | None) -> MessageInput | None:
        only_reads = lease is None or lease.is_alone
        async with self._db.read() if only_reads else self._db.write() as session:
            if lease is not None and not await lease.acquire(session):
                return None
            turn = await read_input(session, conversation_id)
            if lease is not None and turn is None:
                await lease.release(session)
            return turn

    async def _run(
        self,
        turn: MessageInput,
        context: CompanyContext,
        on_think: Callable[[], None],
        lease: Lease | None,
    ) -> TurnResult:
        if turn.handoff is not None and not turn.is_for_bot:
            answered = await end_turn(self._db, context, turn, lease, human_answer.answer)
            if answered is not None:
                return answered
        if turn.joins_next:
            return await end_turn(self._db, context, turn, lease, bot_answer.leave_to_next)
        try:
            replies = await self._find_replies(turn, context, on_think)
        except EngineError as error:
            ENGINE_FAILURES.inc()
            log.warning("engine_failed", conversation=turn.conversation.id, why=str(error))
            step = partial(bot_answer.send_apology, reason=HandoffReason.ENGINE_FAILED)
            return await end_turn(self._db, context, turn, lease, step)
        unbacked = await bot_answer.find_unbacked(self._db, context, turn.conversation.id, replies)
        step = partial(bot_answer.send_replies, replies=replies, unbacked=unbacked)
        return await end_turn(self._db, context, turn, lease, step)

    async def _find_replies(
        self, turn: MessageInput, context: CompanyContext, on_think: Callable[[], None]
    ) -> list[Reply]:
        reply = fallback_replies.reply_without_words(context, turn.conversation, turn.message)
        if reply is not None:
            return [reply]
        on_think()
        return await self._engine.ask(turn)


async def _wait_for_album(photo: Message) -> None:
    """Photos that are sent together come one by one, right after each other."""
    wait = photo.at + ALBUM - clock.now()
    await asyncio.sleep(max(wait.total_seconds(), 0))
