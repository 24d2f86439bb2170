"""Serves the model: Rasa's agent behind its REST channel, and nothing that a turn does not need.

python -m bot.inside_rasa.serve MODEL HOST PORT

The token, and where the actions are, come by the environment: an argument could be read by anybody
who lists the processes.
"""

import gc
import logging
import os
import sys
import warnings
from typing import Any

from bot.inside_rasa import light_import

ENDPOINTS, CREDENTIALS = "endpoints.yml", "credentials.yml"


def main() -> None:
    """Answer at HOST and PORT until a signal says to end."""
    model, host, port = sys.argv[1:]
    level = logging.getLevelName(os.environ.get("LOG_LEVEL", "WARNING"))
    if level != logging.DEBUG:
        # Some libraries turn on again what PYTHONWARNINGS had turned off.
        warnings.showwarning = _unsaid
    light_import.import_rasa()

    from rasa.utils.common import configure_logging_and_warnings
    from rasa.utils.log_utils import configure_structlog

    configure_logging_and_warnings(level)
    configure_structlog(level)
    create_app(model).run(host=host, port=int(port), access_log=False)


def create_app(model: str) -> Any:
    """The Sanic app: the guarded REST channel, with the model behind it."""
    import rasa.core.actions.action
    from rasa.core.agent import load_agent
    from rasa.core.channels.channel import register
    from rasa.core.utils import AvailableEndpoints
    from rasa.shared.utils.common import class_from_module_path
    from rasa.shared.utils.io import read_config_file
    from sanic import Sanic

    from bot.inside_rasa.rasa_cache_patches import remember
    from bot.inside_rasa.remote_action import KeptEndpoint, OurAction

    remember()
    rasa.core.actions.action.RemoteAction = OurAction
    endpoints = AvailableEndpoints.read_endpoints(ENDPOINTS)
    actions = endpoints.action
    endpoints.action = KeptEndpoint(actions.url, token=actions.token, **actions.kwargs)

    app = Sanic("engine", configure_logging=False)
    channels = read_config_file(CREDENTIALS)
    register(
        [class_from_module_path(name).from_credentials(keys) for name, keys in channels.items()],
        app,
        route="/webhooks/",
    )

    @app.listener("before_server_start")
    async def load(app: Any, loop: Any) -> None:
        app.ctx.agent = await load_agent(model, endpoints=endpoints, loop=loop)
        if not app.ctx.agent.is_ready():
            sys.exit("the model could not be loaded; the reason is above")
        # What has been loaded stays: the garbage collector need not look at it again.
        gc.collect()
        gc.freeze()

    @app.listener("after_server_stop")
    async def close(_app: Any, _loop: Any) -> None:
        await endpoints.action.close()

    return app


def _unsaid(*_: object, **__: object) -> None:
    """Say nothing about what a library will do in a later version, which is not used here."""


if __name__ == "__main__":
    main()
