"""`regalo eval`: measures the classification of messages that the model was not trained on."""

import json
import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from ruamel.yaml import YAML

from bot.cli import eval_report as report
from bot.cli.confusion import confusion_svg
from bot.cli.engine import engine_or_fail
from bot.cli.eval_report import Prediction
from bot.cli.failure import Failure, settings_or_fail
from bot.cli.figures import confusion
from bot.cli.noise import NOISES
from bot.cli.understand import label
from bot.config.settings import ROOT
from bot.rasa import environment
from bot.text.normalize import fold

EXAMPLES = ("regalo eval", "regalo eval my-messages.jsonl", "regalo eval --picture matrix.svg")
MESSAGES = ROOT / "tests" / "nlu" / "messages.jsonl"
# These are annotated with severity, emotion and the second complaint as well.
ANNOTATED = ROOT / "tests" / "nlu" / "validation.jsonl"


def main(
    file: Annotated[
        Path, typer.Argument(help='A JSON object a line: {"text", "language", "label"}.')
    ] = MESSAGES,
    image: Annotated[
        Path | None, typer.Option("--picture", help="Draw the confusion matrix here, as SVG.")
    ] = None,
) -> None:
    """Measure the understanding: each label in each language, noise, regions, calibration."""
    show = Console(highlight=False).print
    training_texts = _training_texts()
    messages = _read(file)
    unseen = [message for message in messages if fold(message["text"]) not in training_texts]
    versions: dict[str, Callable[[str], str]] = {"as written": str, **NOISES}
    annotated = _read(ANNOTATED)
    with_noise = [
        {**message, "text": add_noise(message["text"])}
        for add_noise in versions.values()
        for message in unseen
    ]
    predictions = predict([*with_noise, *annotated])
    as_written = predictions[: len(unseen)]
    for language in ("es", "en"):
        pairs = [
            prediction.pair
            for prediction in as_written
            if prediction.message["language"] == language
        ]
        if pairs:
            show(report.label_table(language, pairs))
    show(f"\n{len(unseen)} messages; {len(messages) - len(unseen)} left out, as they train.")
    for line in report.share_lines(as_written):
        show(line)
    show(report.group_table("region", as_written))
    for index, name in enumerate(versions):
        part = predictions[index * len(unseen) : (index + 1) * len(unseen)]
        show(f"{name:<18}{report.macro_f1_line(part)}")
    show(report.calibration_table(as_written))
    show(report.error_table(as_written))
    for line in report.annotation_lines(predictions[len(with_noise) :]):
        show(line)
    if image is not None:
        pairs = [prediction.pair for prediction in as_written]
        labels = sorted({true for true, _ in pairs})
        image.write_text(confusion_svg(labels, confusion(pairs, labels)), encoding="utf-8")


def predict(messages: Sequence[dict[str, Any]]) -> list[Prediction]:
    """Return the model's prediction for each message.

    Raises:
        Failure: the engine is not installed or trained, or ended before the last message.
    """
    settings = settings_or_fail()
    python, model = engine_or_fail()
    parser = subprocess.run(
        [python, "-m", "bot.inside_rasa.parse", model],
        input="".join(f"{json.dumps(message['text'])}\n" for message in messages),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env=environment.environment(os.environ, settings),
        encoding="utf-8",
        check=False,
    )
    answers = [json.loads(line) for line in parser.stdout.splitlines()]
    if len(answers) != len(messages):
        raise Failure("the engine stopped before it had read every message")
    return [_prediction(*pair) for pair in zip(messages, answers, strict=True)]


def _prediction(message: dict[str, Any], answer: dict[str, Any]) -> Prediction:
    ranking = [(intent, confidence) for intent, confidence in answer["ranking"]]
    intent, confidence = ranking[0] if ranking else ("", 0.0)
    return Prediction(
        message=message,
        label=label(intent),
        confidence=confidence,
        ranking=ranking,
        is_fallback=answer["intent"] != intent,
    )


def _read(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _training_texts() -> set[str]:
    """Return the texts of all training examples, folded."""
    return {
        fold(line[2:])
        for file in (ROOT / "data" / "nlu").glob("*.yml")
        for block in YAML(typ="safe").load(file)["nlu"]
        for line in block["examples"].splitlines()
        if line.startswith("- ")
    }
