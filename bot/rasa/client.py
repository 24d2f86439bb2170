"""The engine's HTTP client: one POST for each turn, on loopback, with a token and a timeout."""

import json
from typing import Any

import aiohttp

from bot.text.reply import Reply, ReplyButton


class EngineError(Exception):
    """The engine gave no usable answer; the text is the reason, for the log."""


class EngineDown(EngineError):
    """The engine is not reachable: it is starting, or has died. The turn may be tried again."""


class EngineSilent(EngineDown):
    """The engine answered with nothing: the actions are not reachable, or one has failed."""


class RasaClient:
    """Sends messages to Rasa's REST channel."""

    def __init__(self, url: str, token: str, concurrency: int = 64) -> None:
        """Create a client, which connects at its first call.

        Args:
            concurrency: the most connections, and so the most calls at a time.
        """
        self._url = url
        self._token = token
        self._concurrency = concurrency
        self._open_session: aiohttp.ClientSession | None = None

    async def ask(
        self, conversation_id: str, text: str, metadata: dict[str, Any], timeout: float
    ) -> list[Reply]:
        """Return the assistant's replies to ``text``; there is at least one.

        Args:
            metadata: what the actions get with the message.
            timeout: seconds for the whole call.

        Raises:
            EngineDown: no connection, or it was closed before the answer was complete.
            EngineSilent: an empty answer: Rasa 3.6's REST channel answers 200 with ``[]`` when an
                exception was raised.
            EngineError: no answer within the timeout, another status than 200, or an answer in
                another format.
        """
        body = {"sender": conversation_id, "message": text, "metadata": metadata}
        limits = aiohttp.ClientTimeout(total=timeout, sock_connect=2)
        try:
            async with self._session.post(
                "/webhooks/rest/webhook", json=body, timeout=limits, allow_redirects=False
            ) as response:
                if response.status != 200:
                    raise EngineError(f"HTTP {response.status}")
                replies = [_reply(item) for item in json.loads(await response.read())]
        except (TimeoutError, ValueError, LookupError, TypeError) as error:
            raise EngineError(f"{type(error).__name__}: {error}") from error
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError) as error:
            raise EngineDown(f"{type(error).__name__}: {error}") from error
        except aiohttp.ClientError as error:
            raise EngineError(f"{type(error).__name__}: {error}") from error
        if not replies:
            raise EngineSilent("an empty answer")
        return replies

    async def is_ready(self) -> bool:
        """Return True if the engine answers, which it does once its model is loaded."""
        limits = aiohttp.ClientTimeout(total=2)
        try:
            async with self._session.get("/webhooks/rest/", timeout=limits) as response:
                return response.ok
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def close(self) -> None:
        """Close all connections."""
        if self._open_session is not None:
            await self._open_session.close()

    @property
    def _session(self) -> aiohttp.ClientSession:
        """The session with its pool of connections; created within a running event loop."""
        if self._open_session is None:
            self._open_session = aiohttp.ClientSession(
                self._url,
                headers={"Authorization": f"Bearer {self._token}"},
                connector=aiohttp.TCPConnector(limit=self._concurrency),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._open_session


def _reply(item: dict[str, Any]) -> Reply:
    return Reply(
        text=item["text"],
        buttons=tuple(
            ReplyButton(button["title"], button["payload"], button.get("detail", ""))
            for button in item.get("buttons", [])
        ),
    )
