"""The webhook: the secret is checked, the update stored, 200 answered, the work done afterwards."""

import json

from sanic import Blueprint, HTTPResponse, Request, response

from bot.channels.telegram.channel import NAME, TelegramChannel
from bot.metrics import REFUSED
from bot.service import Service

telegram = Blueprint("telegram")
HEADER = "X-Telegram-Bot-Api-Secret-Token"


@telegram.post("/channels/telegram")
async def webhook(request: Request) -> HTTPResponse:
    """One update."""
    service: Service = request.app.ctx.service
    channel = service.channels.get(NAME)
    if not isinstance(channel, TelegramChannel):
        return response.json({"error": "Telegram is not set up"}, status=404)
    if not channel.vouches(request.headers.get(HEADER)):
        REFUSED.labels(NAME, "bad_secret").inc()
        return response.json({"error": "forbidden"}, status=403)
    try:
        update = json.loads(request.body)
    except (ValueError, RecursionError):
        REFUSED.labels(NAME, "bad_update").inc()
    else:
        await channel.take(update, service.took)
    # Whatever is no use is taken as well: Telegram would only send it again.
    return response.empty(status=200)
