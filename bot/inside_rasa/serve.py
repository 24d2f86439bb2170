"""Serves the model over Rasa's REST channel, without the parts of Rasa that a turn does not need.

.venv-rasa/bin/python -m bot.inside_rasa.serve MODEL HOST PORT

ENGINE_TOKEN, ACTIONS_TOKEN and ACTIONS_URL are read from the environment: arguments are visible to
everybody who lists the processes. ENGINE_PLAIN=true serves with Rasa's own server instead.
"""

import gc
import logging
import os
import sys
import warnings
from typing import Any

from bot.inside_rasa import patches
from bot.inside_rasa.rasa_version import WrongVersion, require_pinned_rasa
from bot.inside_rasa.tokens import MissingToken, required_token

ENDPOINTS, CREDENTIALS = "endpoints.yml", "credentials.yml"


def main() -> None:
    """Answer at HOST and PORT until a signal ends the process."""
    model, host, port = sys.argv[1:]
    try:
        require_pinned_rasa()
        for name in ("ENGINE_TOKEN", "ACTIONS_TOKEN"):
            required_token(name)
    except (WrongVersion, MissingToken) as error:
        sys.exit(str(error))
    level = logging.getLevelName(os.environ.get("LOG_LEVEL", "WARNING"))
    if level != logging.DEBUG:
        # Some libraries turn on again what PYTHONWARNINGS had turned off.
        warnings.showwarning = _ignore_warning
    if not patches.is_plain():
        patches.apply_for_answering()

    from rasa.utils.common import configure_logging_and_warnings
    from rasa.utils.log_utils import configure_structlog

    configure_logging_and_warnings(level)
    configure_structlog(level)
    if patches.is_plain():
        serve_plain(model, host, int(port))
    else:
        create_app(model).run(host=host, port=int(port), access_log=False)


def create_app(model: str) -> Any:
    """Return the Sanic app with the REST channel; the model is loaded when it starts."""
    from rasa.core.agent import load_agent
    from rasa.core.channels.channel import register
    from rasa.core.utils import AvailableEndpoints
    from rasa.shared.utils.common import class_from_module_path
    from rasa.shared.utils.io import read_config_file
    from sanic import Sanic

    from bot.inside_rasa.remote_action import KeepAliveEndpoint

    patches.apply_for_serving()
    endpoints = AvailableEndpoints.read_endpoints(ENDPOINTS)
    actions = endpoints.action
    endpoints.action = KeepAliveEndpoint(actions.url, token=actions.token, **actions.kwargs)

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
        # The model stays: the garbage collector need not examine it again.
        gc.collect()
        gc.freeze()

    @app.listener("after_server_stop")
    async def close(_app: Any, _loop: Any) -> None:
        await endpoints.action.close()

    return app


def serve_plain(model: str, host: str, port: int) -> None:
    """Serve with Rasa's own server, action endpoint and tracker store, and nothing replaced.

    Ours are only the REST channel's token, without which Rasa would answer anybody on this machine,
    and the classifier, which is part of the model.
    """
    from rasa.core.run import serve_application
    from rasa.core.utils import AvailableEndpoints

    endpoints = AvailableEndpoints.read_endpoints(ENDPOINTS)
    endpoints.tracker_store = None  # Rasa's default, in memory
    serve_application(
        model,
        interface=host,
        port=port,
        credentials=CREDENTIALS,
        enable_api=False,
        endpoints=endpoints,
    )


def _ignore_warning(*_: object, **__: object) -> None:
    """Ignore a warning; they are about later versions of libraries, which are not used here."""


if __name__ == "__main__":
    main()
