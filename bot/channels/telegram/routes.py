"""Telegram's webhook: checks the secret, stores the update, then answers 200."""

import json
from typing import TYPE_CHECKING, cast

from sanic import Blueprint, HTTPResponse, Request, response

from bot.channels.telegram import NAME
from bot.metrics import REFUSED
from bot.runtime import Runtime

if TYPE_CHECKING:
    from bot.channels.telegram.channel import TelegramChannel

telegram = Blueprint("telegram")
HEADER = "X-Telegram-Bot-Api-Secret-Token"


@telegram.post("/channels/telegram")
async def webhook(request: Request) -> HTTPResponse:
    """Store one update."""
    runtime: Runtime = request.app.ctx.runtime
    # Telegram's library is imported only if Telegram is used.
    channel = cast("TelegramChannel | None", runtime.channels.get(NAME))
    if channel is None:
        return response.json({"error": "Telegram is not set up"}, status=404)
    if not channel.is_authentic(request.headers.get(HEADER)):
        REFUSED.labels(NAME, "bad_secret").inc()
        return response.json({"error": "forbidden"}, status=403)
    try:
        update = json.loads(request.body)
    except (ValueError, RecursionError):
        REFUSED.labels(NAME, "bad_update").inc()
    else:
        await channel.receive(update, runtime.inbox.receive)
    # An update that is of no use is acknowledged too: otherwise Telegram would send it again.
    return response.empty(status=200)
