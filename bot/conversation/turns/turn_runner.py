"""Runs the turns of a process, one at a time for each conversation, and publishes what they did."""

import structlog

from bot.conversation.keyed_tasks import KeyedTasks
from bot.conversation.live_events import LiveEvents
from bot.conversation.outbound.publisher import Publisher
from bot.conversation.outbound.typing_indicator import TypingIndicator
from bot.conversation.turns.lease import turn_lease
from bot.conversation.turns.turn import Turns
from bot.conversation.turns.turn_end import TurnResult
from bot.database.session import Database
from bot.models import Owner

log = structlog.get_logger()


class TurnRunner:
    """Runs the turns of the conversations that it is woken for, each under its lease."""

    def __init__(
        self,
        db: Database,
        turns: Turns,
        *,
        live: LiveEvents,
        publisher: Publisher,
        typing: TypingIndicator,
        worker: str,
    ) -> None:
        self._db = db
        self._turns = turns
        self._live = live
        self._publisher = publisher
        self._typing = typing
        self._worker = worker
        self._tasks = KeyedTasks(self._run)

    def __contains__(self, conversation_id: str) -> bool:
        """Return True while a turn of this conversation runs here."""
        return conversation_id in self._tasks

    def wake(self, conversation_id: str) -> None:
        """Run the turn of a stored message now, or right after the one that runs."""
        self._tasks.wake(conversation_id)

    async def stop(self, patience: float = 10.0) -> None:
        """Start no more turns; wait at most ``patience`` seconds for those that run."""
        await self._tasks.stop(patience)

    async def _run(self, conversation_id: str) -> None:
        try:
            async with turn_lease(
                self._db, conversation_id, self._worker, is_alone=self._db.has_one_edge
            ) as lease:
                while result := await self._turns.run_next(
                    conversation_id, lambda: self._typing.begin(conversation_id), lease
                ):
                    await self._publish(result)
                    if self._tasks.is_ending or not lease.held:
                        return  # the next sweep finds what is still unanswered
        except Exception:
            # The message stays in the inbox, and the next sweep tries again.
            log.exception("turn_failed", conversation=conversation_id)

    async def _publish(self, result: TurnResult) -> None:
        conversation_id = result.incoming.conversation_id
        self._typing.end(conversation_id)
        self._typing.close_buttons(conversation_id, result.closed_seqs)
        self._live.choices_closed(conversation_id, result.closed_seqs)
        for message in result.outgoing:
            await self._publisher.message(message)
        if result.owner != Owner.AGENT:
            self._live.owner(conversation_id, result.owner)
        if result.owner != Owner.BOT or result.had_handoff:
            self._live.case_changed(conversation_id)
        self._live.answered(result.incoming)
