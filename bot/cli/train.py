"""`regalo train`: trains the model if the files it is made from have changed."""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
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

    Rasa's output is written to var/train.log.
    """
    train_if_stale(settings_or_fail(), force=force)


def train_if_stale(settings: Settings, *, force: bool = False) -> None:
    """Train if there is no model for the present sources, and delete the models for older ones.

    Raises:
        Failure: the engine is not installed, or training failed.
    """
    with _exclusive(settings.var_dir / "train.lock"):
        model = environment.model_path()
        if force or not model.is_file():
            _train(settings, model)
        for other in model.parent.glob("regalo-*.tar.gz"):
            if other != model:
                other.unlink()


@contextmanager
def _exclusive(lock: Path) -> Iterator[None]:
    """Hold a lock file, so that a run and a test do not train the same model at once."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _train(settings: Settings, model: Path) -> None:
    python = environment.python()
    if python is None:
        raise Failure("the dialogue engine is not installed: run `make setup`")
    # Written to another folder and then moved, so that models/ never has an incomplete one.
    folder = settings.var_dir / "training"
    trained = folder / model.name
    trained.unlink(missing_ok=True)
    data = [
        name for name in environment.SOURCES if name.startswith("data/") and (ROOT / name).is_dir()
    ]
    name = model.name.removesuffix(".tar.gz")
    command = [str(python), "-m", "bot.inside_rasa.train", str(folder), name, *data]
    log = settings.var_dir / "train.log"
    started_at = time.monotonic()
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
    if training.returncode != 0 or not trained.is_file():
        print(log.read_text(encoding="utf-8", errors="replace"), file=sys.stderr)
        raise Failure(f"training failed; its output is above and in {log}")
    model.parent.mkdir(exist_ok=True)
    trained.replace(model)
    print(f"Trained the assistant in {time.monotonic() - started_at:.0f} s.", flush=True)


def _wait(training: "subprocess.Popen[bytes]") -> None:
    """Wait for the end of the process; on a terminal show the time."""
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
