"""The key that signs sessions, in a file that only its owner can read."""

import contextlib
import os
import secrets
from pathlib import Path


def read_or_create(path: Path) -> str:
    """Return the key in ``path``; create it if the file does not exist.

    Processes that start at the same time get the same key: each writes a file of its own and links
    it to ``path``, which succeeds for the first only.

    Raises:
        OSError: the file cannot be read or written.
        ValueError: the file holds no key.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        own_file = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(own_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(48))
            with contextlib.suppress(FileExistsError):
                os.link(own_file, path)
        finally:
            own_file.unlink()
    key = path.read_text(encoding="utf-8").strip()
    if len(key) < 32:
        raise ValueError(f"{path} does not hold a key")
    return key
