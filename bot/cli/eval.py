"""`regalo eval`: how well the assistant understands messages that it never learned from."""

import json
import os
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from ruamel.yaml import YAML

from bot.category import CATEGORIES
from bot.cli.confusion import picture
from bot.cli.engine import engine_or_fail
from bot.cli.failure import Failure, settings_or_fail
from bot.cli.figures import calibration_error, confusion, macro_f1, reliability, scores, share
from bot.cli.noise import NOISES
from bot.cli.understand import label
from bot.config.settings import ROOT
from bot.rasa import environment
from bot.text.normalize import fold
from bot.understanding import emotion, severity
from bot.understanding.second_complaint import second

EXAMPLES = ("regalo eval", "regalo eval my-messages.jsonl", "regalo eval --picture matrix.svg")
MESSAGES = ROOT / "tests" / "nlu" / "messages.jsonl"
# Here a careful reader has noted severity, emotion and the second complaint.
NOTED = ROOT / "tests" / "nlu" / "validation.jsonl"
WORST = 12
HEATED = (emotion.Emotion.ANGRY, emotion.Emotion.DESPERATE)


@dataclass(frozen=True, slots=True)
class Understood:
    """A message of a test set, and what the model takes it for."""

    message: dict[str, Any]
    label: str
    confidence: float
    ranking: list[tuple[str, float]]
    in_doubt: bool  # the dialogue would ask back

    @property
    def pair(self) -> tuple[str, str]:
        """The true label and the given one."""
        return self.message["label"], self.label


def main(
    file: Annotated[
        Path, typer.Argument(help='A JSON object a line: {"text", "language", "label"}.')
    ] = MESSAGES,
    image: Annotated[
        Path | None, typer.Option("--picture", help="Draw the confusion matrix here, as SVG.")
    ] = None,
) -> None:
    """Measure the understanding: each label in each language, noise, regions, calibration."""
    say = Console(highlight=False).print
    learned = _learned()
    messages = _read(file)
    unseen = [one for one in messages if fold(one["text"]) not in learned]
    versions: dict[str, Callable[[str], str]] = {"as written": str, **NOISES}
    noted = _read(NOTED)
    spoiled = [{**one, "text": spoil(one["text"])} for spoil in versions.values() for one in unseen]
    told = understood([*spoiled, *noted])
    plain = told[: len(unseen)]
    for language in ("es", "en"):
        pairs = [one.pair for one in plain if one.message["language"] == language]
        if pairs:
            say(_labels(language, pairs))
    say(f"\n{len(unseen)} messages; {len(messages) - len(unseen)} left out, as they train.")
    for line in _shares(plain):
        say(line)
    say(_groups("region", plain))
    for place, name in enumerate(versions):
        part = told[place * len(unseen) : (place + 1) * len(unseen)]
        say(f"{name:<18}{_both_languages(part)}")
    say(_sureness(plain))
    say(_worst(plain))
    for line in _noted(told[len(spoiled) :]):
        say(line)
    if image is not None:
        labels = sorted({true for true, _ in (one.pair for one in plain)})
        image.write_text(
            picture(labels, confusion([one.pair for one in plain], labels)), encoding="utf-8"
        )


def understood(messages: Sequence[dict[str, Any]]) -> list[Understood]:
    """What the trained model says of each message."""
    settings = settings_or_fail()
    python, model = engine_or_fail()
    answered = subprocess.run(
        [python, "-m", "bot.inside_rasa.parse", model],
        input="".join(f"{json.dumps(one['text'])}\n" for one in messages),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env=environment.environment(os.environ, settings),
        encoding="utf-8",
        check=False,
    )
    answers = [json.loads(line) for line in answered.stdout.splitlines()]
    if len(answers) != len(messages):
        raise Failure("the engine stopped before it had read every message")
    return [_judged(one, answer) for one, answer in zip(messages, answers, strict=True)]


def _judged(message: dict[str, Any], answer: dict[str, Any]) -> Understood:
    ranking = [(name, confidence) for name, confidence in answer["ranking"]]
    name, confidence = ranking[0] if ranking else ("", 0.0)
    return Understood(
        message=message,
        label=label(name),
        confidence=confidence,
        ranking=ranking,
        in_doubt=answer["intent"] != name,
    )


def _read(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _labels(language: str, pairs: Sequence[tuple[str, str]]) -> Table:
    title = f"\n{language}: {len(pairs)} messages, macro-F1 {macro_f1(pairs):.3f}"
    table = _table(title, "label", "messages", "precision", "recall", "F1")
    for name, figures in scores(pairs).items():
        count = sum(true == name for true, _ in pairs)
        table.add_row(name, str(count), *(f"{figure:.2f}" for figure in figures))
    return table


def _shares(told: Sequence[Understood]) -> Iterable[str]:
    pairs = [one.pair for one in told]
    chatter = [given in CATEGORIES for true, given in pairs if true not in CATEGORIES]
    missed = [given not in CATEGORIES for true, given in pairs if true in CATEGORIES]
    wished = [given == true for true, given in pairs if true == "wants_human"]
    yield f"chatter taken for a complaint  {_of(chatter)}"
    yield f"complaints taken for chatter   {_of(missed)}"
    yield f"wish for a person recognised   {_of(wished)}"
    yield f"in doubt, would ask back       {_of([one.in_doubt for one in told])}"


def _groups(key: str, told: Sequence[Understood]) -> Table:
    table = _table("", key, "messages", "right", "macro-F1")
    for value in sorted({str(one.message.get(key, "")) for one in told}):
        pairs = [one.pair for one in told if str(one.message.get(key, "")) == value]
        right = share(true == given for true, given in pairs)
        table.add_row(value or "?", str(len(pairs)), f"{right:.1%}", f"{macro_f1(pairs):.3f}")
    return table


def _both_languages(told: Sequence[Understood]) -> str:
    parts = {
        language: [one.pair for one in told if one.message["language"] == language]
        for language in ("es", "en")
    }
    return "   ".join(f"{name} {macro_f1(pairs):.3f}" for name, pairs in parts.items() if pairs)


def _sureness(told: Sequence[Understood]) -> Table:
    sure = [(one.confidence, one.pair[0] == one.pair[1]) for one in told]
    error = calibration_error(sure)
    table = _table(f"\ncalibration error {error:.3f}", "confidence", "right", "messages")
    for believed, right, count in reliability(sure):
        table.add_row(f"{believed:.2f}", f"{right:.2f}", str(count))
    return table


def _worst(told: Sequence[Understood]) -> Table:
    table = _table("\nthe surest errors", "sure", "is", "taken for", "message")
    wrong = sorted(
        (one for one in told if one.pair[0] != one.pair[1]), key=lambda one: -one.confidence
    )
    for one in wrong[:WORST]:
        text = str(one.message["text"])[:60]
        table.add_row(f"{one.confidence:.2f}", *one.pair, text)
    return table


def _noted(told: Sequence[Understood]) -> Iterable[str]:
    """Severity, emotion and the second complaint, against what a careful reader noted."""
    complaints = [one for one in told if one.message["label"] in CATEGORIES]
    grave = [
        severity.estimate(
            one.message["text"], one.message["label"], more_than_one="also" in one.message
        )
        == one.message["severity"]
        for one in complaints
    ]
    felt = [emotion.estimate(one.message["text"]) == one.message["emotion"] for one in complaints]
    heated = [
        (emotion.estimate(one.message["text"]) in HEATED) == (one.message["emotion"] in HEATED)
        for one in complaints
    ]
    both = [one for one in complaints if "also" in one.message]
    found = [
        {one.label, second(one.message["text"], one.label, one.ranking)}
        == {one.message["label"], one.message["also"]}
        for one in both
    ]
    invented = [
        second(one.message["text"], one.label, one.ranking) is not None
        for one in complaints
        if "also" not in one.message and one.label == one.message["label"]
    ]
    yield f"\nOf the validation set, read by a careful reader ({len(complaints)} complaints):"
    yield f"severity as noted              {_of(grave)}"
    yield f"emotion as noted               {_of(felt)}"
    yield f"heated or not, as noted        {_of(heated)}"
    yield f"both complaints found          {_of(found)}"
    yield f"a second one that is not there {_of(invented)}"


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title or None, title_justify="left", box=None)
    for heading in headings:
        table.add_column(heading)
    return table


def _of(hits: Sequence[bool]) -> str:
    return f"{sum(hits)} of {len(hits)}, {share(hits):.1%}" if hits else "none"


def _learned() -> set[str]:
    """What the model was trained on: to be measured by it would prove nothing."""
    return {
        fold(line[2:])
        for file in (ROOT / "data" / "nlu").glob("*.yml")
        for block in YAML(typ="safe").load(file)["nlu"]
        for line in block["examples"].splitlines()
        if line.startswith("- ")
    }
