"""`regalo actions`: the process that acts for the engine."""

import signal
from urllib.parse import urlsplit

from bot.cli.failure import Failure, settings_or_fail
from bot.cli.process import end_with_parent, settle

EXAMPLES = (
    "regalo run      starts it, with the edge and the engine",
    "regalo actions  starts it alone: ACTIONS_URL and ACTIONS_TOKEN must be set",
)


def main() -> None:
    """Serve the engine's calls at ACTIONS_URL."""
    end_with_parent(signal.SIGTERM)
    settings = settings_or_fail()
    if not (settings.actions_url and settings.actions_token):
        raise Failure(
            "ACTIONS_URL and ACTIONS_TOKEN are not set: start everything with `regalo run`,"
            " or set them as for `regalo engine`"
        )
    from actions.server import create_app

    address = urlsplit(settings.actions_url)
    app = create_app(settings)
    settle()
    app.run(
        host=address.hostname,
        port=address.port or 80,
        single_process=True,
        access_log=False,
        motd=False,
    )
