"""The channels that the settings turn on, beside the web chat."""

from bot.conversation.channel import Channel
from bot.desk import Desk
from bot.settings import Settings


def open_channels(settings: Settings, desk: Desk) -> dict[str, Channel]:
    """Each by its name. A channel's libraries are loaded only where it is used."""
    channels: dict[str, Channel] = {}
    if settings.telegram_enabled:
        from bot.channels.telegram.channel import TelegramChannel

        channels[TelegramChannel.name] = TelegramChannel(settings, desk)
    if settings.whatsapp_enabled:
        from bot.channels.whatsapp.channel import WhatsAppChannel

        channels[WhatsAppChannel.name] = WhatsAppChannel(settings, desk)
    return channels
