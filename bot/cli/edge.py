"""`regalo edge`: the process that faces the network."""

import signal
from typing import Any

from bot.cli.failure import Failure, settings_or_fail
from bot.cli.process import end_with_parent, hold_database, settle
from bot.settings import Settings

EXAMPLES = (
    "regalo run      starts it, with the engine and the actions",
    "regalo edge     starts it alone: ENGINE_URL, ENGINE_TOKEN and ACTIONS_URL must be set",
)


def main() -> None:
    """Serve the pages and the channels on HOST and PORT."""
    end_with_parent(signal.SIGTERM)
    settings = _settings()
    # An edge that was killed a moment ago may still hold it.
    lock = hold_database(settings, patience=10)
    if settings.workers == 1:
        from bot.app import create_app

        app = create_app(settings)
        settle()
        app.run(
            host=settings.host,
            port=settings.port,
            single_process=True,
            access_log=False,
            motd=False,
        )
    else:
        _serve_with_workers(settings)
    del lock


def worker_app() -> Any:
    """The application of one of several workers, each of which is a process."""
    from bot.app import create_app

    app = create_app(_settings())
    settle()
    return app


def _settings() -> Settings:
    settings = settings_or_fail()
    if not (settings.engine_url and settings.engine_token):
        raise Failure(
            "ENGINE_URL and ENGINE_TOKEN are not set: start everything with `regalo run`,"
            " or set them as for `regalo engine`"
        )
    return settings


def _serve_with_workers(settings: Settings) -> None:
    from sanic import Sanic
    from sanic.worker.loader import AppLoader

    loader = AppLoader(factory=worker_app)
    app = loader.load()
    app.prepare(
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        access_log=False,
        motd=False,
    )
    Sanic.serve(primary=app, app_loader=loader)
