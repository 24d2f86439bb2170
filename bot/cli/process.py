"""What our processes need of the system: ending with their parent, the database lock, the GC."""

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

# Environment variable with the runner's process id: only with it do the children end with it.
PARENT = "REGALO_PARENT"
_PR_SET_PDEATHSIG = 1


def end_with_parent(sig: signal.Signals, environ: Mapping[str, str] = os.environ) -> None:
    """Have the kernel send ``sig`` to this process when the runner dies (Linux only).

    The request survives an exec, but not a fork.
    """
    parent = environ.get(PARENT)
    if not parent or not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(sig), 0, 0, 0)
    if os.getppid() != int(parent):  # it died before the request was made
        sys.exit(1)


def tune_garbage_collector() -> None:
    """Exempt what is loaded from garbage collection, and collect less often.

    Call it once everything long-lived is loaded. What turns leave behind is mostly freed by
    reference counts alone.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


def lock_database(settings: Settings, timeout: float = 0) -> int | None:
    """Lock a SQLite database against a second edge, until this process ends.

    PostgreSQL serves any number of edges and needs no lock.

    Returns:
        The descriptor of the lock file; closing it releases the lock. None for PostgreSQL.

    Raises:
        Failure: the file cannot be written, or the lock is not free within ``timeout`` seconds.
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
    deadline = time.monotonic() + timeout
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < deadline:
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
