"""Callbacks of the company's provider: signed over the raw body, recent, and each event once."""

import structlog
from sanic import Blueprint, HTTPResponse, Request, response

from bot import clock, webhook_signature
from bot.compensation.fulfilment import ProviderAnswer
from bot.compensation.provider_client import clean_text, parse_object
from bot.conversation.workers import fulfilment_result
from bot.metrics import REFUSED
from bot.models import ProviderOutcome
from bot.runtime import Runtime
from bot.webhook_signature import SignatureError

log = structlog.get_logger()
callbacks = Blueprint("callbacks")
NAME = "provider"
DONE, REFUSED_TYPE = "remedy.done", "remedy.refused"


@callbacks.post("/providers/webhook")
async def receive(request: Request) -> HTTPResponse:
    """Take in that a remedy was done or refused; 204, also for a repeated event.

    A provider sends an event again after a 5xx, and not after a 4xx, which would stay the same.
    """
    runtime: Runtime = request.app.ctx.runtime
    if runtime.provider is None:
        return response.json({"error": "not_set_up"}, status=404)
    try:
        event_id = webhook_signature.verify(
            runtime.provider.key, request.headers, request.body, clock.now()
        )
    except SignatureError as error:
        return _refuse(error.code, 401)
    event = parse_object(request.body)
    if event is None or not isinstance(data := event.get("data"), dict):
        return _refuse("bad_body", 400)
    if (answer := _parse_answer(event.get("type"), data)) is None:
        # The Standard Webhooks specification says to ignore unknown types.
        REFUSED.labels(NAME, "unknown_type").inc()
        return response.empty()
    try:
        async with runtime.db.write() as session:
            key = clean_text(data.get("id"))
            change = await fulfilment_result.store(
                session, runtime.context, key, answer, event_id=event_id
            )
    except LookupError:
        return _refuse("unknown_remedy", 404)
    if change is not None:
        await runtime.publisher.change(change)
    return response.empty()


def _parse_answer(kind: object, data: dict[str, object]) -> ProviderAnswer | None:
    reference = clean_text(data.get("reference")) or None
    if kind == DONE:
        return ProviderAnswer(ProviderOutcome.DONE, reference=reference)
    if kind == REFUSED_TYPE:
        return ProviderAnswer(
            ProviderOutcome.REFUSED, clean_text(data.get("reason")) or "no reason given", reference
        )
    return None


def _refuse(code: str, status: int) -> HTTPResponse:
    REFUSED.labels(NAME, code).inc()
    log.warning("callback_refused", code=code)
    return response.json({"error": code}, status=status)
