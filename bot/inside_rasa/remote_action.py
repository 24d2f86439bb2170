"""How the engine calls the actions' server: one kept connection, and only what the actions read.

Rasa opens a connection for every call, sends all events of the conversation, and validates its
own schema of answers against JSON Schema's schema before it validates the answer.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import rasa
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.utils.endpoints import EndpointConfig

from bot.inside_rasa.tokens import checked_token

_SCHEMA = RemoteAction.action_response_format_spec()
_VALIDATOR = validator_for(_SCHEMA)(_SCHEMA)


class LatestMessageAction(RemoteAction):
    """A remote action that is sent the latest message, without the events and the domain."""

    def _action_call_format(self, tracker: DialogueStateTracker, _domain: Domain) -> dict[str, Any]:
        state = tracker.current_state(EventVerbosity.NONE)
        return {
            "next_action": self.name(),
            "sender_id": tracker.sender_id,
            "tracker": {**state, "events": []},
            "version": rasa.__version__,
        }

    def _validate_action_result(self, result: dict[str, Any]) -> bool:
        _VALIDATOR.validate(result)
        return True


class KeepAliveEndpoint(EndpointConfig):
    """An endpoint that keeps its connections open between requests."""

    _client: aiohttp.ClientSession | None = None

    def __init__(self, url: str, token: str | None, **options: Any) -> None:
        """Create the endpoint.

        Raises:
            MissingToken: the token is None, or empty.
        """
        super().__init__(url, token=checked_token("ACTIONS_TOKEN", token), **options)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[aiohttp.ClientSession]:
        """Yield the endpoint's only session, which stays open afterwards."""
        if self._client is None:
            self._client = super().session()
        yield self._client

    async def close(self) -> None:
        """Close all connections."""
        if self._client is not None:
            await self._client.close()
