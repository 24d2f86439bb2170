"""The turn of an incoming message: who owns the conversation, what is answered, once.

Every step is its own short transaction, and none is open while the engine thinks. A turn that was
cut off at any point is run again from the start: the actions find what they did before, and the
answer is stored in the same transaction that marks the message answered.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.cases import complaints
from bot.context.company_context import CompanyContext
from bot.conversation import message_states, messages, truth_gate
from bot.conversation.agents import agent_offers
from bot.conversation.turns import fallback_replies, summary_dialog
from bot.conversation.turns.concurrency import TurnSlots
from bot.conversation.turns.lease import Lease
from bot.conversation.turns.turn_input import Ask, MessageInput, Pressed, all_heard, hear
from bot.customers import conversations, verification
from bot.database.session import Database
from bot.handoffs import queue
from bot.metrics import APOLOGY_SECONDS, ENGINE_FAILURES, TRUTH_BLOCKED, TURN_SECONDS
from bot.models import (
    NOT_ENDED,
    Author,
    Complaint,
    ContentKind,
    Conversation,
    Handoff,
    HandoffEnding,
    HandoffReason,
    HandoffState,
    Message,
    MessageState,
    Owner,
)
from bot.rasa.client import EngineDown, EngineError, EngineSilent, RasaClient
from bot.text.reply import Reply
from bot.understanding import extraction

log = structlog.get_logger()
# Even a message that waited long gets the engine's ear for this long (seconds).
SHORTEST_WAIT = 3.0
RETRY_DOWN_EVERY = 0.5
# Turns run at once, and the seconds after which one that waits for something does not count.
AT_ONCE, PATIENCE = 16, 1.0
# The actions are started again within this time; if they fail, it is soon told.
LONGEST_SILENCE = timedelta(seconds=10)
# So soon after the first the other photos of an album have come.
ALBUM = timedelta(seconds=1.5)
# How often somebody who waits for a person is told so.
QUEUE_WORD_EVERY = timedelta(minutes=1)
# Made once, for they are asked for every message.
_CONVERSATION = select(Conversation).where(Conversation.id == bindparam("conversation"))
_WITH_OWNER = (
    select(Message, Handoff)
    .outerjoin(Handoff, and_(Handoff.conversation_id == Message.conversation_id, NOT_ENDED))
    .where(Message.id == bindparam("message"))
)


@dataclass(frozen=True, slots=True)
class TurnResult:
    """What a turn came to: the incoming message, and what was put out for it."""

    incoming: Message
    outgoing: list[Message]
    spent: list[int]  # seqs of messages whose choices are closed
    owner: Owner  # who has the conversation now: bot, queue or agent
    had_owner: bool = False  # whether it was a person's, or awaited one, when the turn began


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
        self._db = db
        self._context = context
        self._rasa = rasa
        self._engine_timeout = engine_timeout
        self._apology_after = apology_after
        self._lane = TurnSlots(at_once, PATIENCE)
        self._fetch = fetch

    async def run_next(
        self, conversation_id: str, on_think: Callable[[], None], lease: Lease | None = None
    ) -> TurnResult | None:
        """Answer the oldest unanswered message of a conversation; None when there is none.

        Args:
            on_think: called when the assistant begins to think, to show that it types.
            lease: taken with the message, and given back with the answer to the last one; None
                where nobody else can run the turn. Nothing is done while somebody else holds it.
        """
        async with self._lane.place():
            heard = await self._hear(conversation_id, lease)
            if heard is None:
                return None
            if self._fetch is not None and await self._fetch(heard.message):
                if heard.message.kind == ContentKind.PHOTO:
                    await _until_the_album_is_there(heard.message)
                heard = await self._hear(conversation_id, None) or heard
            with TURN_SECONDS.time():
                answered = await self._run(heard, on_think, lease)
            return replace(answered, had_owner=heard.handoff is not None)

    async def _run(
        self, heard: MessageInput, on_think: Callable[[], None], lease: Lease | None
    ) -> TurnResult:
        if heard.handoff is not None and not heard.for_the_bot:
            kept = await self._queue(heard, lease)
            if kept is not None:
                return kept
        if heard.goes_with_the_next:
            return await self._leave_to_the_next(heard, lease)
        if word := fallback_replies.without_words(self._context, heard.conversation, heard.message):
            return await self._answer(heard, [word], lease)
        try:
            on_think()
            replies = await self._ask(heard)
        except EngineError as error:
            ENGINE_FAILURES.inc()
            log.warning("engine_failed", conversation=heard.conversation.id, why=str(error))
            return await self._apologize(heard, HandoffReason.ENGINE_FAILED, lease)
        return await self._answer(heard, replies, lease)

    async def _hear(self, conversation_id: str, lease: Lease | None) -> MessageInput | None:
        only_looks = lease is None or lease.is_alone
        async with self._db.read() if only_looks else self._db.write() as session:
            if lease is not None and not await lease.take(session):
                return None
            heard = await hear(session, conversation_id)
            if lease is not None and heard is None:
                await lease.give_back(session)
            return heard

    async def _ask(self, heard: MessageInput) -> list[Reply]:
        """Ask the engine; while it is down keep asking, until the apology is due."""
        waited = (clock.now() - heard.message.at).total_seconds()
        wait = max(self._apology_after - waited, SHORTEST_WAIT)
        deadline = clock.now() + timedelta(seconds=wait)
        replies: list[Reply] = []
        for ask in heard.asks:
            replies += await self._ask_until(deadline, heard.conversation.id, ask)
        return replies

    async def _ask_until(self, deadline: datetime, conversation_id: str, ask: Ask) -> list[Reply]:
        metadata = {"message_id": ask.message_id}
        silent_until = min(deadline, clock.now() + LONGEST_SILENCE)
        while True:
            left = max((deadline - clock.now()).total_seconds(), SHORTEST_WAIT)
            try:
                return await self._rasa.ask(
                    conversation_id, ask.text, metadata, min(left, self._engine_timeout)
                )
            except EngineDown as error:
                last = silent_until if isinstance(error, EngineSilent) else deadline
                if clock.now() + timedelta(seconds=RETRY_DOWN_EVERY) >= last:
                    raise
                await asyncio.sleep(RETRY_DOWN_EVERY)

    async def _unbacked(self, conversation_id: str, replies: list[Reply]) -> str | None:
        """What the truth gate holds back; looked up while others may write."""
        if not truth_gate.needs_rows(replies):
            return None
        async with self._db.read() as session:
            found = await session.execute(_CONVERSATION, {"conversation": conversation_id})
            conversation = found.scalar_one()
            return await truth_gate.unbacked(session, self._context, conversation, replies)

    async def _answer(
        self, heard: MessageInput, replies: list[Reply], lease: Lease | None
    ) -> TurnResult:
        wrong = await self._unbacked(heard.conversation.id, replies)
        async with self._ending(heard, lease) as session:
            conversation, message, owner = await _lock(session, heard)
            if message.state != MessageState.RECEIVED:
                return TurnResult(message, [], [], queue.owner_of(owner))
            if owner is not None and owner.state == HandoffState.ACTIVE:
                # A person took over while the engine thought: what it says is dropped.
                return await _over(session, message, [], [], owner)
            if wrong is not None:
                TRUTH_BLOCKED.inc()
                log.error("truth_gate", conversation=conversation.id, unbacked=wrong)
                return await self._say_apology(session, heard, HandoffReason.TRUTH_GATE)
            if owner is not None and owner.reason == HandoffReason.ENGINE_FAILED and heard.handoff:
                case = await session.get_one(Complaint, owner.complaint_id)
                queue.end(session, owner, case, HandoffEnding.RETURNED, "bot")
            if heard.missed:
                await all_heard(session, conversation.id)
            return await _put(session, conversation, message, replies, owner)

    async def _leave_to_the_next(self, heard: MessageInput, lease: Lease | None) -> TurnResult:
        """The engine hears it with the message behind it, and answers both."""
        async with self._ending(heard, lease) as session:
            _, message, owner = await _lock(session, heard)
            message.heard = message.heard and message.state != MessageState.RECEIVED
            return await _over(session, message, [], [], owner)

    async def _queue(self, heard: MessageInput, lease: Lease | None) -> TurnResult | None:
        """A person owns the conversation: the message is theirs, and the customer knows it.

        None when the conversation was given back meanwhile: then it is the bot's to answer.
        """
        async with self._ending(heard, lease) as session:
            conversation, message, owner = await _lock(session, heard)
            if message.state != MessageState.RECEIVED:
                return TurnResult(message, [], [], queue.owner_of(owner))
            if owner is None:
                return None
            # The person who answers is not to ask for what was told meanwhile.
            told = extraction.extract(message.text, self._context.company.country)
            verification.remember_facts(conversation, told)
            if told and message.choice_token is None:
                case = await session.get_one(Complaint, owner.complaint_id)
                await summary_dialog.recognize(session, conversation, case)
            if owner.state == HandoffState.ACTIVE:
                return await self._with_a_person(
                    session, conversation, message, owner, heard.pressed
                )
            return await self._while_waiting(session, conversation, message, owner, heard.pressed)

    async def _with_a_person(
        self,
        session: AsyncSession,
        conversation: Conversation,
        message: Message,
        owner: Handoff,
        pressed: Pressed | None,
    ) -> TurnResult:
        """The person reads it themselves; only a press on what they offered is carried out."""
        reply = None
        if pressed is not None and pressed.number is not None:
            reply = await agent_offers.answer_press(
                session, self._context, owner, pressed.intent, pressed.number
            )
        if reply is None:
            return await _over(session, message, [], [], owner)
        return await _put(session, conversation, message, [reply], owner, author=Author.SYSTEM)

    async def _while_waiting(
        self,
        session: AsyncSession,
        conversation: Conversation,
        message: Message,
        owner: Handoff,
        pressed: Pressed | None,
    ) -> TurnResult:
        """The message is added to the case, and the customer knows it.

        What was offered instead of a remedy that failed they may take without a person.
        """
        reply = None
        if (
            owner.reason == HandoffReason.REMEDY_FAILED
            and pressed is not None
            and pressed.number is not None
        ):
            reply = await agent_offers.answer_press(
                session, self._context, owner, pressed.intent, pressed.number
            )
        reply = reply or await summary_dialog.answer(
            session,
            self._context,
            conversation,
            owner,
            message,
            pressed=pressed.intent if pressed else None,
        )
        # Should the customer go on with the bot, it hears what was told meanwhile.
        message.heard = pressed is not None
        if reply is None:
            reply = await fallback_replies.in_the_queue(session, self._context, conversation, owner)
            if await _told_lately(session, message, reply):
                return await _over(session, message, [], [], owner)
        return await _put(session, conversation, message, [reply], owner)

    async def _apologize(
        self, heard: MessageInput, reason: HandoffReason, lease: Lease | None
    ) -> TurnResult:
        async with self._ending(heard, lease) as session:
            return await self._say_apology(session, heard, reason)

    async def _say_apology(
        self, session: AsyncSession, heard: MessageInput, reason: HandoffReason
    ) -> TurnResult:
        conversation, message, owner = await _lock(session, heard)
        if message.state != MessageState.RECEIVED:
            return TurnResult(message, [], [], queue.owner_of(owner))
        message.heard = reason != HandoffReason.ENGINE_FAILED
        if owner is not None and owner.state == HandoffState.ACTIVE:
            return await _over(session, message, [], [], owner)
        if owner is not None and heard.handoff is not None:
            reply = await fallback_replies.in_the_queue(session, self._context, conversation, owner)
        else:
            reply = await fallback_replies.apologize(
                session, self._context, conversation, message, reason
            )
            owner = await queue.find_open(session, conversation.id)
        return await _put(session, conversation, message, [reply], owner)

    @asynccontextmanager
    async def _ending(
        self, heard: MessageInput, lease: Lease | None
    ) -> AsyncIterator[AsyncSession]:
        """The transaction that ends a turn."""
        async with self._db.write() as session:
            yield session
            if lease is not None:
                await lease.give_back_if_all_is_answered(session, are_behind=bool(heard.behind))


async def _until_the_album_is_there(photo: Message) -> None:
    """Photos that are sent together come one by one, right after each other."""
    left = photo.at + ALBUM - clock.now()
    await asyncio.sleep(max(left.total_seconds(), 0))


async def _lock(
    session: AsyncSession, heard: MessageInput
) -> tuple[Conversation, Message, Handoff | None]:
    conversation = await conversations.lock(session, heard.conversation.id)
    # Read once the row is locked: only then is it what the last turn left.
    found = await session.execute(_WITH_OWNER, {"message": heard.message.id})
    message, owner = found.one()
    return conversation, message, owner


async def _told_lately(session: AsyncSession, message: Message, reply: Reply) -> bool:
    """Whether the last word to this customer was the same, a moment ago."""
    last = await session.scalar(
        select(Message)
        .where(
            Message.conversation_id == message.conversation_id,
            Message.author != Author.CUSTOMER,
            Message.at > clock.now() - QUEUE_WORD_EVERY,
        )
        .order_by(Message.seq.desc())
        .limit(1)
    )
    return last is not None and last.text == reply.text


async def _put(
    session: AsyncSession,
    conversation: Conversation,
    message: Message,
    replies: list[Reply],
    owner: Handoff | None,
    *,
    author: Author = Author.BOT,
) -> TurnResult:
    spent = []
    case = await complaints.current(session, conversation)
    if any(reply.buttons for reply in replies) or case is None:
        spent = await messages.close_open_choices(session, conversation.id)
    outgoing = [
        await messages.add_outgoing(
            session, conversation, reply, author=author, in_reply_to=message
        )
        for reply in replies
    ]
    if (took := complaints.stop_apology_clock(case)) is not None:
        APOLOGY_SECONDS.observe(took.total_seconds())
    return await _over(session, message, outgoing, spent, owner)


async def _over(
    session: AsyncSession,
    message: Message,
    outgoing: list[Message],
    spent: list[int],
    owner: Handoff | None = None,
) -> TurnResult:
    await message_states.answer(session, message)
    return TurnResult(message, outgoing, spent, queue.owner_of(owner))
