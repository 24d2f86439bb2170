"""The way to the engine: one POST a turn, on loopback, with a token and a deadline."""

from typing import Any

import httpx

from bot.say import Option, Say


class EngineError(Exception):
    """The engine gave no answer that can be used; the text says why, for the log."""


class EngineDown(EngineError):
    """Nothing answers where the engine should be: it is starting, or it has died."""


class EngineSilent(EngineDown):
    """It answers, but says nothing: the actions are being started again, or one has failed."""


class RasaClient:
    """Asks Rasa what to say."""

    def __init__(self, url: str, token: str, concurrency: int = 64) -> None:
        self._http = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {token}"},
            limits=httpx.Limits(max_connections=concurrency),
            # Loopback: a proxy of the environment has no business here.
            trust_env=False,
        )

    async def ask(
        self, conversation_id: str, text: str, metadata: dict[str, Any], timeout: float
    ) -> list[Say]:
        """What the assistant says to ``text``.

        Raises:
            EngineDown: nothing listens there, or it died while it was asked.
            EngineSilent: an empty answer: Rasa 3.6's REST channel answers 200 with ``[]`` when
                something broke.
            EngineError: no answer in ``timeout`` seconds, or an error.
        """
        body = {"sender": conversation_id, "message": text, "metadata": metadata}
        try:
            answer = await self._http.post(
                "/webhooks/rest/webhook", json=body, timeout=httpx.Timeout(timeout, connect=2)
            )
            answer.raise_for_status()
            says = [_say(one) for one in answer.json()]
        except (httpx.NetworkError, httpx.RemoteProtocolError) as error:
            # It is not there, or went away in the middle: the same turn may be asked for again.
            raise EngineDown(f"{type(error).__name__}: {error}") from error
        except (httpx.HTTPError, ValueError, LookupError, TypeError) as error:
            raise EngineError(f"{type(error).__name__}: {error}") from error
        if not says:
            raise EngineSilent("an empty answer")
        return says

    async def is_ready(self) -> bool:
        """Whether the engine answers and has a model loaded."""
        try:
            answer = await self._http.get("/webhooks/rest/", timeout=2)
        except httpx.HTTPError:
            return False
        return answer.is_success

    async def close(self) -> None:
        """Close every connection."""
        await self._http.aclose()


def _say(item: dict[str, Any]) -> Say:
    return Say(
        text=item["text"],
        options=tuple(
            Option(one["title"], one["payload"], one.get("detail", ""))
            for one in item.get("buttons", [])
        ),
    )
