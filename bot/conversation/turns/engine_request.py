"""Asks the engine for the answer to a message, until the apology for its silence is due."""

import asyncio
from datetime import datetime, timedelta

from bot import clock
from bot.conversation.turns.turn_input import EngineInput, MessageInput
from bot.rasa.client import EngineDown, EngineSilent, RasaClient
from bot.text.reply import Reply

# The engine gets at least so many seconds, even for a message that has waited long.
SHORTEST_WAIT = 3.0
RETRY_EVERY = 0.5  # seconds
# Actions that died are back within this time. An engine that is silent for longer has failed.
LONGEST_SILENCE = timedelta(seconds=10)


class EngineRequests:
    """Asks the engine, and retries while it is down."""

    def __init__(self, rasa: RasaClient, *, timeout: float, apology_after: float) -> None:
        """Ask with these limits.

        Args:
            timeout: seconds for one request.
            apology_after: seconds from a message's arrival until the customer gets an apology.
        """
        self._rasa = rasa
        self._timeout = timeout
        self._apology_after = apology_after

    async def ask(self, turn: MessageInput) -> list[Reply]:
        """Return the replies to everything that a turn sends to the engine.

        Raises:
            EngineError: there was no usable answer in time.
        """
        waited = (clock.now() - turn.message.at).total_seconds()
        wait = max(self._apology_after - waited, SHORTEST_WAIT)
        deadline = clock.now() + timedelta(seconds=wait)
        replies: list[Reply] = []
        for engine_input in turn.engine_inputs:
            replies += await self._ask_until(deadline, turn.conversation.id, engine_input)
        return replies

    async def _ask_until(
        self, deadline: datetime, conversation_id: str, engine_input: EngineInput
    ) -> list[Reply]:
        metadata = {"message_id": engine_input.message_id}
        silent_until = min(deadline, clock.now() + LONGEST_SILENCE)
        while True:
            remaining = max((deadline - clock.now()).total_seconds(), SHORTEST_WAIT)
            try:
                return await self._rasa.ask(
                    conversation_id, engine_input.text, metadata, min(remaining, self._timeout)
                )
            except EngineDown as error:
                last_try = silent_until if isinstance(error, EngineSilent) else deadline
                if clock.now() + timedelta(seconds=RETRY_EVERY) >= last_try:
                    raise
                await asyncio.sleep(RETRY_EVERY)
