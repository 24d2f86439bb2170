"""The way to the engine: one POST a turn, on loopback, with a token and a deadline."""

import json
from typing import Any

import aiohttp

from bot.text.reply import Reply, ReplyButton


class EngineError(Exception):
    """The engine gave no answer that can be used; the text says why, for the log."""


class EngineDown(EngineError):
    """Nothing answers where the engine should be: it is starting, or it has died."""


class EngineSilent(EngineDown):
    """It answers, but says nothing: the actions are being started again, or one has failed."""


class RasaClient:
    """Asks Rasa what to say."""

    def __init__(self, url: str, token: str, concurrency: int = 64) -> None:
        self._url = url
        self._token = token
        self._concurrency = concurrency
        self._opened: aiohttp.ClientSession | None = None

    async def ask(
        self, conversation_id: str, text: str, metadata: dict[str, Any], timeout: float
    ) -> list[Reply]:
        """What the assistant says to ``text``.

        Raises:
            EngineDown: nothing listens there, or it died while it was asked.
            EngineSilent: an empty answer: Rasa 3.6's REST channel answers 200 with ``[]`` when
                something broke.
            EngineError: no answer in ``timeout`` seconds, or an error.
        """
        body = {"sender": conversation_id, "message": text, "metadata": metadata}
        patience = aiohttp.ClientTimeout(total=timeout, sock_connect=2)
        try:
            async with self._session.post(
                "/webhooks/rest/webhook", json=body, timeout=patience, allow_redirects=False
            ) as answer:
                if answer.status != 200:
                    raise EngineError(f"HTTP {answer.status}")
                replies = [_reply(one) for one in json.loads(await answer.read())]
        except (TimeoutError, ValueError, LookupError, TypeError) as error:
            raise EngineError(f"{type(error).__name__}: {error}") from error
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError) as error:
            # It is not there, or went away in the middle: the same turn may be asked for again.
            raise EngineDown(f"{type(error).__name__}: {error}") from error
        except aiohttp.ClientError as error:
            raise EngineError(f"{type(error).__name__}: {error}") from error
        if not replies:
            raise EngineSilent("an empty answer")
        return replies

    async def is_ready(self) -> bool:
        """Whether the engine answers and has a model loaded."""
        patience = aiohttp.ClientTimeout(total=2)
        try:
            async with self._session.get("/webhooks/rest/", timeout=patience) as answer:
                return answer.ok
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def close(self) -> None:
        """Close every connection."""
        if self._opened is not None:
            await self._opened.close()

    @property
    def _session(self) -> aiohttp.ClientSession:
        """Connections that are used again; opened where a loop runs, and not before."""
        if self._opened is None:
            self._opened = aiohttp.ClientSession(
                self._url,
                headers={"Authorization": f"Bearer {self._token}"},
                connector=aiohttp.TCPConnector(limit=self._concurrency),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._opened


def _reply(item: dict[str, Any]) -> Reply:
    return Reply(
        text=item["text"],
        buttons=tuple(
            ReplyButton(one["title"], one["payload"], one.get("detail", ""))
            for one in item.get("buttons", [])
        ),
    )
