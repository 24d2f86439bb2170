"""Serving a Sanic application on a port, in this process or in several that share the port."""

from collections.abc import Callable
from typing import Any

from sanic import Sanic
from sanic.worker.loader import AppLoader
from sanic.worker.manager import WorkerManager

# In tenths of a second. Sanic stops all workers when one has not started within 30 s, and on a
# busy machine importing everything can take longer.
WorkerManager.THRESHOLD = 1200


def serve(make: Callable[[], Any], host: str, port: int, workers: int) -> None:
    """Serve until a signal says to stop.

    Args:
        make: creates the application; with several workers it is called once in each of them.
    """
    if workers == 1:
        make().run(host=host, port=port, single_process=True, access_log=False, motd=False)
        return
    loader = AppLoader(factory=make)
    app = loader.load()
    app.prepare(host=host, port=port, workers=workers, access_log=False, motd=False)
    Sanic.serve(primary=app, app_loader=loader)
