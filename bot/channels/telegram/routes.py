"""The webhook: the secret is checked, the update stored, 200 answered, the work done afterwards."""

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
    """One update."""
    runtime: Runtime = request.app.ctx.runtime
    # Its library is loaded where Telegram is used, and nowhere else.
    channel = cast("TelegramChannel | None", runtime.channels.get(NAME))
    if channel is None:
        return response.json({"error": "Telegram is not set up"}, status=404)
    if not channel.vouches(request.headers.get(HEADER)):
        REFUSED.labels(NAME, "bad_secret").inc()
        return response.json({"error": "forbidden"}, status=403)
    try:
        update = json.loads(request.body)
    except (ValueError, RecursionError):
        REFUSED.labels(NAME, "bad_update").inc()
    else:
        await channel.take(update, runtime.inbox.receive)
    # Whatever is no use is taken as well: Telegram would only send it again.
    return response.empty(status=200)
