"""The error that ends a command with one clear sentence."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.config.settings import Settings


class Failure(Exception):
    """Ends the command with exit code 1; its text is printed, without a traceback."""


def settings_or_fail(**values: Any) -> "Settings":
    """Return the settings.

    Raises:
        Failure: naming the setting that is wrong and what is allowed.
    """
    # Imported here: `--help` needs no settings and should not wait for the import.
    from bot.config.settings import SettingsError, load_settings

    try:
        return load_settings(**values)
    except SettingsError as error:
        raise Failure(str(error)) from None
