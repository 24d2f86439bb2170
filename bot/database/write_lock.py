"""The lock between processes that write to one SQLite file: first come, first served.

SQLite itself only says "busy": a process that waits asks again and again, and mostly comes too
late. These file locks let the operating system wake it. A process that waits for the lock holds the
turnstile before it, so the process that had the lock last does not overtake those that wait.
"""

import asyncio
import fcntl
import os
from contextlib import suppress
from pathlib import Path


class WriteLock:
    """One process's side of the lock of one database file."""

    def __init__(self, database: Path) -> None:
        self._turnstile = _FileLock(database.with_name(f"{database.name}.turnstile"), database)
        self._writer = _FileLock(database.with_name(f"{database.name}.writer"), database)

    async def acquire(self) -> None:
        """Wait for the lock, in a thread; the system releases that of a process that died."""
        if self._acquire_at_once():
            return
        waiting = asyncio.ensure_future(asyncio.to_thread(self._wait))
        try:
            await asyncio.shield(waiting)
        except asyncio.CancelledError:
            await asyncio.wait([waiting])
            self.release()
            raise

    def release(self) -> None:
        """Give the lock to the next process."""
        self._writer.unlock()

    def close(self) -> None:
        """Close the files."""
        self._turnstile.close()
        self._writer.close()

    def _acquire_at_once(self) -> bool:
        if not self._turnstile.lock(wait=False):
            return False
        try:
            return self._writer.lock(wait=False)
        finally:
            self._turnstile.unlock()

    def _wait(self) -> None:
        self._turnstile.lock()
        try:
            self._writer.lock()
        finally:
            self._turnstile.unlock()


class _FileLock:
    """A lock of the operating system on a file, which is made when it is first needed."""

    def __init__(self, file: Path, database: Path) -> None:
        self._file = file
        self._database = database
        self._descriptor: int | None = None

    def lock(self, *, wait: bool = True) -> bool:
        """Take the lock. Return False if it is held elsewhere and ``wait`` is False, else True."""
        if self._descriptor is None:
            self._descriptor = self._open()
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True

    def _open(self) -> int:
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with suppress(OSError):
            # As SQLite does with its files: one that root makes gets the database's owner.
            owner = self._database.stat()
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
        return descriptor

    def unlock(self) -> None:
        """Release it, if it is held."""
        if self._descriptor is not None:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the file, which releases the lock."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
