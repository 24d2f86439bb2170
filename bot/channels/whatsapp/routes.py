"""WhatsApp's webhook: checks the signature of the raw body, stores the events, then answers 200."""

import json

from sanic import Blueprint, HTTPResponse, Request, response

from bot.channels.whatsapp.channel import NAME, WhatsAppChannel
from bot.channels.whatsapp.webhook_payload import UnreadableItem, parse
from bot.conversation.channel_api import ChannelEvent
from bot.metrics import REFUSED
from bot.runtime import Runtime

whatsapp = Blueprint("whatsapp")
HEADER = "X-Hub-Signature-256"


@whatsapp.get("/channels/whatsapp")
async def challenge(request: Request) -> HTTPResponse:
    """Answer the challenge with which Meta verifies the webhook's address."""
    channel = _channel(request)
    if channel is None:
        return _not_set_up()
    if not channel.is_challenge(request.args.get("hub.mode"), request.args.get("hub.verify_token")):
        REFUSED.labels(NAME, "bad_token").inc()
        return response.json({"error": "forbidden"}, status=403)
    return response.text(str(request.args.get("hub.challenge", "")))


@whatsapp.post("/channels/whatsapp")
async def webhook(request: Request) -> HTTPResponse:
    """Store messages and delivery reports."""
    runtime: Runtime = request.app.ctx.runtime
    channel = _channel(request)
    if channel is None:
        return _not_set_up()
    if not channel.is_authentic(request.body, request.headers.get(HEADER)):
        REFUSED.labels(NAME, "bad_signature").inc()
        return response.json({"error": "forbidden"}, status=403)
    try:
        post = json.loads(request.body)
    except (ValueError, RecursionError):
        post = None
    if not post:
        REFUSED.labels(NAME, "bad_post").inc()
    events: list[ChannelEvent] = []
    for item in parse(post, channel.phone_number_id):
        if isinstance(item, UnreadableItem):
            REFUSED.labels(NAME, "bad_item").inc()
        else:
            events.append(item)
    await runtime.inbox.receive(NAME, events)
    # A post that is of no use is acknowledged too: otherwise Meta would send it again for days.
    return response.empty(status=200)


def _channel(request: Request) -> WhatsAppChannel | None:
    runtime: Runtime = request.app.ctx.runtime
    channel = runtime.channels.get(NAME)
    return channel if isinstance(channel, WhatsAppChannel) else None


def _not_set_up() -> HTTPResponse:
    return response.json({"error": "WhatsApp is not set up"}, status=404)
