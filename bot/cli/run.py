"""`regalo run`: check that everything is in place, then start the processes under supervisord."""

import errno
import os
import secrets
import socket
import sys
from typing import Annotated
from urllib.parse import urlsplit

import typer

from bot.cli import train
from bot.cli.company import company_or_fail
from bot.cli.engine import engine_or_fail, rasa_version_or_fail
from bot.cli.failure import Failure, settings_or_fail
from bot.cli.output import relay_stdout
from bot.cli.process import PARENT, lock_database
from bot.cli.program import write_configuration
from bot.config.database_url import hide_password, is_in_memory
from bot.config.loopback import is_loopback
from bot.config.settings import ROOT, Settings
from bot.rasa import environment

EXAMPLES = (
    "regalo run",
    "regalo run --train",
    "PORT=9000 HOST=0.0.0.0 regalo run",
    "DATABASE_URL=postgresql://user:password@host/name WORKERS=4 regalo run",
)


def main(
    train_first: Annotated[
        bool, typer.Option("--train", help="Train first, if the training data has changed.")
    ] = False,
) -> None:
    """Start everything in the foreground; Ctrl-C ends it.

    Settings, company files, port, engine and model are checked first.
    """
    os.umask(0o077)  # nobody else may read the database and its key
    settings = settings_or_fail()
    if train_first:
        train.train_if_stale(settings)
    company_or_fail(settings)
    _check_port_free("PORT", settings.host, settings.port)
    python, model = engine_or_fail()
    rasa_version_or_fail(python)
    if model != str(environment.model_path()):
        print("The assistant's model is older than what it learns from: `make train` renews it.")
    if is_in_memory(settings.database_url):
        raise Failure("DATABASE_URL is in memory, which several processes cannot share: use a file")
    # After a runner was killed its edge needs a moment to end.
    lock = lock_database(settings, timeout=5)
    _prepare_database(settings)
    if lock is not None:
        os.close(lock)  # the edge takes it next

    addresses = {
        "ENGINE_URL": _loopback("ENGINE_URL", settings.engine_url),
        "ACTIONS_URL": _loopback("ACTIONS_URL", settings.actions_url),
    }
    tokens = {
        "ENGINE_TOKEN": settings.engine_token,
        "ACTIONS_TOKEN": settings.actions_token,
    }
    configuration = write_configuration(settings)
    print(f"Starting Regalo at {settings.local_url} …", flush=True)
    variables = {
        **os.environ,
        **addresses,
        **{
            name: token.get_secret_value() if token else secrets.token_urlsafe(32)
            for name, token in tokens.items()
        },
        PARENT: str(os.getpid()),
        "PYTHONUNBUFFERED": "1",
    }
    relay_stdout()
    os.chdir(ROOT)
    arguments = [sys.executable, "-m", "bot.cli.supervise", str(configuration)]
    os.execve(sys.executable, arguments, variables)  # noqa: S606  (no shell is what we want)


def _prepare_database(settings: Settings) -> None:
    from sqlalchemy.exc import DBAPIError

    from bot.agents import first_supervisor
    from bot.agents.accounts import AgentError
    from bot.customers.order_import import OrdersFileError, load_demo
    from bot.database.session import migrate

    try:
        migrate(settings)
    except (DBAPIError, OSError) as error:
        where = hide_password(settings.database_url)
        reason = getattr(error, "orig", error)  # the driver's error, without the SQL statement
        raise Failure(f"DATABASE_URL is {where!r}, which cannot be used: {reason}") from None
    try:
        load_demo(settings)
    except OrdersFileError as error:
        raise Failure(str(error)) from None
    try:
        created = first_supervisor.ensure(settings)
    except AgentError as error:
        raise Failure(f"ADMIN_PASSWORD or ADMIN_EMAIL cannot be used: {error}") from None
    if created is not None:
        email, password = created
        print(f"The console's first supervisor, shown only this once: {email} {password}")


def _check_port_free(setting: str, host: str, port: int) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            # Connections in TIME_WAIT do not count as use.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except PermissionError:
        raise Failure(
            f"Port {port} may not be used by this user: set {setting} to one from 1024 on"
        ) from None
    except socket.gaierror:
        raise Failure(f"HOST is {host!r}, which is no name of this machine") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Failure(
                f"Port {port} is in use on {host}: stop what uses it or set {setting}"
            ) from None
        raise Failure(f"HOST is {host!r}, which is no address of this machine") from None


def _loopback(setting: str, url: str | None) -> str:
    """Return the address for an internal process: the one that is set, or a free loopback port.

    Raises:
        Failure: the address that is set is not on loopback, or its port is in use.
    """
    if url is None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return f"http://127.0.0.1:{probe.getsockname()[1]}"
    parts = urlsplit(url)
    if parts.scheme != "http" or not is_loopback(url):
        raise Failure(f"{setting} is {url!r}; allowed: http://127.0.0.1 with a port, or nothing")
    _check_port_free(setting, parts.hostname or "", parts.port or 80)
    return url
