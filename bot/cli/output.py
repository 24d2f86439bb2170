"""The standard output of all processes: that of `regalo run`, through a pipe."""

import os
import subprocess

# The first `cat` copies until the reader is gone; the second then drains the pipe, so that no
# writer blocks. Signals are ignored: Ctrl-C is for supervisord, and the relay ends when the last
# writer closes the pipe.
_RELAY = "trap '' INT TERM HUP QUIT; cat; exec cat >/dev/null"


def relay_stdout() -> None:
    """Replace the standard output by a pipe to a small relay process.

    supervisord opens its output by name, /dev/stdout. That fails for a socket or another user's
    terminal, and in a file the processes overwrite each other; a pipe can always be opened.
    """
    with subprocess.Popen(["/bin/sh", "-c", _RELAY], stdin=subprocess.PIPE) as relay:
        assert relay.stdin is not None  # noqa: S101  (asked for one line above)
        os.dup2(relay.stdin.fileno(), 1)
        relay.stdin.close()
        # The relay outlives this block on purpose; a return code keeps `with` from waiting for it.
        relay.returncode = 0
