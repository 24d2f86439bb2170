"""`regalo eval`: how well the assistant understands messages that it never learned from."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from ruamel.yaml import YAML

from bot.category import CATEGORIES
from bot.cli.failure import Failure
from bot.plain import fold
from bot.settings import ROOT

EXAMPLES = ("regalo eval", "regalo eval my-messages.jsonl")
MESSAGES = ROOT / "tests" / "nlu" / "messages.jsonl"

Pairs = Sequence[tuple[str, str]]  # the true label, and the one that was given


def main(
    file: Annotated[
        Path, typer.Argument(help='A JSON object a line: {"text", "language", "label"}.')
    ] = MESSAGES,
) -> None:
    """Measure the understanding: precision, recall and F1 of each label, in each language."""
    learned = _learned()
    messages = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    unseen = [one for one in messages if fold(one["text"]) not in learned]
    given = _understood([one["text"] for one in unseen])
    console = Console(highlight=False)
    for language in ("es", "en"):
        pairs = _pairs(unseen, given, language)
        if pairs:
            console.print(_table(language, pairs))
    pairs = _pairs(unseen, given)
    complaint = [(true in CATEGORIES, told in CATEGORIES) for true, told in pairs]
    chatter = [told for true, told in complaint if not true]
    missed = [not told for true, told in complaint if true]
    console.print(
        f"\n{len(unseen)} messages; {len(messages) - len(unseen)} left out, as they train."
    )
    console.print(f"chatter taken for a complaint  {_share(chatter)}")
    console.print(f"complaints taken for chatter   {_share(missed)}")
    wished = [told == "wants_human" for true, told in pairs if true == "wants_human"]
    console.print(f"wish for a person recognised   {_share(wished)}")


def scores(pairs: Pairs) -> dict[str, tuple[float, float, float]]:
    """Precision, recall and F1 of each true label."""
    found = {}
    for label in sorted({true for true, _ in pairs}):
        right = sum(true == told == label for true, told in pairs)
        told_so = sum(told == label for _, told in pairs)
        is_so = sum(true == label for true, _ in pairs)
        precision, recall = right / told_so if told_so else 0.0, right / is_so
        found[label] = (precision, recall, 2 * right / (told_so + is_so))
    return found


def _table(language: str, pairs: Pairs) -> Table:
    found = scores(pairs)
    macro = sum(f1 for _, _, f1 in found.values()) / len(found)
    table = Table(title=f"{language}: {len(pairs)} messages, macro-F1 {macro:.3f}", box=None)
    for heading in ("label", "precision", "recall", "F1"):
        table.add_column(heading, justify="left" if heading == "label" else "right")
    for label, figures in found.items():
        table.add_row(label, *(f"{figure:.2f}" for figure in figures))
    return table


def _understood(texts: Sequence[str]) -> list[dict[str, Any]]:
    """What `regalo understand` says of each text, as anybody would ask it."""
    lines = "".join(f"{' '.join(text.split())}\n" for text in texts)
    answered = subprocess.run(
        [sys.executable, "-m", "bot.cli", "understand"],
        input=lines,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    if answered.returncode != 0:
        raise Failure("the messages could not be understood; the reason is above")
    return [json.loads(line) for line in answered.stdout.splitlines()]


def _pairs(
    messages: Sequence[dict[str, Any]], given: Sequence[dict[str, Any]], language: str = ""
) -> list[tuple[str, str]]:
    return [
        (message["label"], told["label"])
        for message, told in zip(messages, given, strict=True)
        if not language or message["language"] == language
    ]


def _share(hits: Sequence[bool]) -> str:
    return f"{sum(hits)} of {len(hits)}, {sum(hits) / len(hits):.1%}" if hits else "none"


def _learned() -> set[str]:
    """What the model was trained on: to be measured by it would prove nothing."""
    return {
        fold(line[2:])
        for file in (ROOT / "data" / "nlu").glob("*.yml")
        for block in YAML(typ="safe").load(file)["nlu"]
        for line in block["examples"].splitlines()
        if line.startswith("- ")
    }
