"""What our processes need of the system: an end with their parent, a lock, little garbage."""

import contextlib
import ctypes
import fcntl
import gc
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.cli.failure import Failure
from bot.config.settings import Settings

# The runner tells its children who it is: only then do they end with it.
PARENT = "REGALO_PARENT"
_PR_SET_PDEATHSIG = 1


def end_with_parent(sig: signal.Signals, environ: Mapping[str, str] = os.environ) -> None:
    """Be sent `sig` when the runner dies, however it dies; the order survives an exec."""
    parent = environ.get(PARENT)
    if not parent or not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(sig), 0, 0, 0)
    if os.getppid() != int(parent):  # it died before the order stood
        sys.exit(1)


def settle() -> None:
    """Everything that will stay is there: the garbage collector need not look at it again.

    What turns leave behind is mostly freed without it, so it comes less often.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


def hold_database(settings: Settings, patience: float = 0) -> int | None:
    """Take the lock of a SQLite database until this process ends, or fail.

    SQLite is for one edge; PostgreSQL takes any number, and needs no lock. What is returned
    must stay open; closing it gives the lock back.
    """
    if not settings.is_sqlite:
        return None
    database = make_url(settings.database_url).database
    lock = Path(f"{database}.lock")
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Failure(f"DATABASE_URL: {database} cannot be written ({error.strerror})") from None
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < until:
                time.sleep(0.2)
                continue
            holder = os.pread(descriptor, 20, 0).decode().strip() or "unknown"
            os.close(descriptor)
            raise Failure(
                f"Regalo already runs on {database} (process {holder}): stop it, or set"
                " DATABASE_URL to another database"
            ) from None
        break
    with contextlib.suppress(OSError):
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor
