"""Runs the engine's own Python, for tests of code that only it can import."""

import os
import subprocess
from pathlib import Path

from bot.config.settings import ROOT, load_settings
from bot.rasa import environment


def run(
    *command: str | Path,
    stdin: str = "",
    folder: Path = ROOT,
    is_measured: bool = True,
    **variables: str,
) -> str:
    """Run a command that must end with exit code 0; return what it prints.

    Args:
        command: the arguments to Python.
        is_measured: False leaves its coverage out: training a network takes minutes with it.
        variables: what its environment has besides the engine's.
    """
    result = _run(
        command, stdin, folder, (_coverage_variables() if is_measured else {}) | variables
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def run_failing(
    *command: str | Path, stdin: str = "", folder: Path = ROOT, **variables: str
) -> str:
    """Run a command that must end with exit code 1; return what it prints to standard error."""
    result = _run(command, stdin, folder, _coverage_variables() | variables)
    assert result.returncode == 1, result.stdout
    return result.stderr


def _run(
    command: tuple[str | Path, ...], stdin: str, folder: Path, variables: dict[str, str]
) -> "subprocess.CompletedProcess[str]":
    python = environment.python()
    assert python is not None
    return subprocess.run(
        [python, *command],
        env=environment.environment({}, load_settings(), **variables),
        cwd=folder,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=170,
    )


def _coverage_variables() -> dict[str, str]:
    """Return what lets the engine's Python measure its coverage, if it is measured here."""
    if "COVERAGE_PROCESS_CONFIG" not in os.environ:
        return {}
    return {
        "PYTHONPATH": os.pathsep.join((str(ROOT / "tests" / "engine_coverage"), str(ROOT))),
        "ENGINE_COVERAGE_FOLDER": str(ROOT / "bot" / "inside_rasa"),
        "ENGINE_COVERAGE_OUTPUT": str(ROOT / "var" / "coverage"),
    }
