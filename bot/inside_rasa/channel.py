"""The engine's front door: its REST channel, for whoever shows the token."""

import hmac
import os
from typing import Any, Awaitable, Callable, Optional

from rasa.core.channels.channel import UserMessage
from rasa.core.channels.rest import RestInput
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse


class GuardedRest(RestInput):
    """The REST channel behind `Authorization: Bearer <ENGINE_TOKEN>`.

    The engine's own token guards its management addresses and not its channels. The name stays
    "rest", and so does the address, /webhooks/rest/webhook.
    """

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Every address of the channel, none of which answers without the token."""
        expected = f"Bearer {os.environ['ENGINE_TOKEN']}".encode()
        blueprint: Blueprint = super().blueprint(on_new_message)

        @blueprint.middleware("request")
        async def guard(request: Request) -> Optional[HTTPResponse]:
            shown = request.headers.get("authorization", "").encode()
            if hmac.compare_digest(shown, expected):
                return None
            return response.json({"error": "the token is missing or wrong"}, status=401)

        return blueprint
