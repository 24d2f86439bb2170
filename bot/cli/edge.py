"""`regalo edge`: the process that faces the network."""

import signal
from typing import Any

from bot.cli.failure import Failure, settings_or_fail
from bot.cli.process import end_with_parent, lock_database, tune_garbage_collector
from bot.config.settings import Settings

EXAMPLES = (
    "regalo run      starts it, with the engine and the actions",
    "regalo edge     starts it alone: ENGINE_URL, ENGINE_TOKEN and ACTIONS_URL must be set",
)


def main() -> None:
    """Serve the pages and the channels on HOST and PORT."""
    end_with_parent(signal.SIGTERM)
    settings = _settings()
    # An edge that was killed a moment ago may still hold the lock.
    lock = lock_database(settings, timeout=10)
    from bot.cli.serve import serve

    serve(worker_app, settings.host, settings.port, settings.workers)
    del lock


def worker_app() -> Any:
    """Return the application of this process, which may be one of several."""
    from bot.app import create_app

    app = create_app(_settings())
    tune_garbage_collector()
    return app


def _settings() -> Settings:
    settings = settings_or_fail()
    if not (settings.engine_url and settings.engine_token):
        raise Failure(
            "ENGINE_URL and ENGINE_TOKEN are not set: start everything with `regalo run`,"
            " or set them as for `regalo engine`"
        )
    return settings
