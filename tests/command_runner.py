"""Run a command of `regalo` in this process, which saves the seconds of importing everything."""

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from bot.cli import main


@dataclass(frozen=True, slots=True)
class CommandResult:
    """Exit code and output of a command."""

    code: int
    out: str
    err: str


RunCommand = Callable[..., CommandResult]


def command_runner(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], **environment: str
) -> RunCommand:
    """Return a function that runs ``regalo ARGUMENTS`` with these environment variables.

    Its argument ``stdin`` is what the command reads. A command that opens a database runs an event
    loop: asynchronous tests cannot use it.
    """
    for name, value in {"COLUMNS": "200", **environment}.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str, stdin: str = "") -> CommandResult:
        monkeypatch.setattr(sys, "argv", ["regalo", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return CommandResult(int(ended.value.code or 0), printed.out, printed.err)

    return run
