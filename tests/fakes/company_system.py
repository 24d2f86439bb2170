"""A fake of the company's own system, which carries remedies out, with random faults.

It does each remedy once by its idempotency key, as ``docs/providers.md`` asks for. The faults are
drawn for every request: it is slow, fails, drops its answer, answers later by a callback, or sends
the callback besides its answer, twice and in any order.
"""

import json
import random
import threading
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from bot import webhook_signature
from tests.fakes.provider import DropConnection, FakeProvider, Request, Response

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass(frozen=True, slots=True)
class FaultRates:
    """The probability of each fault, from 0 to 1, and the longest delay in seconds."""

    failure: float = 0.0
    lost_answer: float = 0.0
    refusal: float = 0.0
    callback: float = 0.0  # answers 202, and calls back later
    duplicate_callback: float = 0.0  # calls back besides, twice
    delay: float = 0.0


@dataclass(slots=True)
class RequestedRemedy:
    """A remedy that was requested."""

    data: dict[str, Any]
    verdict: str  # "done" or "refused"
    requests: int = 1
    events: list[str] = field(default_factory=list)


class FakeCompanySystem(FakeProvider):
    """The server, with all remedies that it was asked for."""

    def __init__(self, odds: FaultRates | None = None, seed: int = 0) -> None:
        self.remedies: dict[str, RequestedRemedy] = {}
        self.answers: list[Response] = []  # given instead, the first one first
        self.callback_urls: list[str] = []  # any of them, each time
        self.headers: list[dict[str, str]] = []
        self._odds = odds or FaultRates()
        self._chance = random.Random(seed)  # noqa: S311 - a test that can be told to do it again
        self._key = webhook_signature.parse_secret(SECRET)
        self._calling: list[threading.Thread] = []
        self._over = threading.Event()
        super().__init__()

    def answer(self, request: Request) -> Response:
        stamp = int(request.headers["webhook-timestamp"])
        key = webhook_signature.verify(
            self._key, request.headers, request.body, datetime.fromtimestamp(stamp, UTC)
        )
        assert key == request.headers["idempotency-key"]
        told = json.loads(request.body)
        assert (told["type"], told["data"]["id"]) == ("remedy.requested", key)
        with self.lock:
            self.headers.append(request.headers)
            odds, draw = self._odds, self._chance.random
            slow = draw() * odds.delay
            fails, loses = draw() < odds.failure, draw() < odds.lost_answer
            later, twice = draw() < odds.callback, draw() < odds.duplicate_callback
        time.sleep(slow)
        if self.answers:
            return self.answers.pop(0)
        if fails:
            return 503, {"error": "down"}
        deed = self._do(key, told["data"])
        if twice or later:
            self._call_back(key, deed, times=2 if twice else 1)
        if loses:
            raise DropConnection
        if later:
            return 202, {"reference": f"R-{key[:8]}"}
        if deed.verdict == "refused":
            return 422, {"reason": "out of stock"}
        return 200, {"reference": f"R-{key[:8]}"}

    def _do(self, key: str, data: dict[str, Any]) -> RequestedRemedy:
        with self.lock:
            known = self.remedies.get(key)
            if known is not None:
                assert known.data == data, "the same key with something else"
                known.requests += 1
                return known
            refused = self._chance.random() < self._odds.refusal
            self.remedies[key] = RequestedRemedy(data, "refused" if refused else "done")
            return self.remedies[key]

    # --- callbacks ---------------------------------------------------------------------------

    def _call_back(self, key: str, deed: RequestedRemedy, times: int) -> None:
        if not self.callback_urls:
            return
        with self.lock:
            waits = [self._chance.uniform(0, 0.5) for _ in range(times)]
        event = f"evt_{uuid.uuid4().hex}"
        for wait in waits:
            thread = threading.Thread(
                target=self._call_back_until_received,
                args=(wait, key, deed.verdict, event),
                daemon=True,
            )
            thread.start()
            self._calling.append(thread)

    def _call_back_until_received(self, wait: float, key: str, verdict: str, event: str) -> None:
        """Send the callback until it is received, as senders of webhooks do."""
        while not self._over.wait(wait):
            try:
                if self.send_callback(key, verdict, event).status_code < 500:
                    return
            except httpx.TransportError:
                pass  # nobody there, for now
            wait = 0.2

    def send_callback(self, key: str, verdict: str, event: str, **data: object) -> httpx.Response:
        """Send one signed callback."""
        told = {"type": f"remedy.{verdict}", "data": {"id": key, "reason": "gone", **data}}
        body = json.dumps(told).encode()
        headers = webhook_signature.sign(self._key, event, datetime.now(UTC), body)
        url = self._chance.choice(self.callback_urls)
        return httpx.post(url, content=body, headers=headers, trust_env=False, timeout=5)

    @property
    def has_pending_callbacks(self) -> bool:
        """True while a callback was not received yet."""
        return any(one.is_alive() for one in list(self._calling))

    def close(self) -> None:
        self._over.set()
        for thread in self._calling:
            thread.join()
        super().close()
