"""`regalo engine`: starts Rasa, which leads the dialogue, in its own environment."""

import os
import signal
import subprocess
from urllib.parse import urlsplit

from bot.cli.failure import Failure, settings_or_fail
from bot.cli.process import end_with_parent
from bot.config.settings import ROOT
from bot.rasa import environment

EXAMPLES = (
    "regalo run      starts it, with the edge and the actions",
    "regalo engine   starts it alone: ENGINE_URL, ENGINE_TOKEN, ACTIONS_URL, ACTIONS_TOKEN needed",
)


def main() -> None:
    """Serve the newest model at ENGINE_URL.

    With ENGINE_PLAIN=true Rasa's own server serves it, without our replacements of parts of Rasa.
    """
    # While Rasa loads its libraries it does not react to SIGTERM.
    end_with_parent(signal.SIGKILL)
    settings = settings_or_fail()
    if not (
        settings.engine_url
        and settings.engine_token
        and settings.actions_url
        and settings.actions_token
    ):
        raise Failure(
            "ENGINE_URL, ENGINE_TOKEN, ACTIONS_URL and ACTIONS_TOKEN are not all set:"
            " start everything with `regalo run`, or set them for each of its processes"
        )
    python, model = engine_or_fail()
    address = urlsplit(settings.engine_url)
    host, port = address.hostname or "127.0.0.1", str(address.port or 80)
    arguments = ["-m", "bot.inside_rasa.serve", model, host, port]
    variables = environment.environment(
        os.environ,
        settings,
        ENGINE_TOKEN=settings.engine_token.get_secret_value(),
        ACTIONS_URL=settings.actions_url,
        ACTIONS_TOKEN=settings.actions_token.get_secret_value(),
    )
    os.chdir(ROOT)
    os.execve(python, [python, *arguments], variables)  # noqa: S606  (no shell is needed)


def engine_or_fail() -> tuple[str, str]:
    """Return the paths of the engine's Python and of its model.

    Raises:
        Failure: one of them is missing.
    """
    python, model = environment.python(), environment.newest_model()
    if python is None:
        raise Failure("the dialogue engine is not installed: run `make setup`")
    if model is None:
        raise Failure("the assistant has not been trained: run `make train`")
    return str(python), str(model)


def rasa_version_or_fail(python: str) -> None:
    """Ask the engine's environment for its version of Rasa.

    Raises:
        Failure: it is not the pinned one.
    """
    checked = subprocess.run(
        [python, "-m", "bot.inside_rasa.rasa_version"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if checked.returncode != 0:
        raise Failure(checked.stderr.strip())
