"""Database addresses: from the form that people write to the one that SQLAlchemy needs."""

import re
from pathlib import Path

_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+asyncpg"}
_MEMORY = {None, "", ":memory:"}
# A file whose path needs no quoting: parsed without SQLAlchemy, which is slow to import.
_PLAIN_FILE = re.compile(r"sqlite:///([\w./~ -]+)")


def sqlite_url(file: Path) -> str:
    """Return the address of a SQLite file; special characters in its path are quoted."""
    plain = f"sqlite:///{file}"
    if _PLAIN_FILE.fullmatch(plain):
        return plain
    from sqlalchemy.engine import URL

    return URL.create("sqlite", database=str(file)).render_as_string()


def to_engine_url(url: str, relative_to: Path) -> str:
    """Return the address with its driver, and with the absolute path of a SQLite file.

    Args:
        relative_to: the folder of a relative path.

    Raises:
        ValueError: the address is neither of SQLite nor of PostgreSQL.
    """
    if plain := _PLAIN_FILE.fullmatch(url):
        return f"{_DRIVERS['sqlite']}:///{_below(relative_to, plain[1])}"
    return _parse(url, relative_to)


def _parse(url: str, relative_to: Path) -> str:
    from sqlalchemy.engine import URL, make_url
    from sqlalchemy.exc import ArgumentError

    if url.startswith("postgres:"):
        url = "postgresql" + url.removeprefix("postgres")
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise ValueError("not a database address") from None
    backend = parsed.get_backend_name()
    if backend not in _DRIVERS:
        raise ValueError("neither SQLite nor PostgreSQL")
    parsed = parsed.set(drivername=_DRIVERS[backend])
    if backend == "postgresql":
        if not parsed.database:
            raise ValueError("no database named")
        if "sslmode" in parsed.query:  # libpq's name for asyncpg's `ssl`
            mode = parsed.query["sslmode"]
            parsed = parsed.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
    elif parsed.host:
        raise ValueError("a SQLite file needs three slashes")
    elif parsed.database in _MEMORY:
        parsed = URL.create(parsed.drivername)
    elif parsed.database and not parsed.query.get("uri"):
        parsed = parsed.set(database=str(_below(relative_to, parsed.database)))
    return parsed.render_as_string(hide_password=False)


def _below(folder: Path, file: str) -> Path:
    return (folder / Path(file).expanduser()).resolve()


def is_sqlite(url: str) -> bool:
    """Return True if ``url`` is the address of a SQLite database."""
    return url.startswith("sqlite")


def is_in_memory(url: str) -> bool:
    """Return True if ``url`` is a SQLite database in this process's memory."""
    from sqlalchemy.engine import make_url

    return is_sqlite(url) and make_url(url).database in _MEMORY


def hide_password(url: str) -> str:
    """Replace the password in an address by ``***``, even if the address is malformed."""
    return re.sub(r"(://[^:/@]*):.*@", r"\1:***@", url)
