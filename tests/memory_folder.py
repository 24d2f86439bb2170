"""A folder in memory for databases that are thrown away: nothing waits for the disk."""

import shutil
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - every folder made in it has a random name
NEEDED_BYTES = 1 << 30


def memory_folder() -> Path | None:
    """Return a folder in memory with enough room, or None: a container often has 64 MB there."""
    if not SHARED_MEMORY.is_dir() or shutil.disk_usage(SHARED_MEMORY).free < NEEDED_BYTES:
        return None
    return SHARED_MEMORY
