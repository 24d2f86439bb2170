"""The company's own system, asked over HTTP to carry a remedy out; what its answers mean.

Nothing here touches the database, so that no transaction is open while it is asked.
"""

import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from bot import clock, webhook_signature
from bot.compensation.fulfilment import Answer, Wanted
from bot.config.settings import Settings
from bot.models import Contact, ProviderOutcome
from bot.money import Money

SECONDS = 10.0
LONGEST_WHY = 300
LONGEST_ANSWER = 64 * 1024
REQUESTED = "remedy.requested"
# It understood, and will not do it.
REFUSALS = frozenset({409, 422})


class Provider:
    """One address and the secret shared with it."""

    def __init__(self, url: str, secret: str) -> None:
        self.url = url
        self.key = webhook_signature.key_of(secret)
        # A proxy of the environment has no business on loopback.
        is_local = urlsplit(url).hostname in {"127.0.0.1", "::1", "localhost"}
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(SECONDS, connect=5), trust_env=not is_local
        )

    async def ask(self, body: bytes, key: str) -> Answer:
        """Ask for a remedy; the same key is the same remedy, however often it is asked for."""
        signed = webhook_signature.headers(self.key, key, clock.now(), body)
        headers = {"Content-Type": "application/json", "Idempotency-Key": key, **signed}
        try:
            async with self._http.stream(
                "POST", self.url, content=body, headers=headers
            ) as response:
                return meaning(response.status_code, response.headers, await _read(response))
        except httpx.HTTPError as error:
            return Answer(ProviderOutcome.LATER, f"{type(error).__name__}: {error}"[:LONGEST_WHY])

    async def close(self) -> None:
        """Hang up."""
        await self._http.aclose()


def open_provider(settings: Settings) -> Provider | None:
    """The provider that the settings name, if they name one."""
    if settings.provider_url is None or settings.provider_secret is None:
        return None
    return Provider(settings.provider_url, settings.provider_secret.get_secret_value())


def request(wanted: Wanted) -> bytes:
    """What is asked for, in full: the other side need not ask back."""
    one, remedy, order = wanted.fulfilment, wanted.remedy, wanted.order
    terms = remedy.terms
    amount = Money(remedy.amount_minor, remedy.currency) if remedy.amount_minor else None
    data = {
        "id": one.idempotency_key,
        "kind": remedy.kind,
        "title": terms["title"],
        "amount": f"{amount.major:f}" if amount else None,
        "amount_minor": remedy.amount_minor if amount else None,
        "currency": remedy.currency if amount else None,
        "months": terms["months"],
        "valid_days": terms["valid_days"],
        "due_at": one.due_at.isoformat(),
        "case": wanted.case.reference,
        "order": order.number if order else None,
        "customer": _customer(wanted.contact),
    }
    told = {"type": REQUESTED, "timestamp": one.created_at.isoformat(), "data": data}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _customer(contact: Contact | None) -> dict[str, str | None] | None:
    if contact is None:
        return None
    return {"name": contact.name, "email": contact.email, "phone": contact.phone}


def meaning(status: int, headers: httpx.Headers, body: bytes) -> Answer:
    """What an answer means for the remedy; whatever is not understood is asked again."""
    told = read_object(body) or {}
    reference = text_of(told.get("reference")) or None
    if status == 200:
        return Answer(ProviderOutcome.DONE, reference=reference)
    if status == 202:
        return Answer(ProviderOutcome.ACCEPTED, reference=reference, after=_after(headers))
    if status in REFUSALS:
        return Answer(
            ProviderOutcome.REFUSED, text_of(told.get("reason")) or f"HTTP {status}", reference
        )
    return Answer(ProviderOutcome.LATER, f"HTTP {status}", after=_after(headers))


def read_object(body: bytes) -> dict[str, Any] | None:
    """A JSON object, if it is one."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def text_of(value: object) -> str:
    """A text of the other side's, short enough to be kept."""
    return (
        " ".join(value.replace("\0", " ").split())[:LONGEST_WHY] if isinstance(value, str) else ""
    )


def _after(headers: httpx.Headers) -> timedelta | None:
    """How long to wait, in seconds or until a date."""
    written = headers.get("retry-after", "").strip()
    if written.isascii() and written.isdigit():
        return timedelta(seconds=min(int(written[:9]), 7 * 86400))
    try:
        until = parsedate_to_datetime(written)
    except ValueError:
        return None
    return max(_aware(until) - clock.now(), timedelta())


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


async def _read(response: httpx.Response) -> bytes:
    """The beginning of the answer: nobody fills our memory."""
    body = b""
    async for part in response.aiter_bytes():
        body += part
        if len(body) > LONGEST_ANSWER:
            return b""
    return body
