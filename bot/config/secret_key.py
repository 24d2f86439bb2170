"""The key that signs sessions: made once, kept in a file that only its owner can read."""

import contextlib
import os
import secrets
from pathlib import Path


def read_or_create(path: Path) -> str:
    """Return the key in `path`, making it first when it is not there.

    Several processes may start at once: the first to link its file in wins, all read the same.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        mine = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(48))
            with contextlib.suppress(FileExistsError):
                os.link(mine, path)
        finally:
            mine.unlink()
    key = path.read_text(encoding="utf-8").strip()
    if len(key) < 32:
        raise ValueError(f"{path} does not hold a key")
    return key
