"""Opens the channels that the settings turn on, beside the web chat."""

from bot.config.settings import Settings
from bot.context.company_context import CompanyContext
from bot.conversation.channel_api import Channel


def open_channels(settings: Settings, context: CompanyContext) -> dict[str, Channel]:
    """Return the channels by name. The libraries of a channel are imported only if it is used."""
    channels: dict[str, Channel] = {}
    if settings.telegram_enabled:
        from bot.channels.telegram.channel import TelegramChannel

        channels[TelegramChannel.name] = TelegramChannel(settings, context)
    if settings.whatsapp_enabled:
        from bot.channels.whatsapp.channel import WhatsAppChannel

        channels[WhatsAppChannel.name] = WhatsAppChannel(settings, context)
    return channels
