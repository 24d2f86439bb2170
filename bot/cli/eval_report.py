"""The tables and lines that `regalo eval` prints."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from bot.category import CATEGORIES
from bot.cli.figures import Pairs, calibration_error, macro_f1, mean, reliability, scores
from bot.understanding import emotion, severity
from bot.understanding.second_complaint import find_second_category

ERRORS_SHOWN = 12
HEATED = (emotion.Emotion.ANGRY, emotion.Emotion.DESPERATE)


@dataclass(frozen=True, slots=True)
class Prediction:
    """A message of a test set, and how the model classifies it."""

    message: dict[str, Any]  # a line of the test set, see tests/nlu/README.md
    label: str
    confidence: float
    ranking: list[tuple[str, float]]  # the most probable intents with their confidences
    is_fallback: bool  # the dialogue would ask back

    @property
    def pair(self) -> tuple[str, str]:
        """The true label and the predicted one."""
        return self.message["label"], self.label

    @property
    def is_correct(self) -> bool:
        """True if the label is the true one."""
        return bool(self.message["label"] == self.label)


def label_table(language: str, pairs: Pairs) -> Table:
    """Return precision, recall and F1 for each label."""
    title = f"\n{language}: {len(pairs)} messages, macro-F1 {macro_f1(pairs):.3f}"
    table = _table(title, "label", "messages", "precision", "recall", "F1")
    for name, figures in scores(pairs).items():
        count = sum(true == name for true, _ in pairs)
        table.add_row(name, str(count), *(f"{figure:.2f}" for figure in figures))
    return table


def share_lines(predictions: Sequence[Prediction]) -> Iterable[str]:
    """Yield the shares of false complaints, missed ones, human requests found, and fallbacks."""
    pairs = [prediction.pair for prediction in predictions]
    false = [predicted in CATEGORIES for true, predicted in pairs if true not in CATEGORIES]
    missed = [predicted not in CATEGORIES for true, predicted in pairs if true in CATEGORIES]
    human = [predicted == true for true, predicted in pairs if true == "wants_human"]
    fallbacks = [prediction.is_fallback for prediction in predictions]
    yield f"chatter taken for a complaint  {_count(false)}"
    yield f"complaints taken for chatter   {_count(missed)}"
    yield f"wish for a person recognised   {_count(human)}"
    yield f"in doubt, would ask back       {_count(fallbacks)}"


def group_table(key: str, predictions: Sequence[Prediction]) -> Table:
    """Return accuracy and macro-F1 for each value of a key of the test set."""
    table = _table("", key, "messages", "right", "macro-F1")
    for value in sorted({str(prediction.message.get(key, "")) for prediction in predictions}):
        group = [
            prediction
            for prediction in predictions
            if str(prediction.message.get(key, "")) == value
        ]
        accuracy = mean(prediction.is_correct for prediction in group)
        f1 = macro_f1([prediction.pair for prediction in group])
        table.add_row(value or "?", str(len(group)), f"{accuracy:.1%}", f"{f1:.3f}")
    return table


def macro_f1_line(predictions: Sequence[Prediction]) -> str:
    """Return the macro-F1 of each language that occurs."""
    parts = {
        language: [
            prediction.pair
            for prediction in predictions
            if prediction.message["language"] == language
        ]
        for language in ("es", "en")
    }
    return "   ".join(f"{name} {macro_f1(pairs):.3f}" for name, pairs in parts.items() if pairs)


def calibration_table(predictions: Sequence[Prediction]) -> Table:
    """Return the accuracy in each range of confidence."""
    outcomes = [(prediction.confidence, prediction.is_correct) for prediction in predictions]
    title = f"\ncalibration error {calibration_error(outcomes):.3f}"
    table = _table(title, "confidence", "right", "messages")
    for confidence, accuracy, count in reliability(outcomes):
        table.add_row(f"{confidence:.2f}", f"{accuracy:.2f}", str(count))
    return table


def error_table(predictions: Sequence[Prediction]) -> Table:
    """Return the errors with the highest confidence."""
    table = _table("\nthe surest errors", "sure", "is", "taken for", "message")
    wrong = [prediction for prediction in predictions if not prediction.is_correct]
    for error in sorted(wrong, key=lambda error: -error.confidence)[:ERRORS_SHOWN]:
        text = str(error.message["text"])[:60]
        table.add_row(f"{error.confidence:.2f}", *error.pair, text)
    return table


def annotation_lines(predictions: Sequence[Prediction]) -> Iterable[str]:
    """Yield how often severity, emotion and second complaint agree with the annotations."""
    complaints = [
        prediction for prediction in predictions if prediction.message["label"] in CATEGORIES
    ]
    severities = [
        severity.estimate(
            prediction.message["text"],
            prediction.message["label"],
            more_than_one="also" in prediction.message,
        )
        == prediction.message["severity"]
        for prediction in complaints
    ]
    estimated = [
        (emotion.estimate(prediction.message["text"]), prediction.message)
        for prediction in complaints
    ]
    emotions = [felt == message["emotion"] for felt, message in estimated]
    heated = [(felt in HEATED) == (message["emotion"] in HEATED) for felt, message in estimated]
    both_found = [
        {prediction.label, _second(prediction)}
        == {prediction.message["label"], prediction.message["also"]}
        for prediction in complaints
        if "also" in prediction.message
    ]
    invented = [
        _second(prediction) is not None
        for prediction in complaints
        if "also" not in prediction.message and prediction.is_correct
    ]
    yield f"\nOf the validation set, read by a careful reader ({len(complaints)} complaints):"
    yield f"severity as noted              {_count(severities)}"
    yield f"emotion as noted               {_count(emotions)}"
    yield f"heated or not, as noted        {_count(heated)}"
    yield f"both complaints found          {_count(both_found)}"
    yield f"a second one that is not there {_count(invented)}"


def _second(prediction: Prediction) -> str | None:
    return find_second_category(prediction.message["text"], prediction.label, prediction.ranking)


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title or None, title_justify="left", box=None)
    for heading in headings:
        table.add_column(heading)
    return table


def _count(hits: Sequence[bool]) -> str:
    return f"{sum(hits)} of {len(hits)}, {mean(hits):.1%}" if hits else "none"
