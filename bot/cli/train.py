"""`regalo train`: make the model anew when what it learns from has changed."""

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.failure import Failure, settings_or_fail
from bot.config.settings import ROOT, Settings
from bot.rasa import environment

EXAMPLES = (
    "regalo train",
    "regalo train --force",
)


def main(
    force: Annotated[bool, typer.Option(help="Train even if nothing has changed.")] = False,
) -> None:
    """Train the assistant, if what it learns from has changed.

    All that the engine says meanwhile is in var/train.log.
    """
    renew(settings_or_fail(), force=force)


def renew(settings: Settings, *, force: bool = False) -> None:
    """Train unless the model is of what it would be made from now."""
    with _one_at_a_time(settings.var_dir / "train.lock"):
        model = environment.model_path()
        if force or not model.is_file():
            _train(settings, model)
        for other in model.parent.glob("regalo-*.tar.gz"):
            if other != model:
                other.unlink()


class _one_at_a_time:  # noqa: N801  (reads as what it does)
    """A run and a test may both find the model stale; the second waits for the first's."""

    def __init__(self, lock: Path) -> None:
        lock.parent.mkdir(parents=True, exist_ok=True)
        self._file = lock.open("w")

    def __enter__(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _train(settings: Settings, model: Path) -> None:
    python = environment.python()
    if python is None:
        raise Failure("the dialogue engine is not installed: run `make setup`")
    # Made elsewhere and then moved: a model that is there is a whole one.
    workshop = settings.var_dir / "training"
    made = workshop / model.name
    made.unlink(missing_ok=True)
    data = [
        name for name in environment.SOURCES if name.startswith("data/") and (ROOT / name).is_dir()
    ]
    name = model.name.removesuffix(".tar.gz")
    command = [str(python), "-m", "bot.inside_rasa.train", str(workshop), name, *data]
    log = settings.var_dir / "train.log"
    began = time.monotonic()
    with log.open("w", encoding="utf-8") as output:
        training = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment.environment(os.environ, settings),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(training)
        finally:
            training.kill()
            training.wait()
    if training.returncode != 0 or not made.is_file():
        print(log.read_text(encoding="utf-8", errors="replace"), file=sys.stderr)
        raise Failure(f"training failed; the engine's words are above and in {log}")
    model.parent.mkdir(exist_ok=True)
    made.replace(model)
    print(f"Trained the assistant in {time.monotonic() - began:.0f} s.", flush=True)


def _wait(training: "subprocess.Popen[bytes]") -> None:
    sentence = "Training the assistant (under a minute) …"
    if not sys.stdout.isatty():
        print(sentence, flush=True)
        training.wait()
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, transient=True) as progress:
        progress.add_task(sentence, total=None)
        training.wait()
