"""The HTTP client of the provider: the company's own system, which carries remedies out.

It uses no database, so that no transaction is open during a request.
"""

import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from bot import clock, webhook_signature
from bot.compensation.fulfilment import FulfilmentTask, ProviderAnswer
from bot.config.loopback import is_loopback
from bot.config.settings import Settings
from bot.models import Contact, ProviderOutcome
from bot.money import Money

TIMEOUT_SECONDS = 10.0
MAX_REASON = 300
MAX_BODY = 64 * 1024
REQUESTED = "remedy.requested"
# The provider has understood the request and refuses it.
REFUSALS = frozenset({409, 422})


class ProviderClient:
    """A client for one URL, with the secret that signs requests to it and callbacks from it."""

    def __init__(self, url: str, secret: str) -> None:
        self.url = url
        self.key = webhook_signature.parse_secret(secret)
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(TIMEOUT_SECONDS, connect=5), trust_env=not is_loopback(url)
        )

    async def request(self, body: bytes, key: str) -> ProviderAnswer:
        """Ask for a remedy. Return ``LATER`` as outcome if there is no answer.

        Args:
            body: see ``build_request``.
            key: the idempotency key: the same key is the same remedy.
        """
        signature = webhook_signature.sign(self.key, key, clock.now(), body)
        headers = {"Content-Type": "application/json", "Idempotency-Key": key, **signature}
        try:
            async with self._http.stream(
                "POST", self.url, content=body, headers=headers
            ) as response:
                return interpret_response(
                    response.status_code, response.headers, await _read_body(response)
                )
        except httpx.HTTPError as error:
            return ProviderAnswer(
                ProviderOutcome.LATER, f"{type(error).__name__}: {error}"[:MAX_REASON]
            )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def open_provider(settings: Settings) -> ProviderClient | None:
    """Return a client for the provider in the settings; None if there is none."""
    if settings.provider_url is None or settings.provider_secret is None:
        return None
    return ProviderClient(settings.provider_url, settings.provider_secret.get_secret_value())


def build_request(task: FulfilmentTask) -> bytes:
    """Return the JSON body that asks for a remedy, with all that the provider needs to know."""
    fulfilment, remedy, order = task.fulfilment, task.remedy, task.order
    terms = remedy.terms
    amount = Money(remedy.amount_minor, remedy.currency) if remedy.amount_minor else None
    data = {
        "id": fulfilment.idempotency_key,
        "kind": remedy.kind,
        "title": terms["title"],
        "amount": f"{amount.major:f}" if amount else None,
        "amount_minor": remedy.amount_minor if amount else None,
        "currency": remedy.currency if amount else None,
        "months": terms["months"],
        "valid_days": terms["valid_days"],
        "due_at": fulfilment.due_at.isoformat(),
        "case": task.case.reference,
        "order": order.number if order else None,
        "customer": _customer(task.contact),
    }
    content = {"type": REQUESTED, "timestamp": fulfilment.created_at.isoformat(), "data": data}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _customer(contact: Contact | None) -> dict[str, str | None] | None:
    if contact is None:
        return None
    return {"name": contact.name, "email": contact.email, "phone": contact.phone}


def interpret_response(status: int, headers: httpx.Headers, body: bytes) -> ProviderAnswer:
    """Interpret an HTTP response; any unknown status means to ask again later."""
    content = parse_object(body) or {}
    reference = clean_text(content.get("reference")) or None
    if status == 200:
        return ProviderAnswer(ProviderOutcome.DONE, reference=reference)
    if status == 202:
        return ProviderAnswer(
            ProviderOutcome.ACCEPTED, reference=reference, after=_retry_after(headers)
        )
    if status in REFUSALS:
        return ProviderAnswer(
            ProviderOutcome.REFUSED,
            clean_text(content.get("reason")) or f"HTTP {status}",
            reference,
        )
    return ProviderAnswer(ProviderOutcome.LATER, f"HTTP {status}", after=_retry_after(headers))


def parse_object(body: bytes) -> dict[str, Any] | None:
    """Parse a JSON object; None if the body is anything else."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def clean_text(value: object) -> str:
    """Return a text of the provider's in one line, cut to ``MAX_REASON`` characters; else ""."""
    return " ".join(value.replace("\0", " ").split())[:MAX_REASON] if isinstance(value, str) else ""


def _retry_after(headers: httpx.Headers) -> timedelta | None:
    """Parse Retry-After: seconds (at most a week) or an HTTP date."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value[:9]), 7 * 86400))
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(_aware(until) - clock.now(), timedelta())


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


async def _read_body(response: httpx.Response) -> bytes:
    """Read the body; a longer one than ``MAX_BODY`` bytes counts as empty, to save memory."""
    body = b""
    async for part in response.aiter_bytes():
        body += part
        if len(body) > MAX_BODY:
            return b""
    return body
