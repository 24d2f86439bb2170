"""`regalo understand`: what the assistant takes each message for."""

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, Any

from bot.category import CATEGORIES
from bot.cli.engine import engine_or_fail
from bot.cli.failure import Failure, settings_or_fail
from bot.config.settings import ROOT
from bot.rasa import environment

EXAMPLES = (
    "echo 'Mi pedido llegó roto' | regalo understand",
    "regalo understand < messages.txt > understood.jsonl",
)
LABELS = frozenset({*CATEGORIES, "wants_human", "affirm", "deny"})


def main() -> None:
    """Read one message a line, print one JSON object a line.

    Its keys: text, language (es, en), label, confidence and entities. The label is a complaint
    category, or wants_human, affirm, deny, or not_complaint for all the rest.
    """
    settings = settings_or_fail()
    python, model = engine_or_fail()
    with tempfile.TemporaryFile() as noise:
        parser = subprocess.Popen(
            [python, "-m", "bot.inside_rasa.parse", model],
            cwd=ROOT,
            env=environment.environment(os.environ, settings),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=noise,
            encoding="utf-8",
        )
        try:
            left = _understand(parser)
        except BaseException:
            parser.kill()
            raise
        finally:
            parser.wait()
        if parser.returncode != 0 or left:
            noise.seek(0)
            sys.stderr.write(noise.read().decode(errors="replace"))
            raise Failure("the engine stopped before it had read everything; its words are above")


def label(intent: str) -> str:
    """The label for an intent of the model's."""
    return intent if intent in LABELS else "not_complaint"


def _understand(parser: "subprocess.Popen[str]") -> int:
    """Print an object for each line, and return how many lines are left without one."""
    assert parser.stdin is not None  # noqa: S101  (both pipes were asked for)
    assert parser.stdout is not None  # noqa: S101
    asked: list[str] = []
    # Asking goes on while answers come, so that neither side waits for the other.
    threading.Thread(target=_ask, args=(parser.stdin, asked), daemon=True).start()
    done = 0
    for answer in _with_progress(parser.stdout):
        text = asked[done]
        done += 1
        print(json.dumps(_told(text, json.loads(answer)), ensure_ascii=False), flush=True)
    return len(asked) - done


def _ask(questions: IO[str], asked: list[str]) -> None:
    # An engine that has died reads no more; what became of it is told where its answers end.
    with suppress(BrokenPipeError), questions:
        for line in sys.stdin.buffer:
            text = line.decode(errors="replace").rstrip("\r\n")
            asked.append(text)
            questions.write(json.dumps(text) + "\n")
            questions.flush()


def _told(text: str, answer: dict[str, Any]) -> dict[str, Any]:
    from bot.text.language import detect
    from bot.understanding.extraction import find

    # In doubt the dialogue asks back; here what comes nearest is told, with how little it is sure.
    intent, confidence = answer["ranking"][0] if answer["ranking"] else ("", 0.0)
    return {
        "text": text,
        "language": detect(text),
        "label": label(intent),
        "confidence": confidence,
        "entities": find(text).entities,
    }


def _with_progress(answers: IO[str]) -> Iterator[str]:
    # A bar would get among the answers where both go to the same terminal.
    if not sys.stderr.isatty() or sys.stdout.isatty():
        yield from answers
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("understanding"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("understanding", total=None)
        for answer in answers:
            yield answer
            progress.advance(task)
