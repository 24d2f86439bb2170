"""`regalo telegram`: register this Regalo's address with Telegram."""

import asyncio
from typing import Annotated

import typer

from bot.cli.failure import Failure, settings_or_fail
from bot.config.settings import Settings

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

EXAMPLES = """\b
Examples:
  regalo telegram webhook https://care.shop.example"""
PATH = "/channels/telegram"


@app.callback()
def _telegram() -> None:
    """Register this Regalo's address with Telegram."""


@app.command(epilog=EXAMPLES)
def webhook(
    url: Annotated[str, typer.Argument(help="The public address, with https://, without a path.")],
) -> None:
    """Let Telegram deliver to this address; TELEGRAM_MODE must be webhook."""
    settings = settings_or_fail()
    if not settings.telegram_enabled or settings.telegram_mode != "webhook":
        raise Failure("set TELEGRAM_TOKEN, TELEGRAM_MODE=webhook and TELEGRAM_WEBHOOK_SECRET first")
    if not url.startswith("https://"):
        raise Failure(f"{url} does not begin with https://, and Telegram takes nothing else")
    asyncio.run(_set_webhook(settings, url.rstrip("/").removesuffix(PATH) + PATH))


async def _set_webhook(settings: Settings, url: str) -> None:
    from bot.channels.telegram.client import set_webhook
    from bot.conversation.channel_api import SendError

    try:
        waiting = await set_webhook(settings, url)
    except SendError as error:
        raise Failure(f"Telegram refuses: {error}") from None
    print(f"Telegram delivers to {url}; {waiting} updates wait.")
