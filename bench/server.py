"""A product as a process: start and stop it, measure its memory and CPU time."""

import asyncio
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import httpx
from websockets.exceptions import WebSocketException

from bench.customers import NoAnswerError, OpenSession

START_TIMEOUT_SECONDS = 900.0


@dataclass
class Server:
    """A product that is started by one command."""

    name: str
    command: list[str]
    folder: Path
    environment: dict[str, str]
    open_session: OpenSession
    greeting: str
    log: Path
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    async def start(self) -> float:
        """Start it; return the seconds until a customer who keeps trying has an answer."""
        began = time.perf_counter()
        with self.log.open("wb") as log:
            self._process = self._popen(log)
        while True:
            try:
                async with self.open_session() as session:
                    await session.send(self.greeting)
            except (NoAnswerError, OSError, TimeoutError, httpx.HTTPError, WebSocketException):
                if (
                    self._process.poll() is not None
                    or time.perf_counter() - began > START_TIMEOUT_SECONDS
                ):
                    raise RuntimeError(f"{self.name} does not start; see {self.log}") from None
                await asyncio.sleep(0.1)
            else:
                return time.perf_counter() - began

    def memory(self) -> float:
        """Return the memory of all its processes in MB (PSS: shared pages are counted once)."""
        return sum(map(_megabytes, self._processes()))

    def cpu_seconds(self) -> float:
        """Return the CPU seconds of all its processes since their start."""
        return sum(map(_seconds, self._processes()))

    def stop(self) -> None:
        """Stop it, and kill processes of it that remain."""
        if self._process is None:
            return
        started = list(self._processes())
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            for process in started:
                if Path(f"/proc/{process}").exists():
                    os.kill(process, signal.SIGKILL)
            self._process.wait()
        self._process = None

    def _popen(self, log: IO[bytes]) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603  (the commands are ours)
            self.command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )

    def _processes(self) -> Iterator[int]:
        if self._process is not None:
            yield from _with_children(self._process.pid)


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _with_children(process: int) -> Iterator[int]:
    yield process
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split()
    except OSError:
        return  # it has ended in the meantime
    for child in children:
        yield from _with_children(int(child))


def _seconds(process: int) -> float:
    try:
        fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    ticks = int(fields[11]) + int(fields[12])  # user and system time
    return ticks / os.sysconf("SC_CLK_TCK")


def _megabytes(process: int) -> float:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
