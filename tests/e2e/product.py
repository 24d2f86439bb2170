"""The whole product, started as people start it, in its own folder and on its own port."""

import csv
import http.client
import io
import json
import os
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from tests.waiting import wait_until

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
REGALO = str(ROOT / ".venv/bin/regalo")
ORDERS = {
    row["order_number"]: row
    for row in csv.DictReader((ROOT / "data/company/orders.csv").read_text("utf-8").splitlines())
}
# By which part of its command line each of the product's processes is known.
MARKS = {"edge": "bot.cli edge", "actions": "bot.cli actions", "engine": "bot.inside_rasa.serve"}


class Product:
    """`regalo run` as a process, with its database, log and addresses."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = folder / "var" / "regalo.db"
        self.log = folder / "run.log"
        self.environment = {
            **os.environ,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "VAR_DIR": str(folder / "var"),
            "DATABASE_URL": f"sqlite:///{self.database}",
            # One token in 64 that is drawn begins like this.
            "ENGINE_TOKEN": "-e2e-engine",
            "ACTIONS_TOKEN": "-e2e-actions",
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, within: float = 120) -> None:
        """Start it, and wait until it is ready for customers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [REGALO, "run"],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            self.wait_ready(within)
        except AssertionError:
            self.stop()
            raise

    def wait_ready(self, within: float = 120) -> None:
        """Wait until edge, engine and actions answer."""

        def ready() -> bool:
            if self._process is None or self._process.poll() is not None:
                raise AssertionError(f"regalo run has ended:\n{self.tail()}")
            return self.get("/readyz")[0] == 200

        try:
            wait_until(ready, within, "/readyz", every=0.25)
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.get('/readyz')}\n{self.tail()}") from None

    def stop(self, within: float = 30) -> list[str]:
        """Press Ctrl-C; return the command lines of processes that still run."""
        if self._process is None:
            return self.remaining_processes()
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(within)
            # The relay of the output ends when the last of the others has.
            wait_until(lambda: not self.remaining_processes(), 5, "the end of all processes")
        except (subprocess.TimeoutExpired, AssertionError):
            return self.remaining_processes()
        finally:
            self._kill_all()
        return []

    def kill_runner(self) -> None:
        """Kill the process that all others depend on, and wait until all have ended."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        wait_until(
            lambda: not self.remaining_processes(), 30, "all end when their parent is killed"
        )

    def pid(self, name: str, within: float = 30) -> int:
        """The id of the process with that name; waits for one that is being started."""
        pid = wait_until(lambda: self._pid(name), within, f"the {name}'s process")
        assert pid is not None
        return pid

    def send_signal(self, name: str, sig: signal.Signals) -> int:
        """Send a signal to one of the processes; return its process id."""
        pid = self.pid(name)
        os.kill(pid, sig)
        return pid

    def kill_and_wait(self, name: str) -> None:
        """Kill one of the processes, and wait until it runs again and the product is ready."""
        killed = self.send_signal(name, signal.SIGKILL)
        wait_until(
            lambda: self._pid(name) not in {None, killed}, 30, f"the {name} is started again"
        )
        self.wait_ready()

    def get(self, path: str) -> tuple[int, str]:
        """Send a GET request; return status and body, or 0 and the error if nothing answers."""
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)) as http_:
                http_.request("GET", path)
                answer = http_.getresponse()
                return answer.status, answer.read().decode()
        except OSError as error:
            return 0, str(error)

    def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        """Run a query on the database, opened read-only."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            return database.execute(query, values).fetchall()

    def run_command(self, *arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        """Run a `regalo` command on the same database."""
        return subprocess.run(
            [REGALO, *arguments],
            cwd=self.folder,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def ledger(self, reference: str | None = None) -> list[dict[str, str]]:
        """Return the lines of `regalo ledger export`, or those of one case."""
        exported = self.run_command("ledger", "export")
        assert exported.returncode == 0, exported.stderr
        lines = list(csv.DictReader(io.StringIO(exported.stdout)))
        return [line for line in lines if reference in {None, line["complaint_reference"]}]

    def readiness(self) -> dict[str, str]:
        """Return the state of each part from /readyz."""
        state: dict[str, str] = json.loads(self.get("/readyz")[1])
        return state

    def remaining_processes(self) -> list[str]:
        """Return the command lines of all processes of this product that still run."""
        return [command for _, command in self._ours()]

    def tail(self, lines: int = 40) -> str:
        """Return the last lines of the log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def _pid(self, name: str) -> int | None:
        return next((pid for pid, command in self._ours() if MARKS[name] in command), None)

    def _ours(self) -> Iterator[tuple[int, str]]:
        folder = str(self.folder).encode()
        for process in Path("/proc").iterdir():
            if not process.name.isdigit() or int(process.name) == os.getpid():
                continue
            try:
                environment = (process / "environ").read_bytes()
                command = (process / "cmdline").read_bytes()
            except OSError:
                continue
            # A process that has ended, and that nobody has asked how, has neither.
            if folder in environment and b"regalo chat" not in command:
                yield int(process.name), command.replace(b"\0", b" ").decode().strip()

    def _kill_all(self) -> None:
        for pid, _ in self._ours():
            os.kill(pid, signal.SIGKILL)
        if self._process is not None:
            self._process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
