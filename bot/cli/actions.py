"""`regalo actions`: the process that runs the custom actions for the engine."""

import signal
from typing import Any
from urllib.parse import urlsplit

from bot.cli.failure import Failure, settings_or_fail
from bot.cli.process import end_with_parent, tune_garbage_collector
from bot.config.settings import Settings

EXAMPLES = (
    "regalo run      starts it, with the edge and the engine",
    "regalo actions  starts it alone: ACTIONS_URL and ACTIONS_TOKEN must be set",
)


def main() -> None:
    """Serve the engine's calls at ACTIONS_URL."""
    end_with_parent(signal.SIGTERM)
    settings = _settings()
    from bot.cli.serve import serve

    address = urlsplit(settings.actions_url or "")
    serve(worker_app, address.hostname or "", address.port or 80, settings.action_workers)


def worker_app() -> Any:
    """Return the application of this process, which may be one of several."""
    from actions.server import create_app

    app = create_app(_settings())
    tune_garbage_collector()
    return app


def _settings() -> Settings:
    settings = settings_or_fail()
    if not (settings.actions_url and settings.actions_token):
        raise Failure(
            "ACTIONS_URL and ACTIONS_TOKEN are not set: start everything with `regalo run`,"
            " or set them as for `regalo engine`"
        )
    return settings
