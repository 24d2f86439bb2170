"""A customer on the web chat's WebSocket, for tests that need no page."""

import asyncio
import re
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from bot.cli.chat_client import ChatClient, Message
from tests.waiting import wait_until

T = TypeVar("T")
REFERENCE = re.compile(r"\bQ-\d{4}-\d{4}\b")
APOLOGY = re.compile(r"\ble pido disculpas\b|\bI apologize\b", re.IGNORECASE)
LONGEST_TURN = 40.0


@dataclass(frozen=True)
class Answer:
    """The messages to the customer since they wrote."""

    messages: list[Message]

    @property
    def text(self) -> str:
        return "\n".join(message["text"] for message in self.messages)

    @property
    def choices(self) -> list[str]:
        """The titles of the buttons that can be pressed."""
        titles: list[str] = []
        for message in self.messages:
            if message["choices"]:
                titles = [choice["title"] for choice in message["choices"]]
        return titles

    @property
    def apologizes(self) -> bool:
        return APOLOGY.search(self.text) is not None

    @property
    def questions(self) -> int:
        return self.text.count("?")

    @property
    def reference(self) -> str | None:
        found = REFERENCE.search(self.text)
        return found[0] if found else None


class Customer:
    """One conversation; it survives restarts of the server."""

    def __init__(self, url: str, language: str = "es", patience: float = 120) -> None:
        self.messages: list[Message] = []
        self.errors: list[str] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._client = ChatClient(
            url=url,
            language=language,
            on_message=self.messages.append,
            on_error=self.errors.append,
            give_up_after=patience,
        )

    def __enter__(self) -> Self:
        self._thread.start()
        self._connect()

        def is_welcome() -> bool:
            if self._connected.done():  # nobody was there: the server may just be starting anew
                self._connect()
            return self._client.session is not None

        wait_until(is_welcome, 60, "the chat's welcome", every=0.02)
        return self

    def _connect(self) -> None:
        self._connected = asyncio.run_coroutine_threadsafe(
            self._client.stay_connected(), self._loop
        )

    def __exit__(self, *_: object) -> None:
        self._connected.cancel()
        self._in_loop(_ended)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def conversation_id(self) -> str:
        """The conversation's id in the database: what the session's token holds."""
        from itsdangerous import URLSafeTimedSerializer

        assert self._client.session is not None
        _, value = URLSafeTimedSerializer("", salt="web-visitor").loads_unsafe(self._client.session)
        return str(value)

    def say(self, text: str, within: float = LONGEST_TURN) -> Answer:
        """Send a message, and wait for its answer."""
        return self._answered(lambda: self._client.say(text), text, within)

    def choose(self, number: int, within: float = LONGEST_TURN) -> Answer:
        """Press an alternative, counted from 1, and wait for the answer."""
        return self._answered(lambda: self._client.choose(number), f"choice {number}", within)

    def send(self, text: str) -> str:
        """Send a message without waiting; return its id."""
        return self._in_loop(lambda: _now(lambda: self._client.say(text)))

    def press(self, number: int) -> str:
        """Press an alternative without waiting; return the id of the press."""
        return self._in_loop(lambda: _now(lambda: self._client.choose(number)))

    def is_answered(self, said: str, within: float = 0) -> bool:
        """Return True if the message is answered within ``within`` seconds."""
        try:
            self.wait_for_answer(said, within)
        except AssertionError:
            return False
        return True

    def wait_for_answer(self, said: str, within: float = LONGEST_TURN) -> None:
        """Wait until a message is answered."""
        wait_until(
            lambda: self._client.is_answered(said), within, f"an answer to {said}", every=0.02
        )

    def _answered(self, say: Callable[[], str], what: str, within: float) -> Answer:
        place = len(self.messages)
        said = self._in_loop(lambda: _now(say))
        wait_until(
            lambda: self._client.is_answered(said), within, f"an answer to {what!r}", every=0.02
        )
        return self.answer_since(place)

    def answer_since(self, place: int) -> Answer:
        """Return the messages to the customer from that index on."""
        return Answer([one for one in self.messages[place:] if one["author"] != "customer"])

    def _in_loop(self, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        return asyncio.run_coroutine_threadsafe(make(), self._loop).result(10)


async def _now(call: Callable[[], T]) -> T:
    return call()


async def _ended() -> None:
    # The connection's task was cancelled; let it take its socket down.
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    await asyncio.wait(others, timeout=2) if others else None
