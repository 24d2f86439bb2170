"""`regalo understand`: classifies messages, one a line."""

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
    with tempfile.TemporaryFile() as error_output:
        parser = subprocess.Popen(
            [python, "-m", "bot.inside_rasa.parse", model],
            cwd=ROOT,
            env=environment.environment(os.environ, settings),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=error_output,
            encoding="utf-8",
        )
        try:
            unanswered = _understand(parser)
        except BaseException:
            parser.kill()
            raise
        finally:
            parser.wait()
        if parser.returncode != 0 or unanswered:
            error_output.seek(0)
            sys.stderr.write(error_output.read().decode(errors="replace"))
            raise Failure("the engine stopped before it had read everything; its output is above")


def label(intent: str) -> str:
    """Return the label for one of the model's intents."""
    return intent if intent in LABELS else "not_complaint"


def _understand(parser: "subprocess.Popen[str]") -> int:
    """Print an object for each line of standard input; return how many lines got no answer."""
    assert parser.stdin is not None  # noqa: S101  (both are pipes)
    assert parser.stdout is not None  # noqa: S101
    texts: list[str] = []
    # Written in a thread while answers are read, so that neither process waits for the other.
    threading.Thread(target=_send_lines, args=(parser.stdin, texts), daemon=True).start()
    answered = 0
    for answer in _with_progress(parser.stdout):
        text = texts[answered]
        answered += 1
        print(json.dumps(_result(text, json.loads(answer)), ensure_ascii=False), flush=True)
    return len(texts) - answered


def _send_lines(pipe: IO[str], texts: list[str]) -> None:
    """Send each line of standard input to the parser, and append it to ``texts`` before."""
    # A parser that has died reads no more; `_understand` notices at the end of its answers.
    with suppress(BrokenPipeError), pipe:
        for line in sys.stdin.buffer:
            text = line.decode(errors="replace").rstrip("\r\n")
            texts.append(text)
            pipe.write(json.dumps(text) + "\n")
            pipe.flush()


def _result(text: str, answer: dict[str, Any]) -> dict[str, Any]:
    from bot.text.language import detect
    from bot.understanding.extraction import extract

    # The dialogue asks back if in doubt; this shows the most probable intent in any case.
    intent, confidence = answer["ranking"][0] if answer["ranking"] else ("", 0.0)
    return {
        "text": text,
        "language": detect(text) or "es",
        "label": label(intent),
        "confidence": confidence,
        "entities": extract(text).entities,
    }


def _with_progress(answers: IO[str]) -> Iterator[str]:
    """Yield the answers; show a progress bar if it does not get between them on a terminal."""
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
