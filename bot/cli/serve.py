"""One of our applications on a port: in this process, or in several that share the port."""

from collections.abc import Callable
from typing import Any

from sanic import Sanic
from sanic.worker.loader import AppLoader
from sanic.worker.manager import WorkerManager

# Tenths of a second: on a busy machine each process needs a while to import everything, and Sanic
# would give up on all of them after thirty seconds.
WorkerManager.THRESHOLD = 1200


def serve(make: Callable[[], Any], host: str, port: int, workers: int) -> None:
    """Serve until told to stop.

    Args:
        make: makes the application; with several workers, in each of them anew.
    """
    if workers == 1:
        make().run(host=host, port=port, single_process=True, access_log=False, motd=False)
        return
    loader = AppLoader(factory=make)
    app = loader.load()
    app.prepare(host=host, port=port, workers=workers, access_log=False, motd=False)
    Sanic.serve(primary=app, app_loader=loader)
