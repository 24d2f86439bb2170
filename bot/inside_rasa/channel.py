"""The engine's entrance: Rasa's REST channel, which here demands a token."""

import hmac
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.channels.rest import RestInput
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.inside_rasa.tokens import required_token


class TokenRestInput(RestInput):
    """The REST channel behind `Authorization: Bearer <ENGINE_TOKEN>`.

    Rasa's own `--auth-token` protects its management routes, not its channels. The channel's name
    stays "rest", and so does its path, /webhooks/rest/webhook.
    """

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the routes of the REST channel, each of which answers 401 without the token.

        Raises:
            MissingToken: ENGINE_TOKEN is not set, or empty.
        """
        expected = f"Bearer {required_token('ENGINE_TOKEN')}".encode()
        blueprint: Blueprint = super().blueprint(on_new_message)

        @blueprint.middleware("request")
        async def check_token(request: Request) -> HTTPResponse | None:
            given = request.headers.get("authorization", "").encode()
            if hmac.compare_digest(given, expected):
                return None
            return response.json({"error": "the token is missing or wrong"}, status=401)

        return blueprint
