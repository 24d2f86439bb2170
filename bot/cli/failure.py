"""A command that cannot go on says so in one clear sentence."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.config.settings import Settings


class Failure(Exception):
    """What the command line prints, without a traceback, before it ends with exit code 1."""


def settings_or_fail(**values: Any) -> "Settings":
    """The settings, or the sentence that names what is wrong with them."""
    # Loaded here, for the command line's own help needs no settings and should not wait for them.
    from bot.config.settings import SettingsError, load_settings

    try:
        return load_settings(**values)
    except SettingsError as error:
        raise Failure(str(error)) from None
