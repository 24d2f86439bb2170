"""The Telegram library's bot: how it is configured, and what its errors mean for a message."""

from collections.abc import Mapping
from typing import Any

from telegram.error import (
    BadRequest,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from bot.channels.telegram.updates import ALLOWED_UPDATES
from bot.config.loopback import is_loopback
from bot.config.settings import Settings
from bot.conversation.channel_api import (
    CustomerUnreachable,
    ResponseLost,
    RetryLater,
    SendError,
    SendRejected,
)

# Telegram's own limits: 30 messages a second in all, one a second to a chat.
MOST_A_SECOND = 30
SEND_SECONDS = 15.0
RETRY_SECONDS = 3.0


def create_bot(settings: Settings) -> "ExtBot[int]":
    """Return the library's bot, for the server in the settings."""
    token = settings.telegram_token
    url = settings.telegram_api_url
    options: Mapping[str, Any] = {"trust_env": not is_loopback(url)}
    return ExtBot(
        token.get_secret_value() if token else "",
        base_url=f"{url}/bot",
        base_file_url=f"{url}/file/bot",
        request=HTTPXRequest(
            connection_pool_size=32,
            connect_timeout=5,
            read_timeout=SEND_SECONDS,
            pool_timeout=SEND_SECONDS,
            httpx_kwargs=dict(options),
        ),
        get_updates_request=HTTPXRequest(
            connection_pool_size=1, connect_timeout=5, httpx_kwargs=dict(options)
        ),
        # The library does not retry: the outbox does, also after a crash.
        rate_limiter=AIORateLimiter(overall_max_rate=MOST_A_SECOND, max_retries=0),
    )


async def set_webhook(settings: Settings, url: str) -> int:
    """Set the address of the webhook. Return the number of updates that wait for it."""
    bot = create_bot(settings)
    secret = settings.telegram_webhook_secret
    try:
        await bot.set_webhook(
            url,
            allowed_updates=ALLOWED_UPDATES,
            secret_token=secret.get_secret_value() if secret else None,
        )
        return (await bot.get_webhook_info()).pending_update_count
    except TelegramError as error:
        raise send_error(error) from error


def send_error(error: TelegramError | OSError) -> SendError:
    """Return what Telegram's error means for the message."""
    why = f"{type(error).__name__}: {error}"
    if isinstance(error, RetryAfter):
        # The public name gives whole seconds today and a timedelta tomorrow; this is both.
        return RetryLater(why, after=error._retry_after.total_seconds(), whole_channel=True)
    if isinstance(error, Forbidden) or "chat not found" in str(error).lower():
        return CustomerUnreachable(why)
    if isinstance(error, BadRequest | OSError):
        return SendRejected(why)
    if isinstance(error, TimedOut):
        return ResponseLost(why)
    if isinstance(error, NetworkError):
        return RetryLater(why)
    # A wrong or revoked token: it holds for all customers, until somebody mends it.
    return RetryLater(why, after=RETRY_SECONDS, whole_channel=True)
