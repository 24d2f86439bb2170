"""supervisord in the foreground, as `regalo run` starts it."""

import signal
import sys

from supervisor.medusa.asyncore_25 import ExitNow
from supervisor.options import ServerOptions
from supervisor.supervisord import Supervisor


def main(configuration: str) -> None:
    """Keep the processes of the configuration running until a signal says to end."""
    options = ServerOptions()
    options.realize(["-c", configuration])
    options.first, options.test = True, False
    next_signal = options.get_signal

    def get_signal() -> int | None:
        # A closed terminal (SIGHUP) ends us; supervisord itself would restart everything.
        received = next_signal()
        return signal.SIGTERM if received == signal.SIGHUP else received

    options.get_signal = get_signal
    try:
        Supervisor(options).main()
    except ExitNow:
        pass
    finally:
        options.close_logger()


if __name__ == "__main__":
    main(sys.argv[1])
