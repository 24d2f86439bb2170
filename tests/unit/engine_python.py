"""Runs the engine's own Python, for what only it can show."""

import subprocess
from pathlib import Path

from bot.config.settings import ROOT, load_settings
from bot.rasa import environment


def run(*command: str | Path, told: str = "", folder: Path = ROOT, **settings: str) -> str:
    """What a command prints that ends well.

    Args:
        told: what it reads.
        settings: what its environment has besides the engine's.
    """
    python = environment.python()
    assert python is not None
    result = subprocess.run(
        [python, *command],
        env=environment.environment({}, load_settings(), **settings),
        cwd=folder,
        input=told,
        capture_output=True,
        text=True,
        check=False,
        timeout=170,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout
