"""The provider calls back: signed over the raw body, of now, and each event once."""

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
async def webhook_came(request: Request) -> HTTPResponse:
    """A remedy was done or refused. 204 when it is taken in, also if it is not for the first time.

    The answer tells the other side whether to send it again: never after a 4xx, for that would
    come out the same.
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
    told = parse_object(request.body)
    if told is None or not isinstance(data := told.get("data"), dict):
        return _refuse("bad_body", 400)
    if (answer := _answer(told.get("type"), data)) is None:
        # As the standard has it: a type that one does not know is none of one's business.
        REFUSED.labels(NAME, "unknown_type").inc()
        return response.empty()
    try:
        async with runtime.db.write() as session:
            key = clean_text(data.get("id"))
            step = await fulfilment_result.store(
                session, runtime.context, key, answer, event_id=event_id
            )
    except LookupError:
        return _refuse("unknown_remedy", 404)
    if step is not None:
        await runtime.publisher.change(step)
    return response.empty()


def _answer(kind: object, data: dict[str, object]) -> ProviderAnswer | None:
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
