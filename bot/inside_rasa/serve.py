"""`rasa run` as we need it: its token from the environment, its libraries' warnings unsaid."""

import os
import sys
import warnings


def main() -> None:
    """Start the engine; the arguments are those of the command `rasa`."""
    # An argument could be read by anybody who lists the processes.
    # In one word: a token may begin with a dash.
    sys.argv.append(f"--auth-token={os.environ['ENGINE_TOKEN']}")
    if os.environ.get("LOG_LEVEL") != "DEBUG":
        # Some libraries turn on again what PYTHONWARNINGS had turned off.
        warnings.showwarning = _unsaid

    import rasa.__main__

    rasa.__main__.main()


def _unsaid(*_: object, **__: object) -> None:
    """Say nothing about what a library will do in a later version, which is not used here."""


if __name__ == "__main__":
    main()
