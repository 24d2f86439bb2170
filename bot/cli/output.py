"""Where the output of all processes goes: the foreground's, through a pipe."""

import os
import subprocess

# The first `cat` writes until its reader is gone; the second then lets nobody wait for a reader.
# Ctrl-C is for supervisord: this ends when the last writer has.
_RELAY = "trap '' INT TERM HUP QUIT; cat; exec cat >/dev/null"


def through_a_relay() -> None:
    """Put a pipe to a small process in the place of the standard output.

    supervisord opens its output by name, /dev/stdout. That fails for a socket or another user's
    terminal and writes over itself in a file; a pipe it can always open.
    """
    with subprocess.Popen(["/bin/sh", "-c", _RELAY], stdin=subprocess.PIPE) as relay:
        assert relay.stdin is not None  # noqa: S101  (asked for one line above)
        os.dup2(relay.stdin.fileno(), 1)
        relay.stdin.close()
        # It outlives this block on purpose: the processes to come write to it.
        relay.returncode = 0
