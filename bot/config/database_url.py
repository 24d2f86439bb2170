"""A database address as people write it, turned into the one that the engine needs."""

import re
from pathlib import Path

_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+asyncpg"}
_MEMORY = {None, "", ":memory:"}
# A file whose path needs no quoting: SQLAlchemy, which takes a while to import, need not read it.
_PLAIN_FILE = re.compile(r"sqlite:///([\w./~ -]+)")


def sqlite_url(file: Path) -> str:
    """The address of a SQLite file, whatever signs its path is made of."""
    plain = f"sqlite:///{file}"
    if _PLAIN_FILE.fullmatch(plain):
        return plain
    from sqlalchemy.engine import URL

    return URL.create("sqlite", database=str(file)).render_as_string()


def to_engine_url(url: str, relative_to: Path) -> str:
    """Name the driver; a SQLite file with a relative path lies below `relative_to`.

    Raises ValueError for what is neither SQLite nor PostgreSQL.
    """
    if plain := _PLAIN_FILE.fullmatch(url):
        return f"{_DRIVERS['sqlite']}:///{_below(relative_to, plain[1])}"
    return _read(url, relative_to)


def _read(url: str, relative_to: Path) -> str:
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
        if "sslmode" in parsed.query:  # libpq's word; asyncpg says `ssl`
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
    """Whether `url` is a SQLite database."""
    return url.startswith("sqlite")


def in_memory(url: str) -> bool:
    """Whether `url` is a SQLite database that no other process can see."""
    from sqlalchemy.engine import make_url

    return is_sqlite(url) and make_url(url).database in _MEMORY


def hide_password(url: str) -> str:
    """Put `***` for the password in an address, also in a malformed one."""
    return re.sub(r"(://[^:/@]*):.*@", r"\1:***@", url)
