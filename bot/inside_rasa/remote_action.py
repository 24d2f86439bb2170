"""How the engine calls our actions: over a connection that stays, with what they read.

Rasa opens a connection for every call, sends the whole conversation along, and checks its own
schema of answers against the schema of schemas before it checks the answer.
"""

from contextlib import asynccontextmanager
from typing import Any, AsyncIterator, Dict, Optional

import aiohttp
import rasa
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.utils.endpoints import EndpointConfig

_SCHEMA = RemoteAction.action_response_format_spec()
_ANSWERS = validator_for(_SCHEMA)(_SCHEMA)


class OurAction(RemoteAction):
    """Tells the actions the latest message, and not the events: the facts are in the database."""

    def _action_call_format(self, tracker: DialogueStateTracker, _domain: Domain) -> Dict[str, Any]:
        state = tracker.current_state(EventVerbosity.NONE)
        return {
            "next_action": self.name(),
            "sender_id": tracker.sender_id,
            "tracker": {**state, "events": []},
            "version": rasa.__version__,
        }

    def _validate_action_result(self, result: Dict[str, Any]) -> bool:
        _ANSWERS.validate(result)
        return True


class KeptEndpoint(EndpointConfig):
    """An address whose connections are used again."""

    _kept: Optional[aiohttp.ClientSession] = None

    @asynccontextmanager
    async def session(self) -> AsyncIterator[aiohttp.ClientSession]:
        """The session of this address, which stays open."""
        if self._kept is None:
            self._kept = super().session()
        yield self._kept

    async def close(self) -> None:
        """Let go of all connections."""
        if self._kept is not None:
            await self._kept.close()
