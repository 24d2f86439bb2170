"""The gate that SQLite's writers of all processes pass one by one, in fairness.

SQLite itself only says "busy": whoever waits asks again and again, and mostly comes too late. Here
the system wakes them. Whoever waits for the place holds the turnstile before it, so the process
that had the place last does not take it again before those who wait.
"""

import asyncio
import fcntl
import os
from contextlib import suppress
from pathlib import Path


class WriteLock:
    """One process's way to the place of the writer of one database file."""

    def __init__(self, database: Path) -> None:
        self._turnstile = _Lock(database.with_name(f"{database.name}.turnstile"), database)
        self._place = _Lock(database.with_name(f"{database.name}.writer"), database)

    async def enter(self) -> None:
        """Wait for the place; the system gives back what a process held that died."""
        if self._enter_at_once():
            return
        waiting = asyncio.ensure_future(asyncio.to_thread(self._wait))
        try:
            await asyncio.shield(waiting)
        except asyncio.CancelledError:
            await asyncio.wait([waiting])
            self.leave()
            raise

    def leave(self) -> None:
        """Give the place to the next."""
        self._place.unlock()

    def close(self) -> None:
        """Let go of the files."""
        self._turnstile.close()
        self._place.close()

    def _enter_at_once(self) -> bool:
        if not self._turnstile.lock(wait=False):
            return False
        try:
            return self._place.lock(wait=False)
        finally:
            self._turnstile.unlock()

    def _wait(self) -> None:
        self._turnstile.lock()
        try:
            self._place.lock()
        finally:
            self._turnstile.unlock()


class _Lock:
    """A lock of the system on a file, which is made when it is first wanted."""

    def __init__(self, file: Path, database: Path) -> None:
        self._file = file
        self._database = database
        self._descriptor: int | None = None

    def lock(self, *, wait: bool = True) -> bool:
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
            # As SQLite does with its files: what root makes belongs to whom the database does.
            owner = self._database.stat()
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
        return descriptor

    def unlock(self) -> None:
        if self._descriptor is not None:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
